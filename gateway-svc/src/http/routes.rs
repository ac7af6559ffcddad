//! The public port's routes, and the admin port's.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use bus::LinkState;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tower::util::MapRequest;
use wire::{CameraId, CameraStatus, Quality, StreamId};

use crate::access::client_ip;
use crate::access::middleware::{self, AccessControl};
use crate::http::mjpeg;
use crate::http::static_files;
use crate::metrics::Metrics;
use crate::relay::streams::Streams;
use crate::session::admission::Admission;
use crate::session::upgrade;

/// What the routes share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// Who watches what.
    pub(crate) streams: Arc<Streams>,
    /// The places for viewers.
    pub(crate) admission: Arc<Admission>,
    /// Who may watch.
    pub(crate) guard: Arc<AccessControl>,
    /// The connection to NATS.
    pub(crate) link: watch::Receiver<LinkState>,
    /// The viewers' tasks.
    pub(crate) tasks: TaskTracker,
    /// This gateway's name on the bus.
    pub(crate) gateway: Arc<str>,
}

impl FromRef<Shared> for Arc<AccessControl> {
    fn from_ref(shared: &Shared) -> Self {
        Self::clone(&shared.guard)
    }
}

impl Shared {
    /// Why this gateway is not ready, if it is not. An idle camera is no reason.
    #[must_use]
    pub(crate) fn unready(&self) -> Option<String> {
        if self.admission.leaving().is_cancelled() {
            return Some("leaving".to_owned());
        }
        self.link.borrow().unready()
    }
}

/// The public port.
pub(crate) fn public(shared: Shared, web_root: &std::path::Path) -> Router {
    let watching = Router::new()
        .route("/websocket/{quality}", get(websocket))
        .route("/api/status", get(status))
        .route("/snapshot.jpg", get(mjpeg::snapshot))
        .route("/stream.mjpg", get(mjpeg::stream))
        .route_layer(from_fn_with_state(shared.clone(), middleware::check_token));
    let routes = Router::new()
        .merge(watching)
        .route("/api/login", post(middleware::login))
        .fallback_service(static_files::client(web_root))
        .layer(from_fn_with_state(shared.clone(), middleware::check_origin))
        .merge(health())
        .with_state(shared);
    // Around the routes, or they would be chosen by the old spelling.
    Router::new().fallback_service(MapRequest::new(routes, respell))
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
        Some("stream") => "/stream.mjpg",
        Some("snapshot") => "/snapshot.jpg",
        _ => return request,
    };
    if let Ok(uri) = format!("{path}?{query}").parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// The admin port: what a monitor or an orchestrator asks for, never on the public one but for health.
pub(crate) fn admin(shared: Shared, metrics: Arc<Metrics>) -> Router {
    let text = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    health()
        .route(
            "/metrics",
            get(move || async move { (text, metrics.text()) }),
        )
        .with_state(shared)
}

fn health() -> Router<Shared> {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
}

async fn readyz(State(shared): State<Shared>) -> Response {
    match shared.unready() {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn status(State(shared): State<Shared>) -> Response {
    let cameras = shared
        .streams
        .cameras
        .all()
        .into_iter()
        .map(|(id, status)| {
            let viewers = shared.streams.viewers(&id).into_iter();
            CameraReport {
                viewers: viewers
                    .map(|(rung, viewers)| (rung.to_string(), viewers))
                    .collect(),
                status,
            }
        });
    let cameras: Vec<_> = cameras.collect();
    let reason = shared.unready();
    let state = match &reason {
        None => "ready",
        Some(_) if shared.admission.leaving().is_cancelled() => "leaving",
        Some(_) => "unready",
    };
    let report = json!({
        "gateway": {
            "id": &*shared.gateway,
            "version": env!("CARGO_PKG_VERSION"),
            "state": state,
            "reason": reason,
            "viewers": shared.admission.count(),
        },
        "cameras": cameras,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}

/// A camera's status, and how many watch it here by quality.
#[derive(Serialize)]
struct CameraReport {
    #[serde(flatten)]
    status: Arc<CameraStatus>,
    viewers: BTreeMap<String, usize>,
}

/// What a request for a stream may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wish {
    camera: Option<String>,
    v: Option<String>,
}

async fn websocket(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(quality): Path<String>,
    Query(wish): Query<Wish>,
    request: Request,
) -> Response {
    let metrics = Arc::clone(&shared.streams.tools.metrics);
    let upgrade = match upgrade::prepare(request) {
        Ok(upgrade) => upgrade,
        Err(error) => {
            metrics.refused.handshake.inc();
            return upgrade::refusal(error);
        }
    };
    let address =
        client_ip::viewer_address(peer.ip(), upgrade.headers(), &shared.guard.trusted_proxies);
    let quality = quality.parse::<Quality>();
    let camera = wish.camera.unwrap_or_default().parse::<CameraId>();
    let speaks_v2 = wish.v.as_deref() == Some("2");
    let (quality, camera) = match (quality, camera) {
        (Ok(quality), Ok(camera)) => (quality, camera),
        (Err(error), _) => {
            metrics.refused.quality.inc();
            return upgrade.refuse(&shared.tasks, 1003, error.to_string());
        }
        (_, Err(error)) => {
            metrics.refused.camera.inc();
            return upgrade.refuse(&shared.tasks, 1003, error.to_string());
        }
    };
    let permit = match shared.admission.admit(address) {
        Ok(permit) => permit,
        Err(refusal) => {
            middleware::count_no_place(&metrics, refusal);
            let code = if refusal == crate::session::admission::AdmissionError::Leaving {
                1012
            } else {
                1013
            };
            return upgrade.refuse(&shared.tasks, code, refusal.to_string());
        }
    };
    let stream = StreamId {
        camera,
        rung: quality.rung(),
    };
    match shared.streams.subscribe(&stream) {
        Ok(subscription) => upgrade.accept(&shared, subscription, permit, speaks_v2),
        Err(error) => {
            metrics.refused.camera.inc();
            upgrade.refuse(&shared.tasks, 1013, error.to_string())
        }
    }
}
