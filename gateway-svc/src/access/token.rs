//! PURE: the token that viewers must know, and the cookie made from it.
//!
//! The cookie is an expiry time and its HMAC under the token: every gateway with the same token accepts it, none has
//! to remember it, and another token ends all of them.

use std::fmt::Write as _;
use std::time::Duration;

use ring::hmac;
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

/// The cookie's name.
pub(super) const COOKIE: &str = "rero_session";
/// How long a login lasts.
pub(super) const LOGIN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// Who may watch.
#[derive(Clone, Debug)]
pub enum Access {
    /// Whoever can connect.
    Anyone,
    /// Whoever knows the token.
    Token(Token),
}

/// The secret that viewers must know; never shown.
#[derive(Clone)]
pub struct Token(Box<[u8]>);

/// Too short to be a secret, or not sendable in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("8 or more visible ASCII characters would do, for instance from: openssl rand -hex 16")]
pub(crate) struct TokenError;

/// Where a request may carry a token, as it was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Presented<'a> {
    /// The value of `Authorization`.
    pub(super) authorization: Option<&'a [u8]>,
    /// The values of `Cookie`.
    pub(super) cookies: &'a [&'a str],
    /// What follows the `?`.
    pub(super) query: Option<&'a str>,
}

/// What a request proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// No token was given.
    Missing,
    /// A wrong token was given.
    Wrong,
    /// The token, or a cookie made from it.
    Valid,
}

impl Token {
    /// # Errors
    /// Fewer than 8 characters, or others than visible ASCII.
    pub(crate) fn new(text: &str) -> Result<Self, TokenError> {
        let sendable = text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if sendable {
            Ok(Self(text.as_bytes().into()))
        } else {
            Err(TokenError)
        }
    }

    /// Compares in constant time.
    #[must_use]
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.ct_eq(given.as_bytes()).into()
    }

    /// The cookie's value for a login at `now_s` (seconds since the Unix epoch).
    #[must_use]
    pub(super) fn login_cookie(&self, now_s: u64) -> String {
        let expires = now_s + LOGIN_LIFETIME.as_secs();
        let mac = hmac::sign(&self.key(), Self::signed(expires).as_bytes());
        let mut value = format!("{expires}.");
        for byte in mac.as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(value, "{byte:02x}");
        }
        value
    }

    /// What a request proves: by `Authorization: Bearer`, the cookie or `?access_token=`; one valid one is enough.
    #[must_use]
    pub(super) fn credentials(&self, presented: Presented<'_>, now_s: u64) -> Credentials {
        let bearer = presented.authorization.map(|value| {
            let value = std::str::from_utf8(value).ok();
            let words = value.and_then(|value| value.split_once(' '));
            words.is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && self.is(token.trim())
            })
        });
        let query = presented.query.and_then(access_token);
        let query = query.map(|token| self.is(&token));
        let cookie =
            cookie(presented.cookies).is_some_and(|value| self.is_login_cookie(value, now_s));
        if bearer == Some(true) || query == Some(true) || cookie {
            Credentials::Valid
        } else if bearer.or(query).is_some() {
            Credentials::Wrong
        } else {
            // An old cookie is no guess: the page sends it by itself.
            Credentials::Missing
        }
    }

    fn is_login_cookie(&self, value: &str, now_s: u64) -> bool {
        let read = || {
            let (expires, mac) = value.split_once('.')?;
            let expires: u64 = expires.parse().ok()?;
            let mac: Option<Vec<u8>> = (0..mac.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(mac.get(at..at + 2)?, 16).ok())
                .collect();
            let verified = hmac::verify(&self.key(), Self::signed(expires).as_bytes(), &mac?);
            Some(now_s < expires && verified.is_ok())
        };
        read().unwrap_or(false)
    }

    fn signed(expires: u64) -> String {
        format!("{COOKIE} until {expires}")
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

fn cookie<'a>(cookies: &[&'a str]) -> Option<&'a str> {
    let mut pairs = cookies.iter().flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The value of `access_token` in a query, unescaped.
fn access_token(query: &str) -> Option<std::borrow::Cow<'_, str>> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == "access_token").then_some(value))
}

#[cfg(test)]
mod tests;
