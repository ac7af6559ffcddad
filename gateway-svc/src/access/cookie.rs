//! PURE: the cookie that a login is traded for.
//!
//! It is an expiry time and its HMAC: every gateway with the same token accepts it, none has to remember it, and another
//! token ends all of them. The key is stretched from the token once at start: without that, whoever guesses a token
//! could try it as a cookie as fast as a computer counts, here or at home with a cookie that was seen once.

use std::num::NonZeroU32;
use std::time::Duration;

use ring::{hmac, pbkdf2};

/// The cookie's name.
pub(super) const COOKIE: &str = "rero_session";
/// How long a login lasts.
pub(super) const LOGIN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// How far the clocks of two gateways that accept each other's cookies may be apart.
const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// What a guess costs the guesser, and a start costs us once: a tenth of a second. Source: OWASP Password Storage
/// Cheat Sheet, PBKDF2-HMAC-SHA256.
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("it is not zero");
/// The same for all gateways, which must agree; it keeps these keys apart from other uses of PBKDF2.
const SALT: &[u8] = b"rero gateway session cookie 1";

/// What a cookie proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A login that still lasts.
    Valid,
    /// It claims to last and was not made here: somebody guesses, or the token was changed.
    Wrong,
    /// Nothing: it is over by its own words, which takes no key to see, or no cookie of ours.
    Nothing,
}

/// What cookies are signed with.
#[derive(Clone, Debug)]
pub(super) struct CookieKey(hmac::Key);

impl CookieKey {
    /// Stretches `secret`; blocks for a tenth of a second.
    #[must_use]
    pub(super) fn derive(secret: &[u8]) -> Self {
        let mut key = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, SALT, secret, &mut key);
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// The value for a login at `now_s` (seconds since the Unix epoch).
    #[must_use]
    pub(super) fn issue(&self, now_s: u64) -> String {
        let expires = now_s + LOGIN_LIFETIME.as_secs();
        let mac = hmac::sign(&self.0, signed(expires).as_bytes());
        format!("{expires}.{}", hex(mac.as_ref()))
    }

    /// What a cookie of this value proves at `now_s`.
    #[must_use]
    pub(super) fn judge(&self, value: &str, now_s: u64) -> Proof {
        let Some((expires, mac)) = value.split_once('.') else {
            return Proof::Nothing;
        };
        let Ok(expires) = expires.parse::<u64>() else {
            return Proof::Nothing;
        };
        if expires <= now_s {
            return Proof::Nothing;
        }
        let issued = expires <= now_s + (LOGIN_LIFETIME + CLOCK_SKEW).as_secs();
        let verified = unhex(mac)
            .is_some_and(|mac| hmac::verify(&self.0, signed(expires).as_bytes(), &mac).is_ok());
        if issued && verified {
            Proof::Valid
        } else {
            Proof::Wrong
        }
    }
}

fn signed(expires: u64) -> String {
    format!("{COOKIE} until {expires}")
}

fn hex(bytes: &[u8]) -> String {
    let nibble = |nibble: u8| char::from_digit(nibble.into(), 16);
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(nibble).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef";

    #[test]
    fn a_login_lasts_thirty_days_at_every_gateway_with_the_token() {
        let cookie = CookieKey::derive(SECRET).issue(1000);
        let other_gateway = CookieKey::derive(SECRET);
        let last = 1000 + 30 * 86_400 - 1;
        assert_eq!(other_gateway.judge(&cookie, 1000), Proof::Valid);
        assert_eq!(other_gateway.judge(&cookie, last), Proof::Valid);
        assert_eq!(other_gateway.judge(&cookie, last + 1), Proof::Nothing);
    }

    #[test]
    fn a_guess_of_the_token_makes_no_cookie_without_the_stretching() {
        let expires = 1000 + LOGIN_LIFETIME.as_secs();
        let quick = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        let mac = hmac::sign(&quick, signed(expires).as_bytes());
        let cookie = format!("{expires}.{}", hex(mac.as_ref()));
        let key = CookieKey::derive(SECRET);
        assert_eq!(key.judge(&cookie, 1000), Proof::Wrong);
        assert!(ROUNDS.get() >= 300_000);
    }

    #[test]
    fn a_cookie_that_outlasts_every_login_is_refused_though_the_key_signed_it() {
        let key = CookieKey::derive(SECRET);
        let ahead = |skew: Duration| key.issue(1000 + skew.as_secs());
        assert_eq!(key.judge(&ahead(CLOCK_SKEW), 1000), Proof::Valid);
        let too_long = ahead(CLOCK_SKEW + Duration::from_secs(1));
        assert_eq!(key.judge(&too_long, 1000), Proof::Wrong);
    }

    #[test]
    fn what_was_not_signed_here_is_wrong_while_it_claims_to_last() {
        let key = CookieKey::derive(SECRET);
        let cookie = key.issue(1000);
        let (expires, mac) = cookie.split_once('.').unwrap();
        let later: u64 = expires.parse::<u64>().unwrap() + 1;
        let short = &mac[..62];
        for wrong in [
            format!("{later}.{mac}"),
            format!("{expires}."),
            format!("{expires}.{short}"),
            format!("{expires}.zz"),
            format!("{expires}.é"),
            CookieKey::derive(b"another-token-of-ours").issue(1000),
        ] {
            assert_eq!(key.judge(&wrong, 1000), Proof::Wrong, "{wrong}");
        }
        for nothing in ["", expires, "x.y", &format!("999.{mac}")] {
            assert_eq!(key.judge(nothing, 1000), Proof::Nothing, "{nothing}");
        }
    }
}
