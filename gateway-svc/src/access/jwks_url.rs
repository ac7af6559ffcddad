//! The issuer's public keys, fetched from where it publishes them: at start, every few minutes, and when a token names a
//! key that is not among them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::jwt::keys::JwtKeys;

/// So long a key that the issuer takes back is believed.
const REFRESH: Duration = Duration::from_secs(300);
/// The least time between two questions: tokens that name no key must not become a flood at the issuer's.
const MIN_INTERVAL: Duration = Duration::from_secs(5);
/// An issuer that does not answer by then is asked again later.
const TIMEOUT: Duration = Duration::from_secs(10);
/// A set of keys has a few thousand.
const MAX_BYTES: usize = 256 * 1024;

type HttpClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// An issuer's keys.
#[derive(Debug)]
pub(crate) struct JwksUrl {
    url: Uri,
    keys: Mutex<Arc<JwtKeys>>,
    wanted: Notify,
}

/// Why the keys were not fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("this host's certificates cannot be read: {0}")]
    Certificates(#[source] std::io::Error),
    #[error("no answer within {} s", TIMEOUT.as_secs())]
    Timeout,
    #[error("no connection: {0}")]
    Connection(#[source] hyper_util::client::legacy::Error),
    #[error("the answer was {0}")]
    Status(http::StatusCode),
    #[error("the answer broke off or is too long: {0}")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("{0}")]
    Keys(#[from] super::jwt::keys::JwtKeysError),
}

impl JwksUrl {
    /// None fetched yet.
    pub(crate) fn new(url: Uri) -> Self {
        Self {
            url,
            keys: Mutex::default(),
            wanted: Notify::new(),
        }
    }

    /// The keys that were fetched last.
    pub(super) fn get(&self) -> Arc<JwtKeys> {
        Arc::clone(&self.keys.lock())
    }

    /// A token names a key that is not among them.
    pub(super) fn want(&self) {
        self.wanted.notify_one();
    }

    /// Fetches them again and again; `gone` is called when one is not among them any more.
    pub(super) async fn keep(&self, gone: impl Fn()) -> Infallible {
        let mut failing = false;
        loop {
            let fetched = match client() {
                Ok(client) => self.fetch(&client).await,
                Err(error) => Err(error),
            };
            match fetched {
                Ok(keys) => {
                    let keys = Arc::new(keys);
                    let before = std::mem::replace(&mut *self.keys.lock(), Arc::clone(&keys));
                    if !keys.keep(&before) {
                        gone();
                    }
                    if std::mem::take(&mut failing) {
                        tracing::info!(url = %self.url, "the keys of GATEWAY_JWT_JWKS_URL are there again");
                    }
                }
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::warn!(url = %self.url, %error, "no keys from GATEWAY_JWT_JWKS_URL; those fetched before count");
                }
                Err(_) => {}
            }
            tokio::time::sleep(MIN_INTERVAL).await;
            if !failing {
                // Whoever asked meanwhile is answered at once.
                let _ = timeout(REFRESH, self.wanted.notified()).await;
            }
        }
    }

    async fn fetch(&self, client: &HttpClient) -> Result<JwtKeys, FetchError> {
        let fetch = async {
            let answer = client.get(self.url.clone()).await;
            let answer = answer.map_err(FetchError::Connection)?;
            if !answer.status().is_success() {
                return Err(FetchError::Status(answer.status()));
            }
            let body = Limited::new(answer.into_body(), MAX_BYTES);
            let body = body.collect().await.map_err(FetchError::Body)?;
            let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            Ok(JwtKeys::of_jwks(&text)?)
        };
        timeout(TIMEOUT, fetch)
            .await
            .map_err(|_| FetchError::Timeout)?
    }
}

/// HTTPS with the certificates that this host trusts (`SSL_CERT_FILE` names others), and HTTP for an issuer inside.
fn client() -> Result<HttpClient, FetchError> {
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
        .map_err(FetchError::Certificates)?
        .https_or_http()
        .enable_http1()
        .build();
    // Asked so rarely that a connection is not worth keeping.
    let mut builder = Client::builder(TokioExecutor::new());
    Ok(builder.pool_max_idle_per_host(0).build(connector))
}
