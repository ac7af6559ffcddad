//! `/stream.mjpg`: one JPEG after the other over plain HTTP.
//!
//! It holds a [`Subscription`] like any viewer, so that the camera opens for it. The stream gives hyper its next part
//! only when the last one has left for the kernel, and the kernel takes none while bytes are unsent: nothing is queued,
//! and a part is the newest frame at the moment there is room.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use process::{CountedGauge, Place};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::access::identity::Identity;
use crate::audit::Visit;
use crate::frame::Frame;
use crate::http::state::AppState;
use crate::http::stream_query::{StreamQuery, forbidden, timestamp, unavailable, watched};
use crate::relay::fanout::JOIN_MAX_AGE;
use crate::relay::streams::Subscription;
use crate::session::admission::Permit;

/// Frames a second that may be asked for.
const FPS_RANGE: std::ops::RangeInclusive<f64> = 0.01..=1000.0;
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
    let stream = match query.stream(&state.refused, &identity) {
        Ok(stream) => stream,
        Err(refusal) => return forbidden(&state.audit, &who, PATH, refusal),
    };
    let interval = match query.fps {
        None => Duration::ZERO,
        Some(fps) if FPS_RANGE.contains(&fps) => Duration::from_secs_f64(1.0 / fps),
        Some(fps) => {
            let words = format!("fps must be from 0.01 to 1000, not {fps}\n");
            return (StatusCode::BAD_REQUEST, words).into_response();
        }
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
    let parts = Parts::new(state, subscription, permit, visit, interval);
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
    interval: Duration,
    /// When the next part is due.
    due: Instant,
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
        interval: Duration,
    ) -> Self {
        let rung = subscription.stream().rung;
        Self {
            frames: subscription.fanout().frames(),
            watching: CountedGauge::new(&state.viewers.watching[rung.index()]),
            room: Arc::new(Semaphore::new(1)),
            last: None,
            interval,
            due: state.clock.now(),
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
            // A little early is on time: frames come when the camera has them.
            if let Some(frame) = new.filter(|_| now + self.interval / 8 >= self.due) {
                self.due = (self.due + self.interval).max(now);
                break frame;
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

    fn count(&mut self, frame: &Frame) {
        let last = self.last.replace(frame.nth);
        if self.interval.is_zero() {
            let missed = last.map_or(0, |last| frame.nth.saturating_sub(last + 1));
            self.state.delivered.skipped(missed);
        }
        let clock = self.state.clock;
        let age = frame.age_s(clock.wall_us(clock.now()));
        let rung = self.subscription.stream().rung;
        let bytes = frame.jpeg().len();
        self.visit.bytes += bytes as u64;
        self.state.delivered.sent(rung, (bytes, 0), age);
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
