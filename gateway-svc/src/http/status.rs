//! `/api/status`: what this gateway and its cameras do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;
use serde_json::json;
use wire::CameraStatus;

use crate::http::state::AppState;

/// A camera's status, and how many watch it here by quality.
#[derive(Serialize)]
struct CameraReport {
    #[serde(flatten)]
    status: Arc<CameraStatus>,
    viewers: BTreeMap<String, usize>,
}

/// This gateway and every camera that is known or waited for.
pub(crate) async fn status(State(state): State<AppState>) -> Response {
    let cameras = state.cameras.all().into_iter().map(|(id, status)| {
        let viewers = state.streams.viewers(&id).into_iter();
        CameraReport {
            viewers: viewers
                .map(|(rung, viewers)| (rung.to_string(), viewers))
                .collect(),
            status,
        }
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
        "cameras": cameras,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}
