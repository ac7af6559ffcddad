//! Viewers that speak plain HTTP: one JPEG (`/snapshot.jpg`), or one after the other (`/stream.mjpg`).
//!
//! Both hold a [`Subscription`] like any viewer, so that the camera opens for them. A stream gives hyper its next part only
//! when the last one has left for the kernel, and the kernel takes none while bytes are unsent: nothing waits in line,
//! and a part is the newest frame at the moment there is room.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use process::CountedGauge;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use wire::{CameraId, CameraState, Quality, StreamId};

use crate::access::client_ip;
use crate::access::middleware;
use crate::frame::Frame;
use crate::http::routes::Shared;
use crate::relay::fanout;
use crate::relay::streams::Subscription;
use crate::session::JOIN_MAX_AGE;
use crate::session::admission::Permit;

/// Served where no quality is asked for: what a JPEG usually has.
const DEFAULT_QUALITY: &str = "80";
/// A camera that needs longer to open and deliver is reported instead of waited for.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(5);
/// A camera that was just opened is still finding its exposure.
const WARM_UP: Duration = Duration::from_millis(400);
/// When to ask again, in seconds.
const RETRY_AFTER_S: &str = "2";
/// Ends one part and begins the next at once: a browser shows a part when it sees the boundary behind it.
const BOUNDARY: &str = "\r\n--frame\r\n";

/// What a request may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wish {
    quality: Option<String>,
    camera: Option<String>,
    max_age_ms: Option<u64>,
    fps: Option<f64>,
}

impl Wish {
    /// What is meant, or the answer to a wish that cannot be fulfilled.
    fn stream_id(&self, shared: &Shared) -> Result<StreamId, (StatusCode, String)> {
        let refused = &shared.streams.tools.metrics.refused;
        let bad = |words: String| (StatusCode::BAD_REQUEST, words + "\n");
        let quality: Quality = self
            .quality
            .as_deref()
            .unwrap_or(DEFAULT_QUALITY)
            .parse()
            .map_err(|error| {
                refused.quality.inc();
                bad(format!("{error}"))
            })?;
        let camera: CameraId =
            self.camera
                .as_deref()
                .unwrap_or_default()
                .parse()
                .map_err(|error| {
                    refused.camera.inc();
                    bad(format!("{error}"))
                })?;
        Ok(StreamId {
            camera,
            rung: quality.rung(),
        })
    }
}

fn unavailable(words: &str) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER_S)];
    (
        StatusCode::SERVICE_UNAVAILABLE,
        headers,
        format!("{words}\n"),
    )
        .into_response()
}

/// One fresh JPEG, or one that is no older than `max_age_ms`.
pub(crate) async fn snapshot(State(shared): State<Shared>, Query(wish): Query<Wish>) -> Response {
    let stream = match wish.stream_id(&shared) {
        Ok(stream) => stream,
        Err(refusal) => return refusal.into_response(),
    };
    if shared.admission.leaving().is_cancelled() {
        return unavailable(crate::session::admission::LEAVING_REASON);
    }
    let status = shared.streams.cameras.follow(&stream.camera);
    let cold = status.borrow().state != CameraState::Live;
    let subscription = match shared.streams.subscribe(&stream) {
        Ok(subscription) => subscription,
        Err(error) => return unavailable(&error.to_string()),
    };
    let asked = shared.streams.tools.clock.now();
    let good_enough = wish.max_age_ms.map(Duration::from_millis);
    let cached = good_enough.and_then(|age| subscription.fanout.latest(age, asked));
    let frame = match cached {
        Some(frame) => Some(frame),
        None => fresh(&subscription, asked, cold).await,
    };
    let Some(frame) = frame else {
        let status = status.borrow();
        let detail = status.detail.as_deref().unwrap_or("no frame came in time");
        return unavailable(&format!(
            "the camera is {}: {detail}",
            status.state.as_str()
        ));
    };
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-timestamp"), timestamp(&frame)),
    ];
    (headers, frame.jpeg()).into_response()
}

/// The next frame that came after `asked`; of a camera that has to open first, one from after its warm-up.
async fn fresh(subscription: &Subscription, asked: Instant, cold: bool) -> Option<Arc<Frame>> {
    let mut frames = subscription.fanout.frames();
    let mut newest: Option<Arc<Frame>> = None;
    let mut first = None;
    let wait = async {
        while frames.changed().await.is_ok() {
            let frame = frames.borrow_and_update().clone();
            let Some(frame) = frame.filter(|frame| frame.received > asked) else {
                continue;
            };
            let first = *first.get_or_insert(frame.received);
            let warm = !cold || frame.received >= first + WARM_UP;
            newest = Some(frame);
            if warm {
                return;
            }
        }
    };
    // What came during the warm-up is better than nothing.
    let _ = tokio::time::timeout(SNAPSHOT_TIMEOUT, wait).await;
    newest
}

