//! `/stream.mjpg`: one JPEG after the other over plain HTTP.
//!
//! It holds a [`Subscription`] like any viewer, so that the camera opens for it. The stream gives hyper its next part
//! only when the last one has left for the kernel, and the kernel takes none while bytes are unsent: nothing is queued,
//! and a part is the newest frame at the moment there is room.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use process::{CountedGauge, Place};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use wire::Rate;
use wire::pace::Pace;

use crate::access::identity::Identity;
use crate::audit::Visit;
use crate::frame::Frame;
use crate::http::state::AppState;
use crate::http::stream_query::{StreamQuery, forbidden, timestamp, unavailable, watched};
use crate::relay::fanout::JOIN_MAX_AGE;
use crate::relay::streams::Subscription;
use crate::session::admission::Permit;

/// In the audit log.
const PATH: &str = "/stream.mjpg";
/// Ends one part and begins the next at once: a browser shows a part when it sees the boundary behind it.
const BOUNDARY: &str = "\r\n--frame\r\n";

/// One JPEG after the other, for whoever wants as many as there are, or `fps` of them.
pub(crate) async fn mjpeg(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(identity): Extension<Identity>,
    Extension(place): Extension<Place>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Response {
    let client = state.access.client_ip(peer.ip(), &headers);
    let who = identity.who(client);
    let (stream, rate) = match query.stream(&state, &identity) {
        Ok(asked) => asked,
        Err(refusal) => return forbidden(&state.audit, &who, PATH, refusal),
    };
    let permit = match state.admission.admit(client) {
        Ok(permit) => permit,
        Err(error) => {
            error.count(&state.refused);
            state.audit.refused(&who, PATH, error.reason());
            return unavailable(&error.to_string());
        }
    };
    let subscription = match state.streams.subscribe(&stream) {
        Ok(subscription) => subscription,
        Err(error) => return unavailable(&error.to_string()),
    };
    state.viewers.connections.inc();
    // From here on it is a viewer like any other, and ends with its stream.
    place.leave();
    let headers = [
        (header::CONNECTION, "close"),
        (
            header::CONTENT_TYPE,
            "multipart/x-mixed-replace;boundary=frame",
        ),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect a buffer full of frames first.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let visit = state
        .audit
        .came(who, watched("mjpeg", &stream), state.clock.now());
    let parts = Parts::new(state, subscription, permit, visit, rate);
    (headers, parts.into_body(identity)).into_response()
}

/// Is ready when the viewer may see nothing any more.
type Ended = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The parts of one stream.
struct Parts {
    state: AppState,
    subscription: Subscription,
    #[expect(
        dead_code,
        reason = "held, not read: its place is free again when the stream ends"
    )]
    permit: Permit,
    visit: Visit,
    /// What let it in is over.
    expired: bool,
    #[expect(dead_code, reason = "held, not read: it counts while the stream lasts")]
    watching: CountedGauge,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    /// One permit, out while a part is on its way to the kernel.
    room: Arc<Semaphore>,
    /// The last frame's number in its stream.
    last: Option<u64>,
    rate: Rate,
    pace: Option<Pace>,
    /// Frames since the last one that were more than were asked for, and the number of the newest of them.
    paced: u64,
    passed: Option<u64>,
}

/// A part's bytes; when they are dropped, they have been written.
struct Written {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Written {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Parts {
    fn new(
        state: AppState,
        subscription: Subscription,
        permit: Permit,
        visit: Visit,
        rate: Rate,
    ) -> Self {
        Self {
            frames: subscription.fanout().frames(),
            watching: state.viewers.watch(subscription.stream()),
            room: Arc::new(Semaphore::new(1)),
            last: None,
            rate,
            pace: Pace::new(rate),
            paced: 0,
            passed: None,
            subscription,
            permit,
            visit,
            expired: false,
            state,
        }
    }

    /// Ends with the gateway or with the identity.
    fn into_body(self, identity: Identity) -> Body {
        let clock = self.state.clock;
        let ended: Ended = Box::pin(async move {
            identity.ended(clock).await;
        });
        let opening = Bytes::from_static(&BOUNDARY.as_bytes()[2..]);
        let body = unfold(
            (Some(opening), self, ended),
            |(opening, mut parts, mut ended)| async move {
                let part = match opening {
                    Some(opening) => opening,
                    None => parts.next(&mut ended).await?,
                };
                Some((Ok::<_, Infallible>(part), (None, parts, ended)))
            },
        );
        Body::from_stream(body)
    }

    /// The next part, `None` when this gateway leaves or `ended` says so.
    async fn next(&mut self, ended: &mut Ended) -> Option<Bytes> {
        let leaving = self.state.admission.leaving().clone();
        tokio::select! {
            biased;
            () = leaving.cancelled() => None,
            () = ended => {
                self.expired = true;
                None
            }
            newest = self.newest() => newest,
        }
    }

    async fn newest(&mut self) -> Option<Bytes> {
        let room = Arc::clone(&self.room).acquire_owned().await.ok()?;
        let frame = loop {
            let now = self.state.clock.now();
            let frame = self.frames.borrow_and_update().clone();
            let fresh =
                |frame: &Arc<Frame>| now.saturating_duration_since(frame.received) < JOIN_MAX_AGE;
            let new = frame.filter(|frame| self.last != Some(frame.nth) && fresh(frame));
            if let Some(frame) = new {
                if self.is_due(&frame) {
                    break frame;
                }
                if self.passed.replace(frame.nth) != Some(frame.nth) {
                    self.paced += 1;
                }
            }
            self.frames.changed().await.ok()?;
        };
        self.count(&frame);
        let jpeg = frame.jpeg();
        let head = format!(
            "Content-Type: image/jpeg\r\nContent-Length: {}\r\nX-Timestamp: {}\r\n\r\n",
            jpeg.len(),
            timestamp(&frame)
        );
        let bytes = [head.as_bytes(), &jpeg, BOUNDARY.as_bytes()].concat();
        Some(Bytes::from_owner(Written { bytes, _room: room }))
    }

    fn is_due(&self, frame: &Frame) -> bool {
        let at_us = frame.stamp.captured_at_us;
        self.pace
            .is_none_or(|pace| pace.is_due(at_us, frame.spacing_us))
    }

    fn count(&mut self, frame: &Frame) {
        if let Some(pace) = &mut self.pace {
            pace.take(frame.stamp.captured_at_us, frame.spacing_us);
        }
        // It has one: from now on no more are made than it asked for.
        self.subscription.want(self.rate);
        let paced = std::mem::take(&mut self.paced);
        let last = self.last.replace(frame.nth);
        let missed = last.map_or(0, |last| frame.nth.saturating_sub(last + 1 + paced));
        let delivered = self.subscription.fanout().delivered();
        delivered.skipped(missed);
        delivered.paced(paced);
        let clock = self.state.clock;
        let age = frame.age_s(clock.wall_us(clock.now()));
        let bytes = frame.jpeg().len();
        delivered.sent((bytes, 0), age);
        self.visit.bytes += bytes as u64;
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let closed = &self.state.viewers.closed;
        let (count, reason) = if self.expired {
            (&closed.expired, "expired")
        } else if self.state.admission.leaving().is_cancelled() {
            (&closed.leaving, "leaving")
        } else {
            (&closed.viewer, "viewer")
        };
        count.inc();
        self.visit.reason = reason;
    }
}
