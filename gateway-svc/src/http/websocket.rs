//! `/websocket/{quality}`: who may watch what, before the connection becomes a viewer's session.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Extension, Path, Query, Request, State};
use axum::response::Response;
use serde::Deserialize;
use wire::subject::CameraIdError;
use wire::{CameraId, StreamId};

use crate::access::identity::Identity;
use crate::audit::Who;
use crate::http::state::AppState;
use crate::http::stream_query::{Picture, watched};
use crate::session::admission::AdmissionError;
use crate::session::upgrade::{self, Admitted, NOT_ALLOWED, SERVICE_RESTART};

/// Close codes of a refusal. Source: RFC 6455 section 7.4.1 and the IANA registry of close codes.
const UNSUPPORTED: u16 = 1003;
const TRY_AGAIN_LATER: u16 = 1013;
/// In the audit log.
const PATH: &str = "/websocket";

/// What may be asked for besides the quality.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct WebSocketQuery {
    camera: Option<String>,
    size: Option<String>,
    /// Frames a second at the most.
    fps: Option<String>,
    /// The version of the protocol.
    v: Option<String>,
    /// Frames may come as deltas.
    delta: Option<String>,
}

/// Upgrades, and either serves the viewer or closes with the reason.
pub(crate) async fn websocket(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(identity): Extension<Identity>,
    Path(quality): Path<String>,
    Query(query): Query<WebSocketQuery>,
    request: Request,
) -> Response {
    let upgrade = match upgrade::prepare(request) {
        Ok(upgrade) => upgrade,
        Err(error) => {
            state.refused.handshake.inc();
            return upgrade::refusal(error);
        }
    };
    let client = state.access.client_ip(peer.ip(), upgrade.headers());
    let who = identity.who(client);
    let admitted = match admit(&state, identity, who, &quality, &query) {
        Ok(admitted) => admitted,
        Err((code, words)) => return upgrade.refuse(&state.sessions, code, words),
    };
    let asked = (query.v.as_deref(), query.delta.as_deref());
    upgrade.accept(&state.sessions, admitted, asked)
}

/// Who watches what, and in which place; or the close code and the words of a refusal, which is counted.
fn admit(
    state: &AppState,
    identity: Identity,
    who: Who,
    quality: &str,
    query: &WebSocketQuery,
) -> Result<Admitted, (u16, String)> {
    let picture = Picture::asked(quality, query.size.as_deref(), query.fps.as_deref());
    let picture = picture.map_err(|error| {
        state.refused.quality.inc();
        (UNSUPPORTED, error.to_string())
    })?;
    let camera = query.camera.as_deref().unwrap_or_default();
    let camera: CameraId = camera.parse().map_err(|error: CameraIdError| {
        state.refused.camera.inc();
        (UNSUPPORTED, error.to_string())
    })?;
    let best = identity.best(&camera).map_err(|words| {
        state.refused.claims.inc();
        state.audit.refused(&who, PATH, "claims");
        (NOT_ALLOWED, words)
    })?;
    let permit = state.admission.admit(who.address).map_err(|error| {
        error.count(&state.refused);
        state.audit.refused(&who, PATH, error.reason());
        let code = match error {
            AdmissionError::Leaving => SERVICE_RESTART,
            AdmissionError::Full(_) | AdmissionError::Address(_) => TRY_AGAIN_LATER,
        };
        (code, error.to_string())
    })?;
    let rendition = state.cameras.served(&camera, picture.within(best));
    let stream = StreamId { camera, rendition };
    let subscription = state.streams.subscribe(&stream).map_err(|error| {
        state.refused.camera.inc();
        (TRY_AGAIN_LATER, error.to_string())
    })?;
    let watched = watched("websocket", &stream);
    Ok(Admitted {
        permit,
        identity,
        subscription,
        best,
        rate: picture.rate,
        visit: state.audit.came(who, watched, state.clock.now()),
    })
}
