//! What a viewer asks for before it has a WebSocket.

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request};

use crate::viewer::Viewer;

/// The gateway answered the upgrade with something other than 101.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status, 0 when there was no answer.
    pub status: u16,
    /// The body, or the socket's error.
    pub body: String,
}

/// What a viewer asks for; [`connect`](ViewerRequest::connect) sends it.
#[derive(Debug, Clone)]
pub struct ViewerRequest {
    pub(crate) address: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl ViewerRequest {
    /// Adds a header, `Origin` for instance.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `Authorization: Bearer <token>`.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        let value = format!("Bearer {token}");
        self.header("Authorization", &value)
    }

    /// Adds `name=value` to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.path = format!("{}{separator}{name}={value}", self.path);
        self
    }

    /// Opens the WebSocket.
    ///
    /// # Errors
    /// The gateway's status and body when it does not upgrade.
    ///
    /// # Panics
    /// On a path or header that no HTTP request can carry.
    pub async fn connect(self) -> Result<Viewer, Refused> {
        let no_answer = |error: &dyn std::fmt::Display| Refused {
            status: 0,
            body: error.to_string(),
        };
        let mut request: Request<()> = format!("ws://{}{}", self.address, self.path)
            .into_client_request()
            .expect("a path that a URL can carry");
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).expect("a header name");
            request
                .headers_mut()
                .insert(name, HeaderValue::try_from(value).expect("a header value"));
        }
        let stream = TcpStream::connect(&self.address)
            .await
            .map_err(|error| no_answer(&error))?;
        stream
            .set_nodelay(true)
            .map_err(|error| no_answer(&error))?;
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Viewer::over(socket)),
            Err(Error::Http(response)) => Err(Refused {
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(response.body().as_deref().unwrap_or_default())
                    .into_owned(),
            }),
            Err(error) => Err(no_answer(&error)),
        }
    }
}
