//! How long plain HTTP waits for a picture, and how it says that there is none: 404 for a camera that nobody has heard of,
//! with those that there are, and 503 for one that does not deliver.

use std::pin::pin;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use wire::{CameraId, CameraStatus};

use crate::access::identity::Identity;
use crate::http::state::AppState;
use crate::http::stream_query::unavailable;

/// A camera that needs longer to open and deliver is reported instead of waited for.
const FRAME_TIMEOUT: Duration = Duration::from_secs(5);
/// A capture speaks once a second: who has said nothing by then is not there.
const UNKNOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// What `wait` finds, if it does in time; not so long for a camera that nobody has heard of.
pub(crate) async fn patiently<T>(
    state: &AppState,
    camera: &CameraId,
    wait: impl Future<Output = T>,
) -> Option<T> {
    let mut wait = pin!(wait);
    if let Ok(found) = timeout(UNKNOWN_TIMEOUT, &mut wait).await {
        return Some(found);
    }
    if is_unknown(state, camera) {
        return None;
    }
    let left = FRAME_TIMEOUT.saturating_sub(UNKNOWN_TIMEOUT);
    timeout(left, wait).await.ok()
}

/// What `wait` finds, if it does before it would be known that nobody has heard of the camera.
pub(crate) async fn briefly<T>(wait: impl Future<Output = T>) -> Option<T> {
    timeout(UNKNOWN_TIMEOUT, wait).await.ok()
}

/// The default camera is one that nobody has named: it is missing, not misspelt. Without NATS nobody is heard.
pub(crate) fn is_unknown(state: &AppState, camera: &CameraId) -> bool {
    let heard = state.link.borrow().connected;
    heard && !camera.is_default() && !state.cameras.known(camera)
}

/// Why there is no picture.
pub(crate) fn no_picture(state: &AppState, identity: &Identity, camera: &CameraId) -> Response {
    if is_unknown(state, camera) {
        let claims = identity.claims();
        let cameras = state.cameras.all().into_iter().map(|(id, _)| id);
        let there = cameras.filter(|id| state.cameras.known(id) && claims.best(id).is_some());
        let there: Vec<_> = there.map(|id| id.name().to_owned()).collect();
        let words = match there.as_slice() {
            [] => "and none at all".to_owned(),
            names => format!("there is {}", names.join(", ")),
        };
        let words = format!("there is no camera {:?} here; {words}\n", camera.name());
        return (StatusCode::NOT_FOUND, words).into_response();
    }
    let status = state.cameras.follow(camera);
    let words = what_is_with(&status.borrow());
    unavailable(&words)
}

/// What the camera does instead of delivering.
pub(crate) fn what_is_with(status: &CameraStatus) -> String {
    let detail = status.detail.as_deref().unwrap_or("no frame came in time");
    format!("the camera is {}: {detail}", status.state.as_str())
}
