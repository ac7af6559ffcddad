//! Who may see which camera until when: a gateway with every bearer, the cameras behind it, and what proves somebody.

mod audit;
mod expiry;
mod login;
mod requests;
mod rotation;
mod table;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use testkit::{NatsServer, Process, Scratch};

const TOKEN: &str = "a-token-of-the-bearers";
const LINK_KEY: &str = "0123456789abcdef0123456789abcdef";
const JWT_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// Who may see what when a proxy has let them in.
const MAP: &str = r#"{
    "users": {"alice": {"cameras": ["*"]}, "bob": {"cameras": ["default"], "max_quality": 40}},
    "groups": {"family": {"cameras": ["hall", "yard-*"], "max_quality": 60}}
}"#;

/// A gateway that knows every bearer, and the files that they rest on.
struct Guarded {
    gateway: Process,
    files: Scratch,
}

impl Guarded {
    async fn start(nats: &NatsServer) -> Self {
        Self::with(nats, &[]).await
    }

    /// `settings` come on top.
    async fn with(nats: &NatsServer, settings: &[(&str, &str)]) -> Self {
        let files = Scratch::new("bearers");
        let file = |name: &str, text: &str| {
            let path = files.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (link, jwt) = (file("link", LINK_KEY), file("jwt", JWT_SECRET));
        let (jwks, map) = (file("jwks", &issuer("1").jwks()), file("map", MAP));
        let mut all = vec![
            ("GATEWAY_AUTH_TOKEN", TOKEN),
            ("GATEWAY_LINK_KEY_FILE", &link),
            ("GATEWAY_JWT_SECRET_FILE", &jwt),
            ("GATEWAY_JWT_JWKS_FILE", &jwks),
            ("GATEWAY_JWT_ISSUER", "https://id.example.org"),
            ("GATEWAY_JWT_AUDIENCE", "cameras"),
            ("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
            ("GATEWAY_PROXY_AUTH_HEADER", "Remote-User"),
            ("GATEWAY_PROXY_AUTH_GROUPS_HEADER", "Remote-Groups"),
            ("GATEWAY_PROXY_AUTH_MAP_FILE", &map),
        ];
        all.extend_from_slice(settings);
        Self {
            gateway: Process::gateway(nats, &all).await,
            files,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Replaces a file as a careful tool does, in one step.
    fn replace(&self, name: &str, text: &str) {
        let new = self.file("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.file(name)).unwrap();
    }

    /// The token of a link made by the program itself.
    fn link(&self, arguments: &[&str]) -> String {
        let key = self.file("link").display().to_string();
        let output = share(&[&["--link-key-file", &key], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        let url = String::from_utf8(output.stdout).unwrap();
        let (_, token) = url.trim().split_once("#link=").unwrap();
        token.to_owned()
    }
}

/// `gateway-svc share` with nothing but these arguments.
fn share(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gateway-svc"))
        .arg("share")
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

/// Seconds since the Unix epoch.
fn now_s() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or(Duration::ZERO).as_secs()
}

/// An issuer of tokens with a key on P-256.
struct Issuer {
    key: EcdsaKeyPair,
    id: &'static str,
}

/// A new one; its key is called `id`.
fn issuer(id: &'static str) -> Issuer {
    thread_local! {
        static FIRST: Vec<u8> = pkcs8();
    }
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = if id == "1" {
        FIRST.with(Vec::clone)
    } else {
        pkcs8()
    };
    let key = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &SystemRandom::new()).unwrap();
    Issuer { key, id }
}

fn pkcs8() -> Vec<u8> {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    pkcs8.as_ref().to_vec()
}

impl Issuer {
    fn jwks(&self) -> String {
        let point = self.key.public_key().as_ref();
        let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
        let key =
            json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": self.id, "x": x, "y": y});
        json!({ "keys": [key] }).to_string()
    }

    fn token(&self, claims: &Value) -> String {
        signed(
            &json!({"alg": "ES256", "kid": self.id}),
            claims,
            |message| {
                let signature = self.key.sign(&SystemRandom::new(), message);
                signature.unwrap().as_ref().to_vec()
            },
        )
    }
}

fn hs256(secret: &str, claims: &Value) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    signed(&json!({"alg": "HS256"}), claims, |message| {
        ring::hmac::sign(&key, message).as_ref().to_vec()
    })
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encode = |value: &Value| BASE64.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// What an issuer says of somebody who may see the hall and the yard at 60 for a minute.
fn claims() -> Value {
    json!({
        "iss": "https://id.example.org", "aud": ["cameras"], "sub": "joe", "exp": now_s() + 60,
        "cameras": ["hall", "yard-*"], "max_quality": 60,
    })
}

/// `claims` with one of them changed.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn bearer(token: &str) -> (String, String) {
    ("Authorization".into(), format!("Bearer {token}"))
}

fn basic(user: &str, password: &str) -> (String, String) {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    ("Authorization".into(), format!("Basic {pair}"))
}

fn cookie(value: &str) -> (String, String) {
    ("Cookie".into(), format!("rero_session={value}"))
}