/// One JPEG after the other, for whoever wants as many as there are, or `fps` of them.
pub(crate) async fn stream(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let stream = match wish.stream_id(&shared) {
        Ok(stream) => stream,
        Err(refusal) => return refusal.into_response(),
    };
    let interval = match wish.fps {
        None => Duration::ZERO,
        Some(fps) if (0.01..=1000.0).contains(&fps) => Duration::from_secs_f64(1.0 / fps),
        Some(fps) => {
            let words = format!("fps must be from 0.01 to 1000, not {fps}\n");
            return (StatusCode::BAD_REQUEST, words).into_response();
        }
    };
    let address = client_ip::viewer_address(peer.ip(), &headers, &shared.guard.trusted_proxies);
    let metrics = &shared.streams.tools.metrics;
    let permit = match shared.admission.admit(address) {
        Ok(permit) => permit,
        Err(refusal) => {
            middleware::count_no_place(metrics, refusal);
            return unavailable(&refusal.to_string());
        }
    };
    let subscription = match shared.streams.subscribe(&stream) {
        Ok(subscription) => subscription,
        Err(error) => return unavailable(&error.to_string()),
    };
    metrics.connections.inc();
    let parts = Parts {
        frames: subscription.fanout.frames(),
        gauge: CountedGauge::new(&metrics.viewers[stream.rung.index()]),
        room: Arc::new(Semaphore::new(1)),
        last: None,
        interval,
        due: shared.streams.tools.clock.now(),
        subscription,
        permit,
        shared,
    };
    let opening = Bytes::from_static(&BOUNDARY.as_bytes()[2..]);
    let body = unfold((Some(opening), parts), |(opening, mut parts)| async move {
        let part = match opening {
            Some(opening) => opening,
            None => parts.next().await?,
        };
        Some((Ok::<_, Infallible>(part), (None, parts)))
    });
    let headers = [
        (
            header::CONTENT_TYPE,
            "multipart/x-mixed-replace;boundary=frame",
        ),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect a buffer full of frames first.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// The parts of one stream.
struct Parts {
    shared: Shared,
    subscription: Subscription,
    #[expect(
        dead_code,
        reason = "held, not read: it is free again when the stream ends"
    )]
    permit: Permit,
    #[expect(dead_code, reason = "held, not read: it counts while the stream lasts")]
    gauge: CountedGauge,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    /// One permit, out while a part is on its way to the kernel.
    room: Arc<Semaphore>,
    /// The last frame's number in its stream.
    last: Option<u64>,
    interval: Duration,
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
    /// The next part, `None` when this gateway leaves.
    async fn next(&mut self) -> Option<Bytes> {
        let leaving = self.shared.admission.leaving().clone();
        leaving.run_until_cancelled(self.newest()).await?
    }

    async fn newest(&mut self) -> Option<Bytes> {
        let room = Arc::clone(&self.room).acquire_owned().await.ok()?;
        let frame = loop {
            let now = self.shared.streams.tools.clock.now();
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
        let tools = &self.shared.streams.tools;
        let missed = self
            .last
            .map_or(0, |last| frame.nth.saturating_sub(last + 1));
        self.last = Some(frame.nth);
        if self.interval.is_zero() {
            tools.metrics.skipped.slow_viewer.inc_by(missed);
        }
        tools.metrics.frames_sent[self.subscription.fanout.stream.rung.index()].inc();
        tools.metrics.sent_bytes.inc_by(frame.jpeg().len() as u64);
        if let Some(age) = fanout::age(frame, tools.clock.now(), tools.clock) {
            tools.metrics.frame_age.observe(age);
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let closed = &self.shared.streams.tools.metrics.closed;
        if self.shared.admission.leaving().is_cancelled() {
            &closed.leaving
        } else {
            &closed.viewer
        }
        .inc();
    }
}

/// Capture time in seconds since the Unix epoch, as mjpg-streamer spells it.
fn timestamp(frame: &Frame) -> String {
    let us = frame.stamp.captured_at_us;
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
