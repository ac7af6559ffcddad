//! The checks around the routes: origin and token; and the answers to who does not pass.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer as _, Service as _};
use tower_http::cors::CorsLayer;

use super::login::Refusal;
use super::pages::{Audience, Page};
use super::{AccessControl, FORWARDED_HOST};

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
        access.refuse_origin(peer.ip(), &request);
        return proxied(name);
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return unless_foreign(&access, peer.ip(), request, next).await;
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
            access.refuse_origin(peer.ip(), &request);
            let untrusted =
                headers.contains_key(FORWARDED_HOST) && !access.proxies.trusts(peer.ip());
            foreign(origin, host.is_some() && untrusted)
        }
    }
}

impl AccessControl {
    /// Counts and writes down a request that another page made, or a proxy where none is expected.
    fn refuse_origin(&self, peer: IpAddr, request: &Request) {
        self.refused.origin.inc();
        let client = self.client_ip(peer, request.headers());
        self.audit_refusal(client, request.uri().path(), "origin");
    }
}

/// Lets a request without `Origin` pass unless a page made it that is not allowed; an allowed page may show the answer.
async fn unless_foreign(
    access: &AccessControl,
    peer: IpAddr,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if access.pages.is_foreign(headers) {
        access.refuse_origin(peer, &request);
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
            request
                .extensions_mut()
                .insert(identity.at_most(access.best));
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
