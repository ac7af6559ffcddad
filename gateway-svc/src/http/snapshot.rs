//! `/snapshot.jpg`: one JPEG over plain HTTP.
//!
//! It holds a [`Subscription`] like any viewer, so that the camera opens for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use wire::CameraState;

use crate::access::identity::Identity;
use crate::frame::Frame;
use crate::http::state::AppState;
use crate::http::stream_query::{StreamQuery, forbidden, timestamp, unavailable, watched};
use crate::relay::streams::Subscription;
use crate::session::admission::LEAVING_REASON;

/// In the audit log.
const PATH: &str = "/snapshot.jpg";
/// A camera that needs longer to open and deliver is reported instead of waited for.
const FRAME_TIMEOUT: Duration = Duration::from_secs(5);
/// A camera that was just opened is still finding its exposure.
const WARM_UP: Duration = Duration::from_millis(400);

/// One fresh JPEG, or one that is no older than `max_age_ms`.
pub(crate) async fn snapshot(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(identity): Extension<Identity>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Response {
    let who = identity.who(state.access.client_ip(peer.ip(), &headers));
    let stream = match query.stream(&state.refused, &identity) {
        // One picture has no rate.
        Ok((stream, _)) => stream,
        Err(refusal) => return forbidden(&state.audit, &who, PATH, refusal),
    };
    // Who asks for one picture after the other watches.
    let _permit = match state.admission.admit(who.address) {
        Ok(permit) => permit,
        Err(error) => {
            error.count(&state.refused);
            state.audit.refused(&who, PATH, error.reason());
            return unavailable(&error.to_string());
        }
    };
    let status = state.cameras.follow(&stream.camera);
    let cold = status.borrow().state != CameraState::Live;
    let subscription = match state.streams.subscribe(&stream) {
        Ok(subscription) => subscription,
        Err(error) => return unavailable(&error.to_string()),
    };
    let asked = state.clock.now();
    let max_age = query.max_age_ms.map(Duration::from_millis);
    let cached = max_age.and_then(|age| subscription.fanout().latest(age, asked));
    let frame = if cached.is_some() {
        cached
    } else {
        let wait = fresh(&subscription, asked, cold);
        let leaving = state.admission.leaving();
        let Some(frame) = leaving.run_until_cancelled(wait).await else {
            return unavailable(LEAVING_REASON);
        };
        frame
    };
    let Some(frame) = frame else {
        let status = status.borrow();
        let detail = status.detail.as_deref().unwrap_or("no frame came in time");
        let words = format!("the camera is {}: {detail}", status.state.as_str());
        return unavailable(&words);
    };
    let bytes = frame.jpeg().len() as u64;
    state
        .audit
        .snapshot(&who, &watched("snapshot", &stream), bytes);
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-timestamp"), timestamp(&frame)),
    ];
    (headers, frame.jpeg()).into_response()
}

/// The next frame that came after `asked`; of a camera that has to open first, one from after its warm-up.
async fn fresh(subscription: &Subscription, asked: Instant, cold: bool) -> Option<Arc<Frame>> {
    let mut frames = subscription.fanout().frames();
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
    let _ = tokio::time::timeout(FRAME_TIMEOUT, wait).await;
    newest
}
