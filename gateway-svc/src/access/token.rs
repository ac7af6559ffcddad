//! PURE: who may watch: the token, the cookie made from it, and how often one may guess.
//!
//! The cookie is an expiry time and its HMAC under the token: every gateway with the same token accepts it, none has
//! to remember it, and another token ends all of them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use ring::hmac;
use subtle::ConstantTimeEq as _;

/// The cookie's name.
pub(crate) const COOKIE: &str = "rero_session";
/// How long a login lasts.
pub(crate) const LOGIN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// Wrong tokens from one address
const MAX_WRONG_TOKENS: u32 = 10;
/// within this time; then no more are listened to until it is over.
const WRONG_TOKENS_WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at the most; beyond it the oldest are forgotten.
const MAX_ADDRESSES: usize = 4096;

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

/// What a request shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Nothing at all.
    Nothing,
    /// Something wrong.
    Wrong,
    /// The token or a cookie made from it.
    Right,
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
    pub(crate) fn is(&self, given: &str) -> bool {
        self.0.ct_eq(given.as_bytes()).into()
    }

    /// The cookie's value for a login at `now_s` (seconds since the Unix epoch).
    #[must_use]
    pub(crate) fn login_cookie(&self, now_s: u64) -> String {
        let expires = now_s + LOGIN_LIFETIME.as_secs();
        let mac = hmac::sign(&self.key(), Self::signed(expires).as_bytes());
        let mut value = format!("{expires}.");
        for byte in mac.as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(value, "{byte:02x}");
        }
        value
    }

    /// What the request shows: `Authorization: Bearer`, the cookie or `?access_token=`; one right one is enough.
    #[must_use]
    pub(crate) fn credentials(&self, headers: &HeaderMap, uri: &Uri, now_s: u64) -> Credentials {
        let bearer = headers.get(header::AUTHORIZATION).map(|value| {
            let words = value.to_str().ok().and_then(|value| value.split_once(' '));
            words.is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && self.is(token.trim())
            })
        });
        let query = query_value(uri, "access_token").map(|token| self.is(&token));
        let cookie = cookie(headers).map(|value| self.is_login_cookie(value, now_s));
        if bearer == Some(true) || query == Some(true) || cookie == Some(true) {
            Credentials::Right
        } else if bearer.or(query).is_some() {
            Credentials::Wrong
        } else {
            // An old cookie is no guess: the page sends it by itself.
            Credentials::Nothing
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

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).iter();
    let mut pairs = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The value of a query parameter, unescaped.
fn query_value(uri: &Uri, name: &str) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// Counts wrong tokens per address.
#[derive(Debug, Default)]
pub(crate) struct LoginLimiter(HashMap<IpAddr, (u32, Instant)>);

impl LoginLimiter {
    /// How long the address has to wait before another token is looked at.
    #[must_use]
    pub(crate) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let (count, since) = self.0.get(&address)?;
        let over = *since + WRONG_TOKENS_WINDOW;
        (*count >= MAX_WRONG_TOKENS && now < over).then(|| over - now)
    }

    /// The address gave a wrong token.
    pub(crate) fn wrong(&mut self, address: IpAddr, now: Instant) {
        if self.0.len() >= MAX_ADDRESSES {
            self.0
                .retain(|_, (_, since)| now < *since + WRONG_TOKENS_WINDOW);
        }
        if self.0.len() >= MAX_ADDRESSES {
            let oldest = self
                .0
                .iter()
                .min_by_key(|(_, (_, since))| *since)
                .map(|(address, _)| *address);
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        let (count, since) = self.0.entry(address).or_insert((0, now));
        if now >= *since + WRONG_TOKENS_WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use process::Clock;

    fn token() -> Token {
        Token::new("0123456789abcdef").unwrap()
    }

    fn credentials(headers: &[(&'static str, &str)], uri: &'static str, now_s: u64) -> Credentials {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        token().credentials(&map, &Uri::from_static(uri), now_s)
    }

    #[test]
    fn each_way_of_giving_the_token_works() {
        let session = format!("theme=dark; {COOKIE}={}", token().login_cookie(1000));
        assert_eq!(
            credentials(&[("authorization", "Bearer 0123456789abcdef")], "/", 0),
            Credentials::Right
        );
        assert_eq!(
            credentials(&[("authorization", "bearer  0123456789abcdef")], "/", 0),
            Credentials::Right
        );
        assert_eq!(
            credentials(&[], "/x?quality=80&access_token=0123456789abcdef", 0),
            Credentials::Right
        );
        assert_eq!(
            credentials(&[], "/?access_token=0123456789abcde%66", 0),
            Credentials::Right
        );
        assert_eq!(
            credentials(&[("cookie", &session)], "/", 1001),
            Credentials::Right
        );
        // The page sends its cookie along with everything else.
        assert_eq!(
            credentials(
                &[("cookie", &session), ("authorization", "Bearer no")],
                "/",
                1001
            ),
            Credentials::Right
        );
    }

    #[test]
    fn nothing_else_does() {
        assert_eq!(credentials(&[], "/", 0), Credentials::Nothing);
        assert_eq!(
            credentials(&[("authorization", "Bearer 0123456789abcdeX")], "/", 0),
            Credentials::Wrong
        );
        assert_eq!(
            credentials(&[("authorization", "Basic 0123456789abcdef")], "/", 0),
            Credentials::Wrong
        );
        assert_eq!(credentials(&[], "/?access_token=", 0), Credentials::Wrong);
        let session = token().login_cookie(1000);
        let cookie = |value: &str, now_s| {
            credentials(&[("cookie", &format!("{COOKIE}={value}"))], "/", now_s)
        };
        assert_eq!(
            cookie(&session, 1000 + LOGIN_LIFETIME.as_secs()),
            Credentials::Nothing,
            "it is over"
        );
        let (expires, mac) = session.split_once('.').unwrap();
        let later: u64 = expires.parse::<u64>().unwrap() + 1;
        for forged in [
            &format!("{later}.{mac}"),
            &format!("{expires}."),
            expires,
            "",
            "1.zz",
            "1.é",
        ] {
            let headers = [("cookie", format!("{COOKIE}={forged}"))];
            let headers: Vec<_> = headers
                .iter()
                .filter(|(_, v)| v.is_ascii())
                .map(|(n, v)| (*n, v.as_str()))
                .collect();
            assert_eq!(
                credentials(&headers, "/", 1000),
                Credentials::Nothing,
                "{forged}"
            );
        }
        let other = Token::new("another token".replace(' ', "-").as_str())
            .unwrap()
            .login_cookie(1000);
        assert_eq!(cookie(&other, 1000), Credentials::Nothing);
    }

    #[test]
    fn a_secret_that_is_none_is_refused() {
        for bad in ["", "short", "with a space", "with-ünicode"] {
            assert!(Token::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ten_wrong_tokens_a_minute_are_enough() {
        let now = Clock::start().now();
        let (address, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let mut guesses = LoginLimiter::default();
        for _ in 0..10 {
            assert_eq!(guesses.wait(address, now), None);
            guesses.wrong(address, now);
        }
        assert_eq!(guesses.wait(address, now), Some(WRONG_TOKENS_WINDOW));
        assert_eq!(guesses.wait(other, now), None);
        assert_eq!(guesses.wait(address, now + WRONG_TOKENS_WINDOW), None);
        for number in 0..10_000u32 {
            guesses.wrong(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(guesses.0.len() <= MAX_ADDRESSES);
    }
}
