//! `/snapshot.jpg`: one JPEG over plain HTTP.
//!
//! It holds a [`Subscription`] like any viewer, so that the camera opens for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::CameraState;

use crate::access::identity::Identity;
use crate::frame::Frame;
use crate::http::caching;
use crate::http::patience::{no_picture, patiently};
use crate::http::state::AppState;
use crate::http::stream_query::{StreamQuery, forbidden, timestamp, unavailable, watched};
use crate::relay::streams::Subscription;
use crate::session::admission::LEAVING_REASON;

/// In the audit log.
const PATH: &str = "/snapshot.jpg";
/// A camera that was just opened is still finding its exposure; who knows that it does not, or sees it out of doors, says
/// so by `warm_up_ms`.
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
    let stream = match query.stream(&state, &identity) {
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
        let warm_up = query.warm_up_ms.map_or(WARM_UP, Duration::from_millis);
        let warm_up = if cold { warm_up } else { Duration::ZERO };
        // What came during the warm-up is better than nothing.
        let mut newest = None;
        let wait = fresh(&subscription, asked, warm_up, &mut newest);
        let wait = patiently(&state, &stream.camera, wait);
        let leaving = state.admission.leaving();
        if leaving.run_until_cancelled(wait).await.is_none() {
            return unavailable(LEAVING_REASON);
        }
        newest
    };
    let Some(frame) = frame else {
        return no_picture(&state, &identity, &stream.camera);
    };
    let tag = caching::entity_tag(&frame.stamp, &stream);
    let asked_for = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = caching::is_known(&tag, asked_for.filter_map(|value| value.to_str().ok()));
    let bytes = if known { 0 } else { frame.jpeg().len() as u64 };
    state
        .audit
        .snapshot(&who, &watched("snapshot", &stream), bytes);
    answer(&state, &frame, tag, known)
}

/// The picture, or that whoever asks has it.
fn answer(state: &AppState, frame: &Frame, tag: String, known: bool) -> Response {
    // Whoever had to prove something gets what no cache may give to others.
    let shared = (!state.access.asks()).then_some(state.snapshot_cache);
    let validators = [
        (header::ETAG, tag),
        (
            header::CACHE_CONTROL,
            caching::cache_control(shared.unwrap_or_default()),
        ),
        (
            HeaderName::from_static("x-timestamp"),
            timestamp(frame.stamp.captured_at_us),
        ),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    (validators, kind, frame.jpeg()).into_response()
}

/// The next frame that came after `asked` and `warm_up` after the first, in `newest`; meanwhile the last one there was.
async fn fresh(
    subscription: &Subscription,
    asked: Instant,
    warm_up: Duration,
    newest: &mut Option<Arc<Frame>>,
) {
    let mut frames = subscription.fanout().frames();
    let mut first = None;
    while frames.changed().await.is_ok() {
        let frame = frames.borrow_and_update().clone();
        let Some(frame) = frame.filter(|frame| frame.received > asked) else {
            continue;
        };
        let first = *first.get_or_insert(frame.received);
        let warm = frame.received.saturating_duration_since(first) >= warm_up;
        *newest = Some(frame);
        if warm {
            return;
        }
    }
}
