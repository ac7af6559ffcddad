//! Who a request is from: by the token, its cookie, a link, a JWT or the word of a proxy. One that is right is enough.

use std::net::IpAddr;
use std::time::Duration;

use http::HeaderMap;
use parking_lot::Mutex;
use process::subscriber;

use super::bearers::BearerError;
use super::cookie::{LOGIN_LIFETIME, Proof as CookieProof};
use super::cookie_scope::{CookieScope, Jar};
use super::identity::{Identity, Proof};
use super::login_limiter::{LoginLimiter, Verdict};
use super::presented::Presented;
use super::{AccessControl, Secret};
use crate::audit::Who;

/// Browsers keep no longer cookie with its name and attributes.
const MAX_COOKIE_BYTES: usize = 3800;

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing that proves anything, or a wrong token.
    Unauthorized,
    /// A link or a token of an issuer that opens nothing.
    Bearer(BearerError),
    /// One that is right and longer than a cookie may be.
    TooLong,
    /// So many wrong tokens were given that for so long no other is looked at.
    TooMany(Duration),
}

/// What a request shows and what came of it.
#[derive(Default)]
struct Shown<'a> {
    /// Those in the request itself that may be the token.
    tokens: Vec<&'a str>,
    /// Why a link or a JWT among them opens nothing.
    told: Option<BearerError>,
}

impl AccessControl {
    /// Whom a request is from, and everybody where nothing is asked for.
    ///
    /// A right cookie, link or JWT passes whatever else happens: it cannot be guessed, so nobody needs to wait with it.
    ///
    /// # Errors
    /// See [`Refusal`]; it is counted.
    pub(super) fn identify(
        &self,
        peer: IpAddr,
        client: IpAddr,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Identity, Refusal> {
        if !self.asks() {
            return Ok(Identity::everything(Proof::Anonymous));
        }
        let presented = Presented::of(headers, query);
        let (mut shown, mut sent_along) = (Shown::default(), Shown::default());
        // What stands in the request itself, then a login by the token, then the proxy's word, then what a browser
        // sends along of an earlier link or JWT.
        let identity = self
            .bearer_of(&presented.tokens, &mut shown)
            .or_else(|| self.token_login(&presented))
            .or_else(|| self.proxied(peer, headers))
            .or_else(|| self.bearer_of(&presented.cookies, &mut sent_along));
        if let Some(identity) = identity {
            return Ok(identity);
        }
        let known = match &self.secret {
            Some(secret) if !shown.tokens.is_empty() => {
                self.try_tokens(secret, client, &shown.tokens)
            }
            Some(secret) => self.settle_cookies(secret, client, &presented),
            None => Err(self.unauthorized()),
        };
        match (known, shown.told.or(sent_along.told)) {
            (Ok(()), _) => Ok(Identity::everything(Proof::Token)),
            (Err(Refusal::Unauthorized), Some(told)) => Err(Refusal::Bearer(told)),
            (Err(refusal), _) => Err(refusal),
        }
    }

    /// Whose a link's token or a JWT is; what is neither goes into `shown`, and why one opens nothing.
    fn bearer_of<'a, T: AsRef<str>>(
        &self,
        tokens: &'a [T],
        shown: &mut Shown<'a>,
    ) -> Option<Identity> {
        let now_s = self.now_s();
        for token in tokens {
            match self.bearers.identify(token.as_ref(), now_s) {
                Some(Ok(identity)) => return Some(identity),
                Some(Err(error)) => shown.told = Some(error),
                None => shown.tokens.push(token.as_ref()),
            }
        }
        None
    }

    /// Who has logged in by the token.
    fn token_login(&self, presented: &Presented<'_>) -> Option<Identity> {
        let (secret, now_s) = (self.secret.as_ref()?, self.now_s());
        let judge = |value: &&str| secret.cookies.judge(value, now_s) == CookieProof::Valid;
        let valid = presented.cookies.iter().any(judge);
        valid.then(|| Identity::everything(Proof::Token))
    }

    /// Whom a proxy vouches for, if it is trusted.
    fn proxied(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Identity> {
        let trusted = self.proxies.trusts(peer);
        trusted.then(|| self.bearers.proxied(headers)).flatten()
    }

    /// Judges the cookies of a request without a token, none of which is right.
    fn settle_cookies(
        &self,
        secret: &Secret,
        client: IpAddr,
        presented: &Presented<'_>,
    ) -> Result<(), Refusal> {
        let now_s = self.now_s();
        let wrong = presented.cookies.iter();
        let wrong = wrong.filter(|value| secret.cookies.judge(value, now_s) == CookieProof::Wrong);
        let verdicts = wrong.map(|_| self.judge(&self.cookies, "cookie", client, false));
        match verdicts.last() {
            Some(verdict) => self.settle(verdict),
            None => Err(self.unauthorized()),
        }
    }

    /// Lets pass who shows the token in one of `given`.
    ///
    /// # Errors
    /// See [`Refusal`]; it is counted.
    fn try_tokens(&self, secret: &Secret, client: IpAddr, given: &[&str]) -> Result<(), Refusal> {
        let right = given.iter().any(|token| secret.token.is(token));
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
    fn settle(&self, verdict: Verdict) -> Result<(), Refusal> {
        match verdict {
            Verdict::Right => Ok(()),
            Verdict::Wrong { .. } => Err(self.unauthorized()),
            Verdict::Wait(wait) => {
                self.refused.attempts.inc();
                Err(Refusal::TooMany(wait))
            }
        }
    }

    fn unauthorized(&self) -> Refusal {
        self.refused.token.inc();
        Refusal::Unauthorized
    }

    /// Trades the token, a link's or a JWT for a cookie: the value of `Set-Cookie`, for this `jar`.
    ///
    /// The cookie of a link or a JWT is that itself, for as long as it lasts: nothing is remembered, and what ends it
    /// ends the cookie.
    ///
    /// # Errors
    /// See [`Refusal`]; it is counted.
    pub(crate) fn login(
        &self,
        client: IpAddr,
        given: &str,
        scope: &CookieScope,
        jar: Jar,
    ) -> Result<String, Refusal> {
        let now_s = self.now_s();
        if let Some(identity) = self.bearers.identify(given, now_s) {
            let identity = identity.map_err(|error| {
                self.refused.token.inc();
                Refusal::Bearer(error)
            })?;
            if given.len() > MAX_COOKIE_BYTES {
                return Err(Refusal::TooLong);
            }
            let end = identity.claims().expires_s().unwrap_or(now_s);
            let lifetime = Duration::from_secs(end.saturating_sub(now_s));
            return Ok(scope.set(given, lifetime, jar));
        }
        let Some(secret) = &self.secret else {
            return Err(self.unauthorized());
        };
        self.try_tokens(secret, client, &[given])?;
        let value = secret.cookies.issue(now_s);
        Ok(scope.set(&value, LOGIN_LIFETIME, jar))
    }

    /// Writes into the audit log who was not let in, and why.
    pub(crate) fn audit_refusal(&self, client: IpAddr, path: &str, reason: &str) {
        let who = Who {
            sub: None,
            by: None,
            address: client,
        };
        self.audit.refused(&who, path, reason);
    }
}

impl Refusal {
    /// As it stands in the audit log; the name in `gateway_refused_total{reason}`.
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized | Self::Bearer(_) | Self::TooLong => "token",
            Self::TooMany(_) => "attempts",
        }
    }
}
