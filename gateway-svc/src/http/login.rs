//! `POST /api/login`: trades the token, a link's or a JWT for a cookie, for the page; `POST /api/logout` takes it away.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::AccessControl;
use crate::access::cookie_scope::{CookieScope, Jar};

/// The most bytes of a login: it is two dozen and a token, a link's or a JWT.
const MAX_LOGIN_BYTES: usize = 8 * 1024;
/// A login that is not there by then is none.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Login {
    token: String,
    /// The page stands in a frame of another site's.
    #[serde(default)]
    framed: bool,
}

/// Answers with the cookie; 204 without one where no token is asked for.
pub(crate) async fn login(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    if !access.asks() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let (parts, body) = request.into_parts();
    let client = access.client_ip(peer.ip(), &parts.headers);
    // Judged and counted when it is all there: many logins that are sent slowly are many guesses.
    let Ok(Login {
        token: given,
        framed,
    }) = serde_json::from_slice(&read(body).await)
    else {
        let words = "the body must be {\"token\":\"…\"}\n";
        return (StatusCode::BAD_REQUEST, words).into_response();
    };
    let scope = CookieScope::of(&parts.headers);
    // Where no page may have ours in its frame, nobody asks for that but who has none.
    let jar = if framed && !access.embedders().is_empty() {
        Jar::Framed
    } else {
        let secure = access.is_https(peer.ip(), &parts.headers);
        Jar::Own { secure }
    };
    match access.login(client, &given, &scope, jar) {
        Ok(cookie) => (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response(),
        Err(refusal) => {
            access.audit_refusal(client, parts.uri.path(), refusal.reason());
            refusal.into_response()
        }
    }
}

/// Takes the browser's cookie away. One that somebody has copied lasts until its end or another token: gateways remember
/// none.
pub(crate) async fn logout(
    State(access): State<Arc<AccessControl>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let secure = access.is_https(peer.ip(), &headers);
    let jar = Jar::Own { secure };
    let cookie = CookieScope::of(&headers).set("", Duration::ZERO, jar);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

/// The body, or nothing of one that is too long or too slow.
async fn read(body: Body) -> Bytes {
    let body = tokio::time::timeout(LOGIN_TIMEOUT, to_bytes(body, MAX_LOGIN_BYTES)).await;
    body.ok().and_then(Result::ok).unwrap_or_default()
}
