//! `/websocket/{quality}`: who may watch what, before the connection becomes a viewer's session.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Extension, Path, Query, Request, State};
use axum::response::Response;
use serde::Deserialize;
use wire::quality::QualityError;
use wire::subject::CameraIdError;
use wire::{CameraId, Quality, Rung, StreamId};

use crate::access::identity::Identity;
use crate::audit::Who;
use crate::http::state::AppState;
use crate::http::stream_query::watched;
use crate::relay::streams::Subscription;
use crate::session::admission::{AdmissionError, Permit};
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
    match admit(&state, &identity, &who, &quality, query.camera.as_deref()) {
        Ok((subscription, permit, best)) => {
            let asked = (query.v.as_deref(), query.delta.as_deref());
            let watched = watched("websocket", subscription.stream());
            let visit = state.audit.came(who, watched, state.clock.now());
            let admitted = Admitted {
                permit,
                identity,
                best,
                visit,
            };
            upgrade.accept(&state.sessions, subscription, admitted, asked)
        }
        Err((code, words)) => upgrade.refuse(&state.sessions, code, words),
    }
}

/// What is watched, the place for it and the best rung that may be; or the close code and the words of a refusal, which
/// is counted.
fn admit(
    state: &AppState,
    identity: &Identity,
    who: &Who,
    quality: &str,
    camera: Option<&str>,
) -> Result<(Subscription, Permit, Rung), (u16, String)> {
    let quality: Quality = quality.parse().map_err(|error: QualityError| {
        state.refused.quality.inc();
        (UNSUPPORTED, error.to_string())
    })?;
    let camera = camera.unwrap_or_default();
    let camera: CameraId = camera.parse().map_err(|error: CameraIdError| {
        state.refused.camera.inc();
        (UNSUPPORTED, error.to_string())
    })?;
    let best = identity.best(&camera).map_err(|words| {
        state.refused.claims.inc();
        state.audit.refused(who, PATH, "claims");
        (NOT_ALLOWED, words)
    })?;
    let permit = state.admission.admit(who.address).map_err(|error| {
        error.count(&state.refused);
        state.audit.refused(who, PATH, error.reason());
        let code = match error {
            AdmissionError::Leaving => SERVICE_RESTART,
            AdmissionError::Full(_) | AdmissionError::Address(_) => TRY_AGAIN_LATER,
        };
        (code, error.to_string())
    })?;
    let rung = quality.rung().min(best);
    let subscription = state.streams.subscribe(&StreamId { camera, rung });
    let subscription = subscription.map_err(|error| {
        state.refused.camera.inc();
        (TRY_AGAIN_LATER, error.to_string())
    })?;
    Ok((subscription, permit, best))
}
