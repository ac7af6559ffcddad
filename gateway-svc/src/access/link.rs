//! PURE: signed links. A link's token is its claims and their HMAC under a key that only gateways have: it can be made
//! without asking anybody, nothing of it is remembered, and another key ends all of them.
//!
//! `rl1.<claims>.<mac>`: both in base64url; the claims are JSON. There is no word in it on how it is signed, so nothing
//! to be confused about.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::claims::{Claims, GrantText};

/// Begins every link's token.
const PREFIX: &str = "rl1.";
/// A link's token is two hundred bytes; a longer one than this is none.
const MAX_TOKEN_BYTES: usize = 2048;
/// Whoever has a link can try keys against it as fast as their machines can, so a key must be beyond guessing.
const MIN_KEY_CHARS: usize = 32;

/// The key that links are signed with; never shown.
#[derive(Clone)]
pub(crate) struct LinkKey(hmac::Key);

/// Not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("32 or more characters would do, for instance from: openssl rand -hex 32")]
pub(crate) struct LinkKeyError;

/// Why a link's token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    /// Not signed by this gateway's key: never, or not any more.
    #[error("this link is not valid (any more)")]
    Invalid,
    /// Its time is over.
    #[error("this link is over")]
    Over,
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkText {
    pub(crate) sub: String,
    #[serde(flatten)]
    pub(crate) grant: GrantText,
    /// Seconds since the Unix epoch.
    pub(crate) exp: u64,
}

/// Whether this is to be a link's token, right or wrong.
pub(crate) fn is_link(token: &str) -> bool {
    token.starts_with(PREFIX)
}

impl LinkKey {
    /// # Errors
    /// Too short to be one.
    pub(crate) fn new(text: &str) -> Result<Self, LinkKeyError> {
        let text = text.trim();
        if text.len() < MIN_KEY_CHARS {
            return Err(LinkKeyError);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// The token of a link.
    pub(crate) fn sign(&self, link: &LinkText) -> String {
        // Only a map with keys that are no strings could fail.
        let claims = serde_json::to_string(link).unwrap_or_default();
        let signed = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(claims));
        let mac = hmac::sign(&self.0, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// What the token lets somebody see at `now_s` (seconds since the Unix epoch).
    ///
    /// # Errors
    /// See [`LinkError`].
    pub(crate) fn verify(&self, token: &str, now_s: u64) -> Result<Claims, LinkError> {
        let claims = self.read(token).ok_or(LinkError::Invalid)?;
        if claims.is_over(now_s) {
            return Err(LinkError::Over);
        }
        Ok(claims)
    }

    fn read(&self, token: &str) -> Option<Claims> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (signed, mac) = token.rsplit_once('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        hmac::verify(&self.0, signed.as_bytes(), &mac).ok()?;
        let claims = URL_SAFE_NO_PAD.decode(signed.strip_prefix(PREFIX)?).ok()?;
        let link: LinkText = serde_json::from_slice(&claims).ok()?;
        let grant = link.grant.read().ok()?;
        Some(Claims::new(&link.sub, vec![grant], Some(link.exp)))
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn key() -> LinkKey {
        LinkKey::new(KEY).unwrap()
    }

    fn link() -> LinkText {
        LinkText {
            sub: "neighbour".into(),
            grant: GrantText {
                cameras: vec!["front-door".into()],
                max_quality: Some(60),
            },
            exp: 1000,
        }
    }

    #[test]
    fn a_link_lets_somebody_see_what_it_says_until_its_end() {
        let token = key().sign(&link());
        assert!(is_link(&token) && token.is_ascii());
        let claims = key().verify(&token, 999).unwrap();
        assert_eq!(claims.sub(), "neighbour");
        assert_eq!(claims.cameras(), ["front-door"]);
        assert_eq!(claims.best_of_all().map(wire::Quality::get), Some(60));
        assert_eq!(claims.expires_s(), Some(1000));
        assert_eq!(key().verify(&token, 1000), Err(LinkError::Over));
    }

    #[test]
    fn another_key_ends_every_link() {
        let other = LinkKey::new(&KEY.replace('0', "1")).unwrap();
        let token = key().sign(&link());
        assert_eq!(other.verify(&token, 0), Err(LinkError::Invalid));
    }

    #[test]
    fn whatever_is_changed_in_a_link_makes_it_invalid() {
        let token = key().sign(&link());
        let more = LinkText {
            exp: 2000,
            ..link()
        };
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_string(&more).unwrap());
        let (signed, mac) = token.rsplit_once('.').unwrap();
        for forged in [
            format!("{PREFIX}{claims}.{mac}"),
            format!("{signed}."),
            format!("{signed}.{}", &mac[1..]),
            format!("{signed}.!"),
            signed.to_owned(),
            token.replacen("rl1", "rl2", 1),
            format!("{token}{}", "A".repeat(MAX_TOKEN_BYTES)),
            PREFIX.to_owned(),
            String::new(),
        ] {
            assert_eq!(
                key().verify(&forged, 0),
                Err(LinkError::Invalid),
                "{forged}"
            );
        }
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(key().verify(&changed, 0).is_err(), "at {at}");
        }
    }

    #[test]
    fn a_link_of_nothing_is_none_though_it_is_signed() {
        for cameras in [vec![], vec!["No Camera".to_owned()]] {
            let mut nothing = link();
            nothing.grant.cameras = cameras;
            let token = key().sign(&nothing);
            assert_eq!(key().verify(&token, 0), Err(LinkError::Invalid));
        }
    }

    #[test]
    fn a_key_is_long_and_never_shown() {
        assert_eq!(LinkKey::new(&KEY[1..]).unwrap_err(), LinkKeyError);
        assert_eq!(
            LinkKey::new(&format!("{}\n\n", &KEY[1..])).unwrap_err(),
            LinkKeyError
        );
        assert!(LinkKey::new(&format!("{KEY}\n")).is_ok());
        assert_eq!(format!("{:?}", key()), "LinkKey(…)");
    }
}
