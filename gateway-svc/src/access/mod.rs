//! Who may come in: the origin of a page, the token, the login, and whose address it is.
//!
//! [`AccessControl`] holds the rules and who broke them; its parts are pure. Only [`middleware`] knows the server.

pub(crate) mod claims;
pub(crate) mod client_ip;
pub(crate) mod jwt;
pub(crate) mod link;
mod login_limiter;
pub(crate) mod middleware;
pub(crate) mod origin;
pub(crate) mod token;
pub(crate) mod user_map;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use parking_lot::Mutex;
use process::Clock;

use self::client_ip::{Network, TrustedProxies};
use self::login_limiter::LoginLimiter;
use self::origin::Origin;
use self::token::{Access, COOKIE, Credentials, LOGIN_LIFETIME, Presented, Token};
use crate::metrics::Refused;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The rules, and who broke them.
#[derive(Debug)]
pub(crate) struct AccessControl {
    access: Access,
    /// Pages elsewhere that may show the stream.
    allowed_origins: BTreeSet<Origin>,
    proxies: TrustedProxies,
    limiter: Mutex<LoginLimiter>,
    clock: Clock,
    refused: Arc<Refused>,
}

/// Whose page it is that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// This gateway's own.
    Own,
    /// One that the operator allows.
    Allowed,
    /// Any other.
    Foreign,
}

/// Why a token does not let anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenRefusal {
    /// None was given, or a wrong one.
    Unauthorized,
    /// So many wrong ones were given that for so long no other is looked at.
    TooMany(Duration),
}

impl AccessControl {
    /// The rules as configured.
    #[must_use]
    pub(crate) fn new(
        access: Access,
        allowed_origins: BTreeSet<Origin>,
        trusted_proxies: Vec<Network>,
        clock: Clock,
        refused: Arc<Refused>,
    ) -> Self {
        Self {
            access,
            allowed_origins,
            proxies: TrustedProxies::new(trusted_proxies),
            limiter: Mutex::default(),
            clock,
            refused,
        }
    }

    /// The token, where one is asked for.
    pub(crate) const fn token(&self) -> Option<&Token> {
        match &self.access {
            Access::Anyone => None,
            Access::Token(token) => Some(token),
        }
    }

    /// The client's own address.
    #[must_use]
    pub(crate) fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        self.proxies.client_ip(peer, values)
    }

    /// Whether the client came by HTTPS, as a trusted proxy says.
    #[must_use]
    pub(crate) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.forwarded(peer, headers, &FORWARDED_PROTO) == Some("https")
    }

    /// The host that the client asked for, as a trusted proxy says, else as the request does.
    fn host<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Option<&'a str> {
        let own = || headers.get(header::HOST)?.to_str().ok();
        self.forwarded(peer, headers, &FORWARDED_HOST).or_else(own)
    }

    /// What a trusted proxy says about its own client's request.
    fn forwarded<'a>(
        &self,
        peer: IpAddr,
        headers: &'a HeaderMap,
        name: &HeaderName,
    ) -> Option<&'a str> {
        let value = headers.get(name).filter(|_| self.proxies.trusts(peer))?;
        value.to_str().ok()?.split(',').next().map(str::trim)
    }

    /// Whose page sends this `Origin`.
    fn page(&self, origin: &[u8], host: Option<&str>) -> Page {
        let origin = std::str::from_utf8(origin).ok();
        let Some(origin) = origin.and_then(|origin| origin.parse::<Origin>().ok()) else {
            return Page::Foreign;
        };
        if host.is_some_and(|host| origin.is_host(host)) {
            Page::Own
        } else if self.allowed_origins.contains(&origin) {
            Page::Allowed
        } else {
            Page::Foreign
        }
    }

    /// Lets a request with the token or its cookie pass, and everybody where no token is asked for.
    ///
    /// # Errors
    /// See [`TokenRefusal`]; it is counted.
    fn check_token(
        &self,
        client: IpAddr,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<(), TokenRefusal> {
        let Some(token) = self.token() else {
            return Ok(());
        };
        self.check_attempts(client)?;
        let cookies: Vec<_> = (headers.get_all(header::COOKIE).iter())
            .filter_map(|value| value.to_str().ok())
            .collect();
        let authorization = headers.get(header::AUTHORIZATION);
        let presented = Presented {
            authorization: authorization.map(http::HeaderValue::as_bytes),
            cookies: &cookies,
            query,
        };
        match token.credentials(presented, self.now_s()) {
            Credentials::Valid => return Ok(()),
            Credentials::Wrong => self.limiter.lock().wrong(client, self.clock.now()),
            Credentials::Missing => {}
        }
        self.refused.token.inc();
        Err(TokenRefusal::Unauthorized)
    }

    /// Whether the client may try a token now.
    ///
    /// # Errors
    /// [`TokenRefusal::TooMany`]; it is counted.
    pub(crate) fn check_attempts(&self, client: IpAddr) -> Result<(), TokenRefusal> {
        match self.limiter.lock().wait(client, self.clock.now()) {
            None => Ok(()),
            Some(wait) => {
                self.refused.attempts.inc();
                Err(TokenRefusal::TooMany(wait))
            }
        }
    }

    /// Trades a token for a cookie: the value of `Set-Cookie`, `secure` for who came by HTTPS.
    ///
    /// # Errors
    /// [`TokenRefusal::Unauthorized`]; it is counted.
    pub(crate) fn login(
        &self,
        token: &Token,
        client: IpAddr,
        given: &str,
        secure: bool,
    ) -> Result<String, TokenRefusal> {
        if !token.is(given) {
            self.limiter.lock().wrong(client, self.clock.now());
            self.refused.token.inc();
            return Err(TokenRefusal::Unauthorized);
        }
        Ok(format!(
            "{COOKIE}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
            token.login_cookie(self.now_s()),
            LOGIN_LIFETIME.as_secs(),
            if secure { "; Secure" } else { "" }
        ))
    }

    /// Seconds since the Unix epoch.
    fn now_s(&self) -> u64 {
        self.clock.wall_us(self.clock.now()) / 1_000_000
    }
}
