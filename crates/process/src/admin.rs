//! What every service answers on its admin port: metrics for Prometheus, health for orchestrators.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::IntoResponse as _;
use axum::routing::get;

use crate::guard::no_pages;

/// `/healthz`: the process is alive; `/readyz`: 200, or 503 with the words of `unready`.
pub fn health_routes<S>(
    unready: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let readyz = move || async move {
        match unready() {
            None => (StatusCode::OK, "ready\n".to_owned()),
            Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
        }
    };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(readyz))
}

/// All of an admin port: health, and `/metrics` with `text` in Prometheus' format. Pages may not use it.
pub fn admin_routes(
    unready: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
    text: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> Router {
    // Source: Prometheus' text exposition format, version 0.0.4.
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    let metrics =
        move || async move { ([(header::CONTENT_TYPE, content_type)], text()).into_response() };
    health_routes(unready)
        .route("/metrics", get(metrics))
        .layer(from_fn(no_pages))
}
