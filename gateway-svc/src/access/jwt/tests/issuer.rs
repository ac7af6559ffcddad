//! An issuer of tokens, played with `ring`; of its RSA key there is one token and no secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;
use wire::Quality;

use super::super::*;

pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(super) const NOW_S: u64 = 1000;
pub(super) const RSA_MODULUS: &str = "2uUYZcH_oS17Pa2cB_JqDh9Rrd7PGOHxvvXD7uAGugoam0r3XphuI8yPTtB9rQ3cXL189-7sf_5TPW-QVeGWq27Mv4aBlQ35HxD1\
    qCUKZuaWVEKi8l9cr13ziB65IgYCJDe1BeIxigd3gFqOba17BzU7b8Z5ImqzN59saLU7IKwhKlD5VWXBh-xLD3_k6oSSxzeMxodL\
    6KWRkLqpKtu11WoJ0uBfKJfDJF0zxJaO8IRYPMiVdAU0bHTRDUzZYv0toZi7XkLJLNP3dMkRlfhqfDVGj5hcFhjgyvtXLFxKMECb\
    XaPKm9xEQZUQkYEsoKJNDpSS_xkMwc_PGJ_klhY0qw";
/// `{"sub":"joe","cameras":["hall"],"exp":2000}` by the RSA key.
pub(super) const RSA_TOKEN: &str = "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYSJ9.eyJzdWIiOiAiam9lIiwgImNhbWVyYXMiOiBbImhhbGwiXSwgImV4cCI6IDI\
    wMDB9.T9FUJAoLCXDtXKbt2wC79q0QKl3ndbmtyTeRF-A45wjyWFP9AwWobyaY2VVokZJoH2-n_z4K7U1jkjCSX1LTyxbphDHAqH\
    WCgseHoA6KlOaCot9nGiv9KdHQPsI_I9uOZqCax0BNGfZbDxJP8wF5y6By-4YYpbuc7DXRJ6-xKjRtU3Ahoi0Bjc0MzgOgcy-1xg\
    m2D3sdcf8iYQbIfXlmCcAXPf_64qpy8dCodBfSjkuUlQmh2y2xqhWohZCfBVhGmv9m7RSVixYb5EOoW6SyuP-_k50mNBBvBmXgxn\
    o8MtPjOo3qvA_Gs7gyPhHjh6NlAc5Kuc3lbsN_6O3ZRMrPdg";

pub(super) fn rules() -> JwtRules {
    JwtRules {
        issuers: HashSet::new(),
        audiences: HashSet::new(),
        leeway: Duration::ZERO,
        subject_claim: ClaimPath::new("sub"),
        cameras_claim: ClaimPath::new("cameras"),
        max_quality_claim: ClaimPath::new("max_quality"),
    }
}

pub(super) fn secret() -> [Arc<JwtKeys>; 1] {
    [Arc::new(JwtKeys::of_secret(SECRET).unwrap())]
}

pub(super) fn encode(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

pub(super) fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

pub(super) fn hs256(key: &[u8], header: &Value, claims: &Value) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
    signed(header, claims, |message| {
        ring::hmac::sign(&key, message).as_ref().to_vec()
    })
}

/// Signed with the secret.
pub(super) fn token(claims: &Value) -> String {
    hs256(SECRET.as_bytes(), &json!({"alg": "HS256"}), claims)
}

pub(super) fn claims() -> Value {
    json!({"sub": "joe", "cameras": ["hall"], "exp": 2000})
}

/// `claims` and one more.
pub(super) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

pub(super) fn best(claims: &Claims, camera: &str) -> Option<u8> {
    claims.best(&camera.parse().unwrap()).map(Quality::get)
}

pub(super) struct Ec(EcdsaKeyPair);

impl Ec {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    pub(super) fn jwk(&self, id: &str) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
        json!({"kty": "EC", "crv": "P-256", "kid": id, "x": x, "y": y})
    }

    pub(super) fn token(&self, id: &str) -> String {
        let random = SystemRandom::new();
        signed(&json!({"alg": "ES256", "kid": id}), &claims(), |message| {
            self.0.sign(&random, message).unwrap().as_ref().to_vec()
        })
    }
}

pub(super) fn jwks(keys: &[Value]) -> [Arc<JwtKeys>; 1] {
    let keys = JwtKeys::of_jwks(&json!({ "keys": keys }).to_string());
    [Arc::new(keys.unwrap())]
}

pub(super) fn rsa_jwk() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": RSA_MODULUS, "e": "AQAB"})
}
