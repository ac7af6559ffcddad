//! PURE: JSON Web Tokens of somebody else's login (Keycloak, Authelia, Auth0, a script): which are believed, and what
//! their claims let somebody see.
//!
//! The library ([`jsonwebtoken`]) reads and checks them, with `ring` ([`provider`]) as for everything else. The
//! algorithm is the key's and never the token's own word. Time is judged here, for it comes from the caller.
//! Source: RFC 7519 (claims), RFC 8725 (how tokens are confused).

pub(crate) mod keys;
mod provider;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};
use wire::Quality;

use self::keys::{JwtKey, JwtKeys};
use super::claims::{CameraPattern, Claims, Grant};

/// Keycloak's are two thousand bytes; browsers keep no cookie of more than four.
pub(crate) const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Which tokens are believed, and where their claims stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JwtRules {
    /// `iss` must be one of these, where there are any.
    pub(crate) issuers: HashSet<String>,
    /// `aud` must name one of these, where there are any.
    pub(crate) audiences: HashSet<String>,
    /// How far the issuer's clock may be from ours.
    pub(crate) leeway: Duration,
    /// Where the name of whoever it is stands.
    pub(crate) subject_claim: ClaimPath,
    /// Where the names of the cameras stand.
    pub(crate) cameras_claim: ClaimPath,
    /// Where the highest quality stands.
    pub(crate) max_quality_claim: ClaimPath,
}

/// Where a claim stands: its name, or the names on the way to it with dots between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimPath(Box<str>);

/// Why a token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JwtError {
    /// Not a token, or not signed by a key that we know.
    #[error("this token is not valid: {0}")]
    Invalid(&'static str),
    /// Its time is over.
    #[error("this token is over (exp)")]
    Over,
    /// Its time has not begun.
    #[error(
        "this token begins in {0} s (nbf); if the clocks differ, GATEWAY_JWT_LEEWAY allows for it"
    )]
    Early(u64),
    /// It names no key that we know.
    #[error("no key of this gateway's is the one that signed this token")]
    UnknownKey,
}

/// Whether this is to be such a token, right or wrong: three parts, of which the first is a JSON object.
pub(crate) fn is_jwt(token: &str) -> bool {
    token.starts_with("eyJ") && token.bytes().filter(|&byte| byte == b'.').count() == 2
}

impl ClaimPath {
    pub(crate) fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// A name with dots in it (Auth0 wants `https://…`) is looked for as it is before it is taken for a path.
    fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        claims.get(&*self.0).or_else(|| {
            let mut names = self.0.split('.');
            let first = claims.get(names.next()?)?;
            names.try_fold(first, |value, name| value.get(name))
        })
    }
}

impl JwtRules {
    /// What the token lets somebody see at `now_s` (seconds since the Unix epoch).
    ///
    /// # Errors
    /// See [`JwtError`].
    pub(crate) fn verify(
        &self,
        keys: &[Arc<JwtKeys>],
        token: &str,
        now_s: u64,
    ) -> Result<Claims, JwtError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::Invalid("it is too long"));
        }
        let header = decode_header(token).map_err(|error| refusal(&error))?;
        let mut told = JwtError::UnknownKey;
        let candidates = |keys| JwtKeys::candidates(keys, header.kid.as_deref(), header.alg);
        for key in keys.iter().flat_map(|keys| candidates(keys)) {
            let decoded = decode::<Map<String, Value>>(token, &key.key, &self.validation(key));
            match decoded {
                Ok(decoded) => return self.read(&decoded.claims, now_s),
                Err(error) => told = refusal(&error),
            }
        }
        Err(told)
    }

    fn validation(&self, key: &JwtKey) -> Validation {
        let mut validation = Validation::new(key.algorithm);
        validation.set_required_spec_claims(&["exp"]);
        // Judged in `read`, by the caller's clock.
        validation.validate_exp = false;
        validation.validate_aud = !self.audiences.is_empty();
        if !self.audiences.is_empty() {
            validation.required_spec_claims.insert("aud".to_owned());
            validation.aud = Some(self.audiences.clone());
        }
        if !self.issuers.is_empty() {
            validation.required_spec_claims.insert("iss".to_owned());
            validation.iss = Some(self.issuers.clone());
        }
        validation
    }

    fn read(&self, claims: &Map<String, Value>, now_s: u64) -> Result<Claims, JwtError> {
        let leeway = self.leeway.as_secs();
        let exp = claims.get("exp").and_then(seconds);
        let exp = exp.ok_or(JwtError::Invalid("its exp is no time"))?;
        if let Some(nbf) = claims.get("nbf") {
            let nbf = seconds(nbf).ok_or(JwtError::Invalid("its nbf is no time"))?;
            if nbf > now_s.saturating_add(leeway) {
                return Err(JwtError::Early(nbf - now_s));
            }
        }
        let sub = self.subject_claim.find(claims).and_then(Value::as_str);
        let cameras = self.cameras_claim.find(claims).map(names);
        let cameras = cameras.unwrap_or_default().into_iter();
        // Roles stand in the same list at many issuers; what can be no camera's name is none of ours.
        let cameras = cameras.filter_map(|name| name.parse::<CameraPattern>().ok());
        let grant = Grant::of(cameras.collect(), self.max_quality(claims)?);
        let claims = Claims::new(
            sub.unwrap_or_default(),
            vec![grant],
            Some(exp.saturating_add(leeway)),
        );
        if claims.is_over(now_s) {
            return Err(JwtError::Over);
        }
        Ok(claims)
    }

    /// A limit that cannot be understood must not become none.
    fn max_quality(&self, claims: &Map<String, Value>) -> Result<Option<Quality>, JwtError> {
        let Some(value) = self.max_quality_claim.find(claims) else {
            return Ok(None);
        };
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let number = number.map(|number| number.min(u64::from(Quality::MAX)) as u8);
        let quality = number.and_then(|number| Quality::new(number).ok());
        let unusable = JwtError::Invalid("its highest quality is no number from 30");
        quality.map(Some).ok_or(unusable)
    }
}

/// A list of names, or one text with blanks or commas between them, as `scope` has it.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => {
            let names = text.split([' ', ',']);
            names.filter(|name| !name.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// `NumericDate` of RFC 7519: seconds since the Unix epoch, perhaps with a fraction.
fn seconds(value: &Value) -> Option<u64> {
    let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0)?;
    Some(value.as_u64().unwrap_or(seconds as u64))
}

fn refusal(error: &Error) -> JwtError {
    JwtError::Invalid(match error.kind() {
        ErrorKind::InvalidSignature => "no key of this gateway's has signed it",
        ErrorKind::InvalidIssuer => "its issuer is not in GATEWAY_JWT_ISSUER",
        ErrorKind::InvalidAudience => "its audience is not in GATEWAY_JWT_AUDIENCE",
        ErrorKind::MissingRequiredClaim(claim) if claim == "exp" => "it has no end (exp)",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing: exp, iss or aud",
        _ => "it cannot be read",
    })
}

#[cfg(test)]
mod tests;
