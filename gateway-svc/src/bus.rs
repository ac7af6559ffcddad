//! All NATS: the connection and its state, lease keys, frames, status.
//!
//! Does not decide anything: which keys to put is decided in `relay::leases`, which frames to show in
//! `relay::lateness`. Keys are written as plain requests to the bucket's subjects (`$KV.demand.<key>`), which is all a
//! gateway's NATS user may do; it needs no handle of the bucket that could go stale when capture makes a new one. Behind
//! a leaf node they name the domain that keeps the bucket (`$JS.<domain>.API.$KV.demand.<key>`).
//! Source: ADR-8 of the NATS architecture (KV subjects, the `KV-Operation` header).

use std::time::Duration;

use async_nats::{HeaderMap, Request, Subscriber};
use bus::{Link, LinkError, LinkMetrics, LinkOptions, LinkState, NatsSettings};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{Select, select};
use tokio::sync::watch;
use wire::{CameraId, CameraStatus, LeaseKey, MemberId, Rate, StreamId, subject};

/// Messages that may wait in a subscription, which is full in no time where many cameras speak at the same moment, as those
/// of one capture do: room for two statuses of each that is remembered. What comes on top is lost, and it is the newest
/// that is. Frames do not wait to grow old: the fan-out judges their age when it takes them.
const MESSAGES_WAITING: usize = 512;
/// Lease keys that may wait to be written: one for each rendition of a few cameras.
const SEND_CAPACITY: usize = 128;
/// A request that is not answered by then is tried again; the library's five seconds would be a whole lease.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(700);
/// A gateway that is cut off keeps its last picture anyway; capture, whose frames must not pile up, asks twice as often.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// Why a key could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaseError {
    /// No answer in time, or nobody there who keeps the bucket.
    #[error("{0}; {1}")]
    Request(async_nats::client::RequestError, String),
    /// JetStream's own words.
    #[error("{0}")]
    Refused(String),
}

/// The connection to NATS; a clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Bus {
    link: Link,
    gateway: MemberId,
}

/// One stream's frames as they come.
#[derive(Debug)]
pub(crate) struct FrameStream(Subscriber);

impl FrameStream {
    /// The next JPEG, and how many frames before it capture passed over; `None` when the subscription has ended.
    pub(crate) async fn next(&mut self) -> Option<(Bytes, u64)> {
        let message = self.0.next().await?;
        let skipped = message.headers.and_then(|headers| {
            let value = headers.get(subject::SKIPPED_HEADER)?;
            value.as_str().parse().ok()
        });
        Some((message.payload, skipped.unwrap_or(0)))
    }
}

/// What captures say about their cameras.
#[derive(Debug)]
pub(crate) struct StatusStream(Select<Subscriber, Subscriber>);

impl StatusStream {
    /// The next status that can be read; `None` when the subscription has ended.
    pub(crate) async fn next(&mut self) -> Option<(CameraId, CameraStatus)> {
        loop {
            let message = self.0.next().await?;
            let camera = CameraId::of_status_subject(&message.subject);
            let status = CameraStatus::of_message(&message.payload);
            if let (Some(camera), Some(status)) = (camera, status) {
                return Some((camera, status));
            }
        }
    }
}

impl Bus {
    /// Begins to connect and goes on for ever; whether it stands, [`link`](Self::link) says.
    ///
    /// # Errors
    /// See [`LinkError`]; a server that is away is none.
    pub(crate) async fn connect(
        settings: &NatsSettings,
        gateway: MemberId,
        metrics: &LinkMetrics,
    ) -> Result<Self, LinkError> {
        let options = LinkOptions {
            name: &format!("gateway-svc {gateway}"),
            role: "gateway",
            inbox_prefix: "_INBOX_gateway",
            ping_interval: PING_INTERVAL,
            request_timeout: REQUEST_TIMEOUT,
            send_capacity: SEND_CAPACITY,
            subscription_capacity: MESSAGES_WAITING,
        };
        let link = Link::open(settings, options, metrics).await?;
        Ok(Self { link, gateway })
    }

    /// The connection's state, for whoever wants to follow it.
    #[must_use]
    pub(crate) fn link(&self) -> watch::Receiver<LinkState> {
        self.link.state.clone()
    }

    /// Begins to receive a stream's frames. Whatever is published after a later [`put_lease`](Self::put_lease) comes.
    ///
    /// # Errors
    /// The connection does not even take the wish.
    pub(crate) async fn frames(
        &self,
        stream: &StreamId,
    ) -> Result<FrameStream, async_nats::SubscribeError> {
        let subject = stream.frames_subject();
        self.link.client.subscribe(subject).await.map(FrameStream)
    }

    /// Receives every camera's status.
    ///
    /// # Errors
    /// The connection does not even take the wish.
    pub(crate) async fn statuses(&self) -> Result<StatusStream, async_nats::SubscribeError> {
        let unnamed = self.link.client.subscribe("status").await?;
        let named = self.link.client.subscribe("status.*").await?;
        Ok(StatusStream(select(unnamed, named)))
    }

    /// Puts or renews the key; its value says how many frames a second are wanted.
    ///
    /// # Errors
    /// The key is not there, as far as can be told within 700 ms.
    pub(crate) async fn put_lease(&self, stream: &StreamId, rate: Rate) -> Result<(), LeaseError> {
        let value = rate.to_lease().into();
        self.write(stream, Request::new().payload(value)).await
    }

    /// Deletes the key.
    ///
    /// # Errors
    /// The key may still be there, as far as can be told within 700 ms.
    pub(crate) async fn delete_lease(&self, stream: &StreamId) -> Result<(), LeaseError> {
        let mut headers = HeaderMap::new();
        headers.insert("KV-Operation", "DEL");
        self.write(stream, Request::new().headers(headers)).await
    }

    /// Sends what is still on its way out.
    pub(crate) async fn flush(&self) {
        // At the end of the process nobody is left to whom a failure would matter: keys end by themselves.
        let _ = tokio::time::timeout(REQUEST_TIMEOUT, self.link.client.flush()).await;
    }

    async fn write(&self, stream: &StreamId, request: Request) -> Result<(), LeaseError> {
        let key = LeaseKey::new(stream.clone(), self.gateway.clone());
        let subject = format!("$KV.{}.{key}", subject::DEMAND_BUCKET);
        let subject = self.link.domain.entry_subject(&subject);
        let answer = self.link.client.send_request(subject, request).await;
        let answer = answer.map_err(|error| LeaseError::Request(error, self.link.domain.hint()))?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
        match answer.get("error") {
            None => Ok(()),
            Some(error) => Err(LeaseError::Refused(
                error["description"]
                    .as_str()
                    .unwrap_or("unknown error")
                    .to_owned(),
            )),
        }
    }
}
