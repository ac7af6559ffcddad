//! Who may come in: the origin of a page, the token, the login, and whose address it is.
//!
//! [`AccessControl`] holds the rules and who broke them; its parts are pure. Only [`middleware`] knows the server.

pub(crate) mod client_ip;
mod cookie;
mod login_limiter;
pub(crate) mod middleware;
pub(crate) mod origin;
mod pages;
mod presented;
pub(crate) mod token;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use parking_lot::Mutex;
use process::{Clock, subscriber};

use self::client_ip::{Network, TrustedProxies};
use self::cookie::{COOKIE, CookieKey, LOGIN_LIFETIME, Proof};
use self::login_limiter::{LoginLimiter, Verdict};
use self::origin::Origin;
use self::pages::{Audience, PageRules};
use self::presented::Presented;
use self::token::{Access, Token};
use crate::metrics::Refused;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The rules, and who broke them.
#[derive(Debug)]
pub(crate) struct AccessControl {
    secret: Option<Secret>,
    pages: PageRules,
    proxies: TrustedProxies,
    /// Wrong tokens.
    tokens: Mutex<LoginLimiter>,
    /// Wrong cookies, apart: after a change of the token every browser sends one until it logs in again.
    cookies: Mutex<LoginLimiter>,
    clock: Clock,
    refused: Arc<Refused>,
}

/// What a viewer proves to know.
#[derive(Debug)]
pub(crate) struct Secret {
    token: Token,
    /// Made from the token.
    cookies: CookieKey,
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
    /// The rules as configured; blocks for a tenth of a second where a token is set.
    #[must_use]
    pub(crate) fn new(
        access: Access,
        allowed_origins: BTreeSet<Origin>,
        trusted_proxies: Vec<Network>,
        clock: Clock,
        refused: Arc<Refused>,
    ) -> Self {
        let audience = match &access {
            Access::ThisMachine => Audience::ThisMachine,
            Access::Anyone => Audience::Anyone,
            Access::Token(_) => Audience::Invited,
        };
        let secret = match access {
            Access::ThisMachine | Access::Anyone => None,
            Access::Token(token) => Some(Secret {
                cookies: CookieKey::derive(token.secret()),
                token,
            }),
        };
        Self {
            secret,
            pages: PageRules {
                audience,
                allowed_origins,
            },
            proxies: TrustedProxies::new(trusted_proxies),
            tokens: Mutex::default(),
            cookies: Mutex::default(),
            clock,
            refused,
        }
    }

    /// What is asked for, where anything is.
    pub(crate) const fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
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
    pub(crate) fn host<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Option<&'a str> {
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

    /// Pages elsewhere that may show this gateway's own in a frame, as sources of a content security policy.
    pub(crate) fn embedders(&self) -> Vec<String> {
        match self.pages.audience {
            Audience::Anyone => vec!["*".to_owned()],
            _ => self
                .pages
                .allowed_origins
                .iter()
                .map(Origin::to_string)
                .collect(),
        }
    }

    /// Lets a request with the token or its cookie pass, and everybody where no token is asked for.
    ///
    /// A right cookie passes whatever else happens: it cannot be guessed, so nobody needs to wait with it.
    ///
    /// # Errors
    /// See [`TokenRefusal`]; it is counted.
    fn check_token(
        &self,
        client: IpAddr,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<(), TokenRefusal> {
        let Some(secret) = self.secret() else {
            return Ok(());
        };
        let presented = Presented::of(headers, query);
        let now_s = self.now_s();
        let proofs = presented.cookies.iter();
        let proofs: Vec<_> = proofs
            .map(|value| secret.cookies.judge(value, now_s))
            .collect();
        if proofs.contains(&Proof::Valid) {
            return Ok(());
        }
        if !presented.tokens.is_empty() {
            return self.try_tokens(secret, client, &presented.tokens);
        }
        let wrong = proofs.iter().filter(|proof| **proof == Proof::Wrong);
        let verdicts = wrong.map(|_| self.judge(&self.cookies, "cookie", client, false));
        match verdicts.last() {
            Some(verdict) => self.settle(verdict),
            None => Err(self.unauthorized()),
        }
    }

    /// Lets pass who shows the token in one of `given`.
    ///
    /// # Errors
    /// See [`TokenRefusal`]; it is counted.
    fn try_tokens<T: AsRef<str>>(
        &self,
        secret: &Secret,
        client: IpAddr,
        given: &[T],
    ) -> Result<(), TokenRefusal> {
        let right = |token: &T| secret.token.is(token.as_ref());
        let right = given.iter().any(right);
        // Each wrong one is a guess.
        let guesses = if right { 1 } else { given.len() };
        let judge = || self.judge(&self.tokens, "token", client, right);
        let verdict = std::iter::repeat_with(judge).take(guesses).last();
        verdict.map_or_else(|| Err(self.unauthorized()), |verdict| self.settle(verdict))
    }

    /// Judges a secret, and logs the first wrong one of a minute; `kind` is what it is.
    fn judge(
        &self,
        limiter: &Mutex<LoginLimiter>,
        kind: &'static str,
        client: IpAddr,
        right: bool,
    ) -> Verdict {
        let now = self.clock.now();
        let verdict = limiter.lock().judge(subscriber(client), right, now);
        if verdict == (Verdict::Wrong { first: true }) {
            tracing::warn!(address = %client, "a wrong {kind} was given");
        }
        verdict
    }

    /// What a verdict means, counted.
    fn settle(&self, verdict: Verdict) -> Result<(), TokenRefusal> {
        match verdict {
            Verdict::Right => Ok(()),
            Verdict::Wrong { .. } => Err(self.unauthorized()),
            Verdict::Wait(wait) => {
                self.refused.attempts.inc();
                Err(TokenRefusal::TooMany(wait))
            }
        }
    }

    fn unauthorized(&self) -> TokenRefusal {
        self.refused.token.inc();
        TokenRefusal::Unauthorized
    }

    /// Trades a token for a cookie: the value of `Set-Cookie`, `secure` for who came by HTTPS.
    ///
    /// # Errors
    /// See [`TokenRefusal`]; it is counted.
    pub(crate) fn login(
        &self,
        secret: &Secret,
        client: IpAddr,
        given: &str,
        secure: bool,
    ) -> Result<String, TokenRefusal> {
        self.try_tokens(secret, client, &[given])?;
        Ok(format!(
            "{COOKIE}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
            secret.cookies.issue(self.now_s()),
            LOGIN_LIFETIME.as_secs(),
            if secure { "; Secure" } else { "" }
        ))
    }

    /// Seconds since the Unix epoch.
    fn now_s(&self) -> u64 {
        self.clock.wall_us(self.clock.now()) / 1_000_000
    }
}
