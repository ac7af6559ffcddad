//! The web client's files, as they were built: the build leaves each compressed as well, and nothing is compressed here,
//! or a stranger who asks for them often enough would take the processor from the viewers.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use tower_http::services::ServeDir;

use crate::access::AccessControl;
use crate::http::policy::{is_embedded, policy};

/// Credentials at `/` while there is no built client.
const MISSING: &str = include_str!("missing.html");
/// No file of the client has a longer path, and no file system a longer name.
const MAX_PATH_BYTES: usize = 200;

/// Serves the files under `root`; a directory that appears later is found.
pub(crate) fn client(root: &Path, access: Arc<AccessControl>) -> Router {
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
        .layer(from_fn(only_files))
        .layer(from_fn_with_state(access, headers))
}

/// What cannot be a file is not found, without a look at the disk. A folder is none either: the redirect to its name with a
/// slash would lose the path that a proxy has taken away.
async fn only_files(uri: Uri, request: Request, next: Next) -> Response {
    if uri.path().len() > MAX_PATH_BYTES {
        return nothing();
    }
    let response = next.run(request).await;
    if response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED {
        return nothing();
    }
    response
}

fn missing(uri: &Uri, built: bool) -> Response {
    if uri.path() == "/" && !built {
        (StatusCode::SERVICE_UNAVAILABLE, Html(MISSING)).into_response()
    } else {
        nothing()
    }
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "nothing here\n").into_response()
}

async fn headers(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let host = access.host(peer.ip(), request.headers());
    let embedders = is_embedded(uri.query()).then(|| access.embedders());
    let policy = HeaderValue::try_from(policy(host, embedders.as_deref()));
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
    if let Ok(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
