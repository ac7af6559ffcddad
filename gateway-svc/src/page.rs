//! The web client's files.

use std::path::Path;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::map_response_with_state;
use axum::response::{Html, IntoResponse, Response};
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

/// Shown at `/` while there is no built client.
const MISSING: &str = include_str!("missing.html");
/// The page may talk to any gateway it is built for and run nothing that is not its own. Nothing forbids to embed it:
/// `?embed=1` is made for other pages' frames.
const POLICY: &str = "default-src 'self'; connect-src 'self' http: https: ws: wss:; img-src 'self' blob: data:; \
                      worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'";

/// Serves the files under `root`; a directory that appears later is found.
pub fn client(root: &Path) -> Router {
    let index = root.join("index.html");
    let files = ServeDir::new(root).fallback(axum::handler::HandlerWithoutStateExt::into_service(
        move |uri: Uri| {
            let built = index.is_file();
            async move { missing(&uri, built) }
        },
    ));
    Router::new()
        .fallback_service(files)
        .layer(map_response_with_state((), headers))
        .layer(CompressionLayer::new().gzip(true))
}

fn missing(uri: &Uri, built: bool) -> Response {
    if uri.path() == "/" && !built {
        (StatusCode::SERVICE_UNAVAILABLE, Html(MISSING)).into_response()
    } else {
        (StatusCode::NOT_FOUND, "nothing here\n").into_response()
    }
}

async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
