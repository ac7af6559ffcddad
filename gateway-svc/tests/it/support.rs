//! The other side of the bus: a camera host as the gateway sees it.

use std::time::{Duration, SystemTime};

use async_nats::jetstream;
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use futures_util::StreamExt as _;
use testkit::{NatsServer, eventually};
use wire::{CameraStatus, LeaseKey, Rate, Rendition, Stamp, lease};

/// How long a test waits for what must come: several times what it takes on a busy machine.
pub(crate) const TEST_DEADLINE: Duration = Duration::from_secs(10);

/// The opening handshake of a viewer that is a plain socket.
pub(crate) const HANDSHAKE: &str = "GET /websocket/80 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A capture by hand: the bucket, the keys in it, frames and status on demand.
pub(crate) struct Camera {
    pub(crate) client: async_nats::Client,
    pub(crate) bucket: Store,
    pub(crate) run: u32,
    seq: u64,
}

impl Camera {
    pub(crate) async fn on(nats: &NatsServer) -> Self {
        Self::of(nats.client().await).await
    }

    pub(crate) async fn of(client: async_nats::Client) -> Self {
        let context = jetstream::new(client.clone());
        eventually(TEST_DEADLINE, || context.create_stream(demand())).await;
        let bucket = context.get_key_value("demand").await.unwrap();
        Self {
            client,
            bucket,
            run: 1,
            seq: 0,
        }
    }

    /// Every live lease.
    pub(crate) async fn leases(&self) -> Vec<LeaseKey> {
        let keys = self.bucket.keys().await.unwrap();
        let keys: Vec<String> = keys.map(Result::unwrap).collect().await;
        keys.iter().map(|key| key.parse().unwrap()).collect()
    }

    /// Waits until exactly these qualities of the unnamed camera are wanted at full size.
    pub(crate) async fn wanted(&self, qualities: &[u8]) {
        let names: Vec<String> = qualities.iter().map(u8::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.wanted_renditions(&names).await;
    }

    /// Waits until exactly these renditions are wanted, told in order of bit rate.
    pub(crate) async fn wanted_renditions(&self, names: &[&str]) {
        let names: Vec<Rendition> = names.iter().map(|name| name.parse().unwrap()).collect();
        eventually(TEST_DEADLINE, || async {
            let leases = self.leases().await;
            let mut wanted: Vec<_> = leases.iter().map(|key| key.rendition).collect();
            wanted.sort_unstable();
            (wanted == names).then_some(()).ok_or(wanted)
        })
        .await;
    }

    /// The rate that the only lease on this rendition asks for.
    pub(crate) async fn rate(&self, rendition: &str) -> Option<Rate> {
        let leases = self.leases().await;
        let key = leases
            .iter()
            .find(|key| key.rendition.to_string() == rendition)?;
        let entry = self.bucket.get(key.to_string()).await.unwrap()?;
        Some(Rate::of_lease(&entry))
    }

    /// Waits until this rendition is wanted at just this rate.
    #[track_caller]
    pub(crate) fn wanted_at<'a>(
        &'a self,
        rendition: &'a str,
        rate: Rate,
    ) -> impl Future<Output = ()> + 'a {
        eventually(TEST_DEADLINE, move || async move {
            let asked = self.rate(rendition).await;
            (asked == Some(rate)).then_some(()).ok_or(asked)
        })
    }

    /// A frame of `length` bytes captured now, and its number.
    pub(crate) fn frame(&mut self, length: usize) -> (Vec<u8>, u64) {
        self.frame_of(Duration::ZERO, length)
    }

    /// A frame that was captured `ago`.
    pub(crate) fn frame_of(&mut self, ago: Duration, length: usize) -> (Vec<u8>, u64) {
        self.seq += 1;
        let captured_at_us = wall().saturating_sub(ago).as_micros() as u64;
        let stamp = Stamp {
            run: self.run,
            seq: self.seq,
            captured_at_us,
        };
        let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        jpeg.extend(stamp.segment());
        jpeg.resize(length.max(jpeg.len() + 2) - 2, 0x55);
        jpeg.extend(b"\xff\xd9");
        (jpeg, self.seq)
    }

    /// Publishes a fresh frame of 10 KB.
    pub(crate) async fn publish(&mut self, subject: &str) -> Vec<u8> {
        let (jpeg, _) = self.frame(10_000);
        self.send(subject, &jpeg).await;
        jpeg
    }

    pub(crate) async fn send(&self, subject: &str, jpeg: &[u8]) {
        self.client
            .publish(subject.to_owned(), jpeg.to_vec().into())
            .await
            .unwrap();
        self.client.flush().await.unwrap();
    }

    pub(crate) async fn say(&self, subject: &str, status: &CameraStatus) {
        let status = serde_json::to_vec(status).unwrap();
        self.client
            .publish(subject.to_owned(), status.into())
            .await
            .unwrap();
        self.client.flush().await.unwrap();
    }

    /// Publishes at 34 frames a second until dropped.
    pub(crate) fn stream(mut self, subject: &'static str, length: usize) -> Streaming {
        let task = tokio::task::spawn(async move {
            let mut pace = tokio::time::interval(Duration::from_micros(29_412));
            loop {
                pace.tick().await;
                let (jpeg, _) = self.frame(length);
                self.send(subject, &jpeg).await;
            }
        });
        Streaming(task)
    }
}

/// Ends with its value.
pub(crate) struct Streaming(tokio::task::JoinHandle<()>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The bucket as capture makes it.
pub(crate) fn demand() -> Config {
    Config {
        name: "KV_demand".into(),
        subjects: vec!["$KV.demand.>".into()],
        max_messages_per_subject: 1,
        max_age: lease::LEASE,
        storage: StorageType::Memory,
        max_message_size: 128,
        max_bytes: 1024 * 1024,
        deny_delete: true,
        allow_direct: true,
        discard: DiscardPolicy::New,
        ..Config::default()
    }
}

pub(crate) fn status(state: wire::CameraState) -> CameraStatus {
    let golden: Vec<CameraStatus> =
        serde_json::from_str(include_str!("../../../crates/wire/golden/status.json")).unwrap();
    golden
        .into_iter()
        .find(|status| status.state == state)
        .unwrap()
}

fn wall() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
}
