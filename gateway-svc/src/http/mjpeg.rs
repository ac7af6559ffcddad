//! `/stream.mjpg`: one JPEG after the other over plain HTTP.
//!
//! It holds a [`Subscription`](crate::relay::streams::Subscription) like any viewer, so that the camera opens for it.
//! Nothing but pictures can be said in it: a camera that delivers none is told before it begins, by a status, and ends it
//! afterwards, so that players ask again instead of showing the last picture for ever.

mod layout;
pub(crate) mod no_signal;
mod over;
mod parts;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Extension, Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use process::{Place, SocketView};

use self::over::Over;
use self::parts::{Parts, Wish};
use crate::access::identity::Identity;
use crate::frame::Frame;
use crate::http::patience::{briefly, is_unknown, no_picture, patiently};
use crate::http::state::AppState;
use crate::http::stream_query::{Offline, StreamQuery, forbidden, unavailable, watched};
use crate::relay::fanout::JOIN_MAX_AGE;
use crate::relay::streams::Subscription;
use crate::session::admission::LEAVING_REASON;

/// In the audit log.
const PATH: &str = "/stream.mjpg";

/// One JPEG after the other, for whoever wants as many as there are, or `fps` of them.
pub(crate) async fn mjpeg(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(identity): Extension<Identity>,
    Extension(place): Extension<Place>,
    Extension(socket): Extension<SocketView>,
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
    let first = begins(&state, &subscription, query.offline);
    match state.admission.leaving().run_until_cancelled(first).await {
        None => return unavailable(LEAVING_REASON),
        Some(false) => return no_picture(&state, &identity, &stream.camera),
        Some(true) => {}
    }
    state.viewers.connections.inc();
    // From here on it is a viewer like any other, and ends with its stream.
    place.leave();
    let wish = Wish {
        rate,
        advance: advances(&query, &headers),
        offline: query.offline,
    };
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
    let over = Over::default();
    state
        .sessions
        .spawn(over.clone().watch(identity, place, &state));
    let parts = Parts::new(state, subscription, (permit, over), visit, socket, wish);
    (headers, parts.into_body()).into_response()
}

/// Whether there is something to send: a fresh frame, or what stands for one where the camera is no misspelt one.
async fn begins(state: &AppState, subscription: &Subscription, offline: Option<Offline>) -> bool {
    let camera = &subscription.stream().camera;
    let mut frames = subscription.fanout().frames();
    let first = frames.wait_for(|frame| {
        let fresh = |frame: &Arc<Frame>| {
            state.clock.now().saturating_duration_since(frame.received) < JOIN_MAX_AGE
        };
        frame.as_ref().is_some_and(fresh)
    });
    match offline {
        Some(Offline::Picture) => briefly(first).await.is_some() || !is_unknown(state, camera),
        None => patiently(state, camera, first).await.is_some(),
    }
}

/// Whether the next part's headers are to stand right behind each picture: as is asked for, else for Blink.
fn advances(query: &StreamQuery, headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    let blink = agent.is_some_and(|agent| agent.contains("Chrome/"));
    query.advance_headers.map_or(blink, |asked| asked > 0)
}
