//! The checks around the routes: origin and token; and the answers to who does not pass.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer as _, Service as _};
use tower_http::cors::CorsLayer;

use super::login::Refusal;
use super::{AccessControl, FORWARDED_HOST, Page};

/// The most characters of a foreign origin that are given back in our words.
const MAX_QUOTED_ORIGIN: usize = 100;

/// Lets only our own page and the allowed ones ask; clients without `Origin` pass.
pub(crate) async fn check_origin(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let Some(origin) = headers.get(header::ORIGIN) else {
        return next.run(request).await;
    };
    let host = access.host(peer.ip(), headers);
    let preflight = request.method() == Method::OPTIONS;
    match access.page(origin.as_bytes(), host) {
        Page::Own if preflight => StatusCode::NO_CONTENT.into_response(),
        Page::Own => next.run(request).await,
        Page::Allowed => {
            let mut response = share(origin.clone(), request, next).await;
            if preflight {
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            response
        }
        Page::Foreign => {
            access.refused.origin.inc();
            let client = access.client_ip(peer.ip(), headers);
            access.audit_refusal(client, request.uri().path(), "origin");
            let untrusted =
                headers.contains_key(FORWARDED_HOST) && !access.proxies.trusts(peer.ip());
            foreign(origin, host.is_some() && untrusted)
        }
    }
}

/// Answers so that a page elsewhere, the Vite server's for instance, may read it too.
async fn share(origin: HeaderValue, request: Request, next: Next) -> Response {
    let cors = CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(true)
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .vary([header::ORIGIN]);
    let answered: Result<Response, Infallible> = cors.layer(next).call(request).await;
    answered.unwrap_or_else(|never| match never {})
}

/// The answer to a page that is not allowed.
fn foreign(origin: &HeaderValue, behind_unknown_proxy: bool) -> Response {
    let origin = String::from_utf8_lossy(origin.as_bytes());
    let origin = origin.chars().filter(char::is_ascii_graphic);
    let origin: String = origin.take(MAX_QUOTED_ORIGIN).collect();
    let hint = if behind_unknown_proxy {
        " (and GATEWAY_TRUSTED_PROXIES does not name the proxy that the request came through)"
    } else {
        ""
    };
    let words = format!(
        "pages of {origin} may not use this gateway: GATEWAY_ALLOWED_ORIGINS does not name them{hint}\n"
    );
    (StatusCode::FORBIDDEN, words).into_response()
}

/// Asks who it is where anything proves that, and hands the [`Identity`](super::identity::Identity) on with the request.
pub(crate) async fn identify(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = access.client_ip(peer.ip(), request.headers());
    let query = request.uri().query();
    match access.identify(peer.ip(), client, request.headers(), query) {
        Ok(identity) => {
            request.extensions_mut().insert(identity);
            next.run(request).await
        }
        Err(refusal) => {
            access.audit_refusal(client, request.uri().path(), refusal.reason());
            refusal.into_response()
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let words = match self {
            Self::Unauthorized => {
                "this gateway asks for its token (GATEWAY_AUTH_TOKEN), or what else proves who you are: give it as \
                 Authorization: Bearer …, as ?access_token=… or log in at the page\n"
                    .to_owned()
            }
            Self::Bearer(error) => format!("{error}; bring another, or log in at the page\n"),
            Self::TooLong => {
                let words = "this token is too long for a cookie: give it as Authorization: Bearer …\n";
                return (StatusCode::PAYLOAD_TOO_LARGE, words).into_response();
            }
            Self::TooMany(wait) => {
                let seconds = wait.as_secs() + 1;
                let words =
                    format!("too many wrong tokens from this address, try again in {seconds} s\n");
                let headers = [(header::RETRY_AFTER, seconds.to_string())];
                return (StatusCode::TOO_MANY_REQUESTS, headers, words).into_response();
            }
        };
        let headers = [(header::WWW_AUTHENTICATE, "Bearer realm=\"gateway-svc\"")];
        (StatusCode::UNAUTHORIZED, headers, words).into_response()
    }
}
