//! A viewer as a plain WebSocket client sees the gateway.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::request::{Refused, ViewerRequest};

/// One message from the gateway; pings are answered on the way and not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A binary message: one JPEG.
    Frame(Bytes),
    /// A text message: JSON of `?v=2`.
    Text(String),
    /// The end.
    Closed(Closed),
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The code of the close frame, 1005 for one without, 1006 when there was none at all.
    pub code: u16,
    /// The close frame's words, or the socket's error after 1006.
    pub reason: String,
}

/// An open WebSocket. It answers pings while it is being read, as a browser does; one that is not read is a frozen viewer.
#[derive(Debug)]
pub struct Viewer {
    socket: WebSocketStream<TcpStream>,
    /// Messages that came while waiting for one of another kind.
    ahead: VecDeque<Said>,
}

impl Viewer {
    /// A request for `path` (`/websocket/80`) at `address` (`127.0.0.1:6732`).
    pub fn at(address: impl std::fmt::Display, path: &str) -> ViewerRequest {
        ViewerRequest {
            address: address.to_string(),
            path: path.to_owned(),
            headers: Vec::new(),
        }
    }

    /// Opens `/websocket/<quality>`, as the seed's client does.
    ///
    /// # Errors
    /// As [`ViewerRequest::connect`].
    pub async fn watch(
        address: impl std::fmt::Display,
        quality: impl std::fmt::Display,
    ) -> Result<Self, Refused> {
        Self::at(address, &format!("/websocket/{quality}"))
            .connect()
            .await
    }

    /// The next message, or `None` when nothing came `within` that time.
    pub async fn next(&mut self, within: Duration) -> Option<Said> {
        if let Some(said) = self.ahead.pop_front() {
            return Some(said);
        }
        tokio::time::timeout(within, self.receive()).await.ok()
    }

    /// The next frame; texts before it are kept for [`text`](Self::text).
    ///
    /// # Panics
    /// When the gateway closes instead, or nothing comes `within` that time.
    pub async fn frame(&mut self, within: Duration) -> Bytes {
        match self
            .find(within, "frame", |said| matches!(said, Said::Frame(_)))
            .await
        {
            Said::Frame(frame) => frame,
            _ => unreachable!("find looked for a frame"),
        }
    }

    /// The next text; frames before it are kept for [`frame`](Self::frame).
    ///
    /// # Panics
    /// When the gateway closes instead, or nothing comes `within` that time.
    pub async fn text(&mut self, within: Duration) -> String {
        match self
            .find(within, "text", |said| matches!(said, Said::Text(_)))
            .await
        {
            Said::Text(text) => text,
            _ => unreachable!("find looked for a text"),
        }
    }

    /// Reads, throwing frames and texts away, until the gateway closes.
    ///
    /// # Panics
    /// When it has not closed `within` that time.
    pub async fn closed(&mut self, within: Duration) -> Closed {
        let end = tokio::time::timeout(within, async {
            loop {
                if let Said::Closed(closed) = self.receive().await {
                    return closed;
                }
            }
        });
        end.await
            .unwrap_or_else(|_| panic!("the gateway did not close the WebSocket within {within:?}"))
    }

    /// Sends a text message.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, text: &str) -> Result<(), Error> {
        self.socket.send(Message::text(text)).await
    }

    /// Says goodbye, as a browser tab does, and waits for the gateway's answer.
    ///
    /// # Panics
    /// When the gateway has not answered `within` that time.
    pub async fn leave(mut self, within: Duration) {
        // A gateway that is gone already needs no goodbye.
        if self.goodbye().await.is_ok() {
            self.closed(within).await;
        }
    }

    /// Says goodbye; what was on its way can still be read, up to the gateway's answer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn goodbye(&mut self) -> Result<(), Error> {
        self.socket.close(None).await
    }

    async fn find(&mut self, within: Duration, what: &str, wanted: impl Fn(&Said) -> bool) -> Said {
        if let Some(at) = self.ahead.iter().position(&wanted) {
            return self.ahead.remove(at).expect("position found it");
        }
        let search = tokio::time::timeout(within, async {
            loop {
                match self.receive().await {
                    said if wanted(&said) => return said,
                    Said::Closed(closed) => panic!(
                        "the gateway closed ({} {}) before a {what}",
                        closed.code, closed.reason
                    ),
                    other => self.ahead.push_back(other),
                }
            }
        });
        search
            .await
            .unwrap_or_else(|_| panic!("no {what} within {within:?}"))
    }

    async fn receive(&mut self) -> Said {
        loop {
            return match self.socket.next().await {
                Some(Ok(Message::Binary(frame))) => Said::Frame(frame),
                Some(Ok(Message::Text(text))) => Said::Text(text.to_string()),
                Some(Ok(Message::Close(Some(frame)))) => Said::Closed(Closed {
                    code: frame.code.into(),
                    reason: frame.reason.to_string(),
                }),
                Some(Ok(Message::Close(None))) => Said::Closed(Closed {
                    code: 1005,
                    reason: String::new(),
                }),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => Said::Closed(Closed {
                    code: 1006,
                    reason: error.to_string(),
                }),
                None => Said::Closed(Closed {
                    code: 1006,
                    reason: "end of stream".to_owned(),
                }),
            };
        }
    }
}

fn no_answer(error: impl std::fmt::Display) -> Refused {
    Refused {
        status: 0,
        body: error.to_string(),
    }
}

impl ViewerRequest {
    /// Opens the WebSocket.
    ///
    /// # Errors
    /// The gateway's status and body when it does not upgrade.
    ///
    /// # Panics
    /// On a path or header that no HTTP request can carry.
    pub async fn connect(self) -> Result<Viewer, Refused> {
        let mut request: Request<()> = format!("ws://{}{}", self.address, self.path)
            .into_client_request()
            .expect("a path that a URL can carry");
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).expect("a header name");
            request
                .headers_mut()
                .insert(name, HeaderValue::try_from(value).expect("a header value"));
        }
        let stream = TcpStream::connect(&self.address).await.map_err(no_answer)?;
        stream.set_nodelay(true).map_err(no_answer)?;
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Viewer {
                socket,
                ahead: VecDeque::new(),
            }),
            Err(Error::Http(response)) => Err(Refused {
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(response.body().as_deref().unwrap_or_default())
                    .into_owned(),
            }),
            Err(error) => Err(no_answer(error)),
        }
    }
}

#[cfg(test)]
mod tests;
