//! A message to a program behind an HTTP address, over the same kind of connection that brings pictures: one request, one
//! answer, closed.

use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::Full;

use super::{
    address::HttpAddress,
    connection::{Answer, connector},
    error::HttpError,
    settings::HttpTrust,
};

impl HttpAddress {
    /// Scheme, host and port: all that may be shown of an address whose path is its secret.
    pub(crate) fn host(&self) -> String {
        self.place.server().trim_end_matches('/').to_owned()
    }

    /// Posts `json` here, with user and password by Basic if the address has them. Certificates that this system trusts
    /// are believed.
    ///
    /// # Errors
    /// Words that hold nothing of the address but its host: no answer within `within`, or one that is no success.
    pub(crate) async fn post(&self, json: Vec<u8>, within: Duration) -> Result<(), String> {
        let answered = tokio::time::timeout(within, self.ask(json)).await;
        answered.unwrap_or_else(|_| {
            Err(format!(
                "{} has not answered within {within:?}",
                self.host()
            ))
        })
    }

    async fn ask(&self, json: Vec<u8>) -> Result<(), String> {
        let mut request = Request::post(self.place.target())
            .header(header::HOST, self.place.host())
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::USER_AGENT,
                concat!("capture-svc/", env!("CARGO_PKG_VERSION")),
            )
            .body(Full::new(Bytes::from(json)))
            .map_err(|error| error.to_string())?;
        if let Some(user) = &self.user {
            let password = self.password.as_ref().map_or("", |known| known.reveal());
            let login = base64::prelude::BASE64_STANDARD.encode(format!("{user}:{password}"));
            let value = HeaderValue::from_str(&format!("Basic {login}"));
            let mut value = value.map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let connector = connector(&self.place, &HttpTrust::System);
        let connector = connector.map_err(|error| self.words(error))?;
        let answer = Answer::to(&connector, &self.place, request).await;
        let status = answer.map_err(|error| self.words(error))?.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("{} answers {status}", self.host()))
    }

    /// The error's own words are about cameras, and name the whole address.
    fn words(&self, error: HttpError) -> String {
        let what = match error {
            HttpError::Unreachable { why, .. } | HttpError::BrokeOff { why, .. } => {
                format!("cannot be reached: {why}")
            }
            HttpError::Certificate { why, .. } => {
                format!("shows a certificate that is not trusted ({why})")
            }
            HttpError::Certificates { why } => return why,
            HttpError::Silent { silent, .. } => format!("has not answered within {silent:?}"),
            _ => "does not answer".to_owned(),
        };
        format!("{} {what}", self.host())
    }
}
