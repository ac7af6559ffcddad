//! PURE: the keys that tokens are checked with: a secret, or the public keys of a JWKS. Each is for one algorithm, which
//! is told by the key.
//!
//! A secret in a JWKS (`oct`) is passed over: such a set is public, so whoever reads it could sign.
//! Source: RFC 7517 (JWKS), RFC 7518 section 3.1, RFC 8037 (Ed25519).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde::Deserialize;
use serde_json::Value;

use super::provider;

/// A secret must have the length of what it makes. Source: RFC 7518 section 3.2.
const MIN_SECRET_BYTES: usize = 32;
/// More keys than this no issuer has at a time.
const MAX_KEYS: usize = 64;

/// The keys of one issuer.
#[derive(Clone, Debug, Default)]
pub(crate) struct JwtKeys(Vec<JwtKey>);

/// A key for one algorithm.
#[derive(Clone, Debug)]
pub(crate) struct JwtKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
    /// What tokens call it.
    id: Option<String>,
}

/// Why there are no keys in a text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JwtKeysError {
    /// Too short to be a secret.
    #[error("32 or more bytes would do, for instance from: openssl rand -hex 32")]
    Secret,
    /// Not a set of keys.
    #[error("it is no JWKS (a JSON object with \"keys\")")]
    Jwks(#[source] serde_json::Error),
    /// No key in it that tokens could be checked with.
    #[error("it has no key for RS256, ES256 or EdDSA")]
    NoKey,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

impl JwtKeys {
    /// The secret of HS256, as it stands in its file.
    ///
    /// # Errors
    /// Too short to be one.
    pub(crate) fn of_secret(text: &str) -> Result<Self, JwtKeysError> {
        provider::install();
        let secret = text.trim_end_matches(['\r', '\n']).as_bytes();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(JwtKeysError::Secret);
        }
        let key = DecodingKey::from_secret(secret).map_err(|_| JwtKeysError::Secret)?;
        Ok(Self(vec![JwtKey {
            algorithm: Algorithm::HS256,
            key,
            id: None,
        }]))
    }

    /// The public keys of a JWKS; those for other purposes or algorithms are passed over.
    ///
    /// # Errors
    /// No JWKS, or without a key that could be used.
    pub(crate) fn of_jwks(text: &str) -> Result<Self, JwtKeysError> {
        provider::install();
        let jwks: Jwks = serde_json::from_str(text).map_err(JwtKeysError::Jwks)?;
        let keys = jwks.keys.into_iter().filter_map(usable).take(MAX_KEYS);
        let keys: Vec<_> = keys.collect();
        if keys.is_empty() {
            return Err(JwtKeysError::NoKey);
        }
        Ok(Self(keys))
    }

    /// Whether all of `older` are still among them.
    pub(in crate::access) fn keep(&self, older: &Self) -> bool {
        let kept = |old: &JwtKey| self.0.iter().any(|key| key.is(old));
        older.0.iter().all(kept)
    }

    /// The keys for `algorithm` that may have signed a token that names `id`: the one of that name; a nameless key may
    /// have signed any, and a token without a name may be any key's.
    pub(super) fn candidates(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &JwtKey> {
        let may = move |key: &&JwtKey| {
            let named = key.id.as_deref().zip(id);
            key.algorithm == algorithm && named.is_none_or(|(ours, theirs)| ours == theirs)
        };
        self.0.iter().filter(may)
    }
}

impl JwtKey {
    /// Whether it believes the same tokens.
    fn is(&self, other: &Self) -> bool {
        let same = match (self.key.kind(), other.key.kind()) {
            (DecodingKeyKind::SecretOrDer(ours), DecodingKeyKind::SecretOrDer(theirs)) => {
                ours == theirs
            }
            (
                DecodingKeyKind::RsaModulusExponent { n, e },
                DecodingKeyKind::RsaModulusExponent { n: m, e: f },
            ) => (n, e) == (m, f),
            _ => false,
        };
        same && self.algorithm == other.algorithm && self.id == other.id
    }
}

/// The key, if signatures can be checked with it here.
fn usable(value: Value) -> Option<JwtKey> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    let signs =
        (jwk.common.public_key_use.as_ref()).is_none_or(|of| *of == PublicKeyUse::Signature);
    let same = jwk.common.key_algorithm.is_none_or(|of| of == named);
    let key = DecodingKey::from_jwk(&jwk).ok();
    Some(JwtKey {
        algorithm,
        key: key.filter(|_| signs && same)?,
        id: jwk.common.key_id,
    })
}
