//! The public port's routes, and the admin port's.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use tower::util::MapRequest;

use crate::access::middleware::{check_origin, check_page_origin, identify};
use crate::http::login::{login, logout};
use crate::http::mjpeg::mjpeg;
use crate::http::snapshot::snapshot;
use crate::http::state::AppState;
use crate::http::static_files;
use crate::http::status::status;
use crate::http::websocket::websocket;
use crate::metrics::Metrics;

/// The public port.
pub(crate) fn public(state: AppState, web_root: &Path) -> Router {
    let watching = Router::new()
        .route("/websocket/{quality}", get(websocket))
        .route("/api/status", get(status))
        .route("/snapshot.jpg", get(snapshot))
        .route("/stream.mjpg", get(mjpeg))
        .route_layer(from_fn_with_state(state.clone(), identify));
    let page = Router::new()
        .fallback_service(static_files::client(web_root, Arc::clone(&state.access)))
        .layer(from_fn_with_state(state.clone(), check_page_origin));
    let routes = Router::new()
        .merge(watching)
        .route(UNKNOWN_ACTION, any(unknown_action))
        .route("/api/login", post(login))
        .route("/api/logout", post(logout))
        .layer(from_fn_with_state(state.clone(), check_origin))
        .fallback_service(page)
        .merge(public_health(&state))
        .with_state(state);
    // Around the routes, or they would be chosen by the old spelling.
    Router::new().fallback_service(MapRequest::new(routes, respell))
}

/// Where whatever else mjpg-streamer can do is answered; the page would be taken for a picture.
const UNKNOWN_ACTION: &str = "/unknown-action";

async fn unknown_action() -> (StatusCode, &'static str) {
    let words =
        "action= is stream or snapshot; another camera than the default one is chosen by camera=\n";
    (StatusCode::NOT_FOUND, words)
}

/// `/?action=stream` and `/?action=snapshot`, as mjpg-streamer spells them and many programs have them configured.
fn respell(mut request: Request) -> Request {
    let uri = request.uri();
    let query = uri
        .query()
        .filter(|_| uri.path() == "/")
        .unwrap_or_default();
    let action = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("action="));
    let path = match action {
        // It numbers its inputs; here a camera has a name, and the first is the default one.
        Some("stream" | "stream_0") => "/stream.mjpg",
        Some("snapshot" | "snapshot_0") => "/snapshot.jpg",
        Some(_) => UNKNOWN_ACTION,
        None => return request,
    };
    if let Ok(uri) = format!("{path}?{query}").parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// The admin port: what a monitor or an orchestrator asks for, never on the public one but for health.
pub(crate) fn admin(state: AppState, metrics: Arc<Metrics>) -> Router {
    process::admin_routes(move || state.unready(), move || metrics.text())
}

/// Whether it is ready, and not why not: what NATS says is no stranger's business.
fn public_health(state: &AppState) -> Router<AppState> {
    let state = state.clone();
    process::health_routes(move || state.unready().map(|_| "not ready".to_owned()))
}
