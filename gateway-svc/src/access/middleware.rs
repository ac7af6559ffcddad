//! Who may come in: origin, token, login. What it decides by is pure ([`token`], [`crate::access::origin`]).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::client_ip::{Network, viewer_address};
use crate::access::origin::Origin;
use crate::access::token::{self, Access, Credentials, LoginLimiter};
use crate::http::routes::Shared;
use crate::metrics::Metrics;
use crate::session::admission::AdmissionError;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// A login is two dozen bytes and a token.
const MAX_LOGIN_BYTES: usize = 1024;

/// The rules, and who broke them.
#[derive(Debug)]
pub(crate) struct AccessControl {
    /// Who may watch.
    pub(crate) access: Access,
    /// Pages elsewhere that may show the stream.
    pub(crate) allowed_origins: BTreeSet<Origin>,
    /// Whose `X-Forwarded-*` is believed.
    pub(crate) trusted_proxies: Vec<Network>,
    /// Wrong tokens.
    pub(crate) guesses: Mutex<LoginLimiter>,
}

impl AccessControl {
    fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(peer))
    }

    /// What a trusted proxy says about its own client's request.
    fn forwarded<'a>(
        &self,
        peer: IpAddr,
        headers: &'a HeaderMap,
        name: &HeaderName,
    ) -> Option<&'a str> {
        let value = headers.get(name).filter(|_| self.trusts(peer))?;
        value.to_str().ok()?.split(',').next().map(str::trim)
    }
}

/// Lets only our own page and the allowed ones ask; clients without `Origin` pass.
pub(crate) async fn check_origin(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let Some(given) = headers.get(header::ORIGIN) else {
        return next.run(request).await;
    };
    let host = || headers.get(header::HOST)?.to_str().ok();
    let host = shared
        .guard
        .forwarded(peer.ip(), headers, &FORWARDED_HOST)
        .or_else(host);
    let origin: Option<Origin> = given.to_str().ok().and_then(|given| given.parse().ok());
    let own = origin
        .as_ref()
        .is_some_and(|origin| host.is_some_and(|host| origin.is_host(host)));
    let allowed = origin
        .as_ref()
        .is_some_and(|origin| shared.guard.allowed_origins.contains(origin));
    if !own && !allowed {
        shared.streams.tools.metrics.refused.origin.inc();
        let words = format!(
            "pages of {} may not use this gateway: GATEWAY_ALLOWED_ORIGINS does not name them{}\n",
            String::from_utf8_lossy(given.as_bytes())
                .chars()
                .filter(char::is_ascii_graphic)
                .take(100)
                .collect::<String>(),
            if host.is_some()
                && !shared.guard.trusts(peer.ip())
                && headers.contains_key(FORWARDED_HOST)
            {
                " (and GATEWAY_TRUSTED_PROXIES does not name the proxy that the request came through)"
            } else {
                ""
            }
        );
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let given = given.clone();
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    if !own {
        // A page elsewhere, the Vite server's for instance, may read the answers too.
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, given);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if preflight {
            let may = HeaderValue::from_static("authorization, content-type");
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, may);
        }
    }
    response
}

/// Asks for the token where one is set.
pub(crate) async fn check_token(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Access::Token(token) = &shared.guard.access else {
        return next.run(request).await;
    };
    let address = viewer_address(peer.ip(), request.headers(), &shared.guard.trusted_proxies);
    let now = shared.streams.tools.clock.now();
    let now_s = shared.streams.tools.clock.wall_us(now) / 1_000_000;
    let refused = &shared.streams.tools.metrics.refused;
    if let Some(response) = too_many(&shared, address) {
        return response;
    }
    match token.credentials(request.headers(), request.uri(), now_s) {
        Credentials::Right => return next.run(request).await,
        Credentials::Wrong => guesses(&shared).wrong(address, now),
        Credentials::Nothing => {}
    }
    refused.token.inc();
    unauthorized()
}

#[derive(Deserialize)]
struct Login {
    token: String,
}

/// Trades the token for a cookie, for the page.
pub(crate) async fn login(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Access::Token(token) = &shared.guard.access else {
        // Nothing to log in to, and nothing that keeps anybody out.
        return StatusCode::NO_CONTENT.into_response();
    };
    let address = viewer_address(peer.ip(), &parts.headers, &shared.guard.trusted_proxies);
    if let Some(response) = too_many(&shared, address) {
        return response;
    }
    let within = std::time::Duration::from_secs(5);
    let body = tokio::time::timeout(within, axum::body::to_bytes(body, MAX_LOGIN_BYTES)).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_else(Bytes::new);
    let Ok(Login { token: given }) = serde_json::from_slice(&body) else {
        return (
            StatusCode::BAD_REQUEST,
            "the body must be {\"token\":\"…\"}\n",
        )
            .into_response();
    };
    let now = shared.streams.tools.clock.now();
    if !token.is(&given) {
        guesses(&shared).wrong(address, now);
        shared.streams.tools.metrics.refused.token.inc();
        return unauthorized();
    }
    let now_s = shared.streams.tools.clock.wall_us(now) / 1_000_000;
    let secure = shared
        .guard
        .forwarded(peer.ip(), &parts.headers, &FORWARDED_PROTO)
        == Some("https");
    let cookie = format!(
        "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
        token::COOKIE,
        token.login_cookie(now_s),
        token::LOGIN_LIFETIME.as_secs(),
        if secure { "; Secure" } else { "" }
    );
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

/// Counts a viewer that found no place.
pub(crate) fn count_no_place(metrics: &Metrics, refusal: AdmissionError) {
    match refusal {
        AdmissionError::Full(_) => metrics.refused.full.inc(),
        AdmissionError::Address(_) => metrics.refused.address.inc(),
        AdmissionError::Leaving => metrics.refused.leaving.inc(),
    }
}

fn guesses(shared: &Shared) -> std::sync::MutexGuard<'_, LoginLimiter> {
    shared
        .guard
        .guesses
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn too_many(shared: &Shared, address: IpAddr) -> Option<Response> {
    let wait = guesses(shared).wait(address, shared.streams.tools.clock.now())?;
    shared.streams.tools.metrics.refused.attempts.inc();
    let seconds = wait.as_secs() + 1;
    let words = format!("too many wrong tokens from this address, try again in {seconds} s\n");
    let headers = [(header::RETRY_AFTER, seconds.to_string())];
    Some((StatusCode::TOO_MANY_REQUESTS, headers, words).into_response())
}

fn unauthorized() -> Response {
    let words = "this gateway asks for its token (GATEWAY_AUTH_TOKEN): give it as Authorization: Bearer …, as \
                 ?access_token=… or log in at the page\n";
    let headers = [(header::WWW_AUTHENTICATE, "Bearer realm=\"gateway-svc\"")];
    (StatusCode::UNAUTHORIZED, headers, words).into_response()
}
