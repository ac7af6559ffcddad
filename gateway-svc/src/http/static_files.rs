//! The web client's files, as they were built: the build leaves each compressed as well, and nothing is compressed here,
//! or a stranger who asks for them often enough would take the processor from the viewers.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use tower_http::services::ServeDir;

/// Credentials at `/` while there is no built client.
const MISSING: &str = include_str!("missing.html");
/// Nothing but the page's own files: no inline script or style, no other host. `ws:` and `wss:` are for Safari, whose
/// `'self'` long left out the page's own WebSocket. Nothing forbids to embed it: `?embed=1` is made for other pages'
/// frames.
const POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'";

/// Serves the files under `root`; a directory that appears later is found.
pub(crate) fn client(root: &Path) -> Router {
    let index = root.join("index.html");
    let files = ServeDir::new(root).precompressed_gzip().precompressed_br();
    let files = files.fallback(axum::handler::HandlerWithoutStateExt::into_service(
        move |uri: Uri| {
            let built = index.is_file();
            async move { missing(&uri, built) }
        },
    ));
    Router::new()
        .fallback_service(files)
        .layer(from_fn(headers))
}

fn missing(uri: &Uri, built: bool) -> Response {
    if uri.path() == "/" && !built {
        (StatusCode::SERVICE_UNAVAILABLE, Html(MISSING)).into_response()
    } else {
        (StatusCode::NOT_FOUND, "nothing here\n").into_response()
    }
}

async fn headers(uri: Uri, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    // A hash in the name of a built file changes with its content; the page itself is asked for again each time.
    let built = uri.path().starts_with("/assets/") && response.status().is_success();
    let cache = if built {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, cache),
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
