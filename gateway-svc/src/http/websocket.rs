//! `/websocket/{quality}`: who may watch what, before the connection becomes a viewer's session.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::response::Response;
use serde::Deserialize;
use wire::{CameraId, Quality, StreamId};

use crate::http::state::AppState;
use crate::session::admission::AdmissionError;
use crate::session::upgrade;

/// Close codes of a refusal. Source: RFC 6455 section 7.4.1 and the IANA registry of close codes.
const UNSUPPORTED: u16 = 1003;
const SERVICE_RESTART: u16 = 1012;
const TRY_AGAIN_LATER: u16 = 1013;

/// What may be asked for besides the quality.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct WebSocketQuery {
    camera: Option<String>,
    /// The version of the protocol.
    v: Option<String>,
    /// Frames may come as deltas.
    delta: Option<String>,
}

/// Upgrades, and either serves the viewer or closes with the reason.
pub(crate) async fn websocket(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
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
    let camera = query.camera.unwrap_or_default();
    let stream = match (quality.parse::<Quality>(), camera.parse::<CameraId>()) {
        (Ok(quality), Ok(camera)) => StreamId {
            camera,
            rung: quality.rung(),
        },
        (Err(error), _) => {
            state.refused.quality.inc();
            return upgrade.refuse(&state.sessions, UNSUPPORTED, error.to_string());
        }
        (_, Err(error)) => {
            state.refused.camera.inc();
            return upgrade.refuse(&state.sessions, UNSUPPORTED, error.to_string());
        }
    };
    let permit = match state.admission.admit(client) {
        Ok(permit) => permit,
        Err(error) => {
            error.count(&state.refused);
            let code = match error {
                AdmissionError::Leaving => SERVICE_RESTART,
                AdmissionError::Full(_) | AdmissionError::Address(_) => TRY_AGAIN_LATER,
            };
            return upgrade.refuse(&state.sessions, code, error.to_string());
        }
    };
    match state.streams.subscribe(&stream) {
        Ok(subscription) => {
            let asked = (query.v.as_deref(), query.delta.as_deref());
            upgrade.accept(&state.sessions, subscription, permit, asked)
        }
        Err(error) => {
            state.refused.camera.inc();
            upgrade.refuse(&state.sessions, TRY_AGAIN_LATER, error.to_string())
        }
    }
}
