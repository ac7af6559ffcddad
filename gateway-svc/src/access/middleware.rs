//! The checks around the routes: origin and token; and the answers to who does not pass.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer as _, Service as _};
use tower_http::cors::CorsLayer;

use super::pages::{Audience, Page};
use super::{AccessControl, FORWARDED_HOST, TokenRefusal};

/// The most characters of a foreign origin that are given back in our words.
const MAX_QUOTED_ORIGIN: usize = 100;

/// As [`check_origin`], but a browser may go here from anywhere: a link to the page, or a frame with it, is no script
/// that asks.
pub(crate) async fn check_page_origin(
    access: State<Arc<AccessControl>>,
    peer: ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let goes = process::is_navigation(request.method(), headers);
    if goes && access.pages.proxy_header(headers).is_none() && !headers.contains_key(header::ORIGIN)
    {
        return next.run(request).await;
    }
    check_origin(access, peer, request, next).await
}

/// Lets only our own page and the allowed ones ask; clients that are no browsers pass.
pub(crate) async fn check_origin(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if let Some(name) = access.pages.proxy_header(headers) {
        access.refused.origin.inc();
        return proxied(name);
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return unless_foreign(&access, request, next).await;
    };
    let host = access.host(peer.ip(), headers);
    let preflight = request.method() == Method::OPTIONS;
    match access.pages.whose(origin.as_bytes(), host) {
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
            let untrusted =
                headers.contains_key(FORWARDED_HOST) && !access.proxies.trusts(peer.ip());
            foreign(origin, host.is_some() && untrusted)
        }
    }
}

/// Lets a request without `Origin` pass unless a page made it that is not allowed; an allowed page may show the answer.
async fn unless_foreign(access: &AccessControl, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if access.pages.is_foreign(headers) {
        access.refused.origin.inc();
        let words = "pages of other sites may not use this gateway: GATEWAY_ALLOWED_ORIGINS names none that asked\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let shared =
        access.pages.audience == Audience::Anyone || access.pages.is_from_allowed_page(headers);
    let mut response = next.run(request).await;
    if shared {
        process::share(response.headers_mut());
    }
    response
}

/// The answer to what came through a proxy to a gateway that is for this machine alone.
fn proxied(header: &HeaderName) -> Response {
    let words = format!(
        "{header} says that this came through a proxy, and nothing says who may watch: set GATEWAY_AUTH_TOKEN (or \
         GATEWAY_AUTH_TOKEN_FILE), or GATEWAY_ALLOW_ANONYMOUS=true\n"
    );
    (StatusCode::FORBIDDEN, words).into_response()
}

/// Answers so that a page elsewhere, the Vite server's for instance, may read it too.
async fn share(origin: HeaderValue, request: Request, next: Next) -> Response {
    let cors = CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(true)
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .vary([header::ORIGIN]);
    let answered: Result<Response, Infallible> = cors.layer(next).call(request).await;
    let mut response = answered.unwrap_or_else(|never| match never {});
    process::share(response.headers_mut());
    response
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

/// Asks for the token where one is set.
pub(crate) async fn check_token(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let client = access.client_ip(peer.ip(), request.headers());
    match access.check_token(client, request.headers(), request.uri().query()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => {
                let words = "this gateway asks for its token (GATEWAY_AUTH_TOKEN): give it as Authorization: Bearer …, \
                             as ?access_token=… or log in at the page\n";
                let headers = [(header::WWW_AUTHENTICATE, "Bearer realm=\"gateway-svc\"")];
                (StatusCode::UNAUTHORIZED, headers, words).into_response()
            }
            Self::TooMany(wait) => {
                let seconds = wait.as_secs() + 1;
                let words =
                    format!("too many wrong tokens from this address, try again in {seconds} s\n");
                let headers = [(header::RETRY_AFTER, seconds.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, headers, words).into_response()
            }
        }
    }
}
