//! A viewer as a plain WebSocket client sees the gateway.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
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
    pub(crate) fn over(socket: WebSocketStream<TcpStream>) -> Self {
        let ahead = VecDeque::new();
        Self { socket, ahead }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;

    const SOON: Duration = Duration::from_secs(5);

    /// A server that sends `script` to its first client and then reads until that one is gone.
    async fn server(
        script: Vec<Message>,
    ) -> (std::net::SocketAddr, tokio::task::JoinHandle<Vec<Message>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut socket = tokio_tungstenite::accept_async(stream)
                .await
                .expect("a handshake");
            for message in script {
                socket.send(message).await.expect("the client is there");
            }
            let mut heard = Vec::new();
            while let Some(Ok(message)) = socket.next().await {
                heard.push(message);
            }
            heard
        });
        (address, served)
    }

    #[tokio::test]
    async fn frames_texts_and_the_close_come_in_the_order_asked_for() {
        let close = Message::Close(Some(CloseFrame {
            code: 1012.into(),
            reason: "leaving".into(),
        }));
        let (address, _served) = server(vec![
            Message::text("hello"),
            Message::binary(vec![1]),
            Message::binary(vec![2]),
            close,
        ])
        .await;
        let mut viewer = Viewer::watch(address, 80).await.expect("an upgrade");
        assert_eq!(viewer.frame(SOON).await, vec![1]);
        assert_eq!(viewer.text(SOON).await, "hello");
        assert_eq!(
            viewer.next(SOON).await,
            Some(Said::Frame(Bytes::from_static(&[2])))
        );
        assert_eq!(
            viewer.closed(SOON).await,
            Closed {
                code: 1012,
                reason: "leaving".into()
            }
        );
    }

    #[tokio::test]
    async fn a_ping_is_answered_while_reading() {
        let (address, served) =
            server(vec![Message::Ping("7".into()), Message::binary(vec![1])]).await;
        let mut viewer = Viewer::watch(address, 80).await.expect("an upgrade");
        viewer.frame(SOON).await;
        viewer.leave(SOON).await;
        assert!(
            served
                .await
                .expect("served")
                .contains(&Message::Pong("7".into()))
        );
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_1006() {
        let (address, served) = server(vec![]).await;
        let mut viewer = Viewer::watch(address, 80).await.expect("an upgrade");
        served.abort();
        assert_eq!(viewer.closed(SOON).await.code, 1006);
    }

    #[tokio::test]
    async fn nobody_listening_is_a_refusal_without_a_status() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port")
            .local_addr()
            .expect("bound");
        assert_eq!(
            Viewer::watch(gone, 80)
                .await
                .expect_err("nobody there")
                .status,
            0
        );
    }
}
