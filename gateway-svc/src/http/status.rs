//! `/api/status`: what this gateway and its cameras do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;
use serde_json::json;
use wire::{CameraStatus, Quality};

use crate::access::identity::Identity;
use crate::http::state::AppState;

/// A camera's status, how many watch it here by rendition, and how well whoever asks may.
#[derive(Serialize)]
struct CameraReport {
    #[serde(flatten)]
    status: Arc<CameraStatus>,
    viewers: BTreeMap<String, usize>,
    max_quality: u8,
}

/// This gateway, what whoever asks may see, and every camera of it that is known or waited for.
pub(crate) async fn status(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
) -> Response {
    let claims = identity.claims();
    let cameras = state.cameras.all().into_iter().filter_map(|(id, status)| {
        let viewers = state.streams.viewers(&id).into_iter();
        Some(CameraReport {
            max_quality: claims.best(&id)?.get(),
            viewers: viewers
                .map(|(rendition, viewers)| (rendition.to_string(), viewers))
                .collect(),
            status,
        })
    });
    let cameras: Vec<_> = cameras.collect();
    let reason = state.unready();
    let word = match &reason {
        None => "ready",
        Some(_) if state.admission.leaving().is_cancelled() => "leaving",
        Some(_) => "unready",
    };
    let report = json!({
        "gateway": {
            "id": &*state.gateway,
            "version": env!("CARGO_PKG_VERSION"),
            "state": word,
            "reason": reason,
            "viewers": state.admission.count(),
        },
        "access": {
            "sub": claims.sub(),
            "by": identity.proof().as_str(),
            "cameras": claims.cameras(),
            "max_quality": claims.best_of_all().map(Quality::get),
            "expires": claims.expires_s(),
        },
        "cameras": cameras,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}
