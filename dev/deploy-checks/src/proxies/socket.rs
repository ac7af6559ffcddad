//! A WebSocket over TLS, as far as a promise needs it.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request};
use tokio_tungstenite::tungstenite::{Error, Message};

/// A frame comes within this, however busy the machine.
const FRAME_WITHIN: Duration = Duration::from_secs(20);

pub(super) type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Asks for `url` over `stream`.
pub(super) async fn open(
    url: &str,
    headers: &[(&str, &str)],
    stream: TlsStream<TcpStream>,
) -> Result<Socket, String> {
    let mut request: Request<()> = url
        .into_client_request()
        .map_err(|error| error.to_string())?;
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).map_err(|error| error.to_string())?;
        let value = HeaderValue::try_from(*value).map_err(|error| error.to_string())?;
        request.headers_mut().insert(name, value);
    }
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(format!("{}, 101 expected", answer.status())),
        Err(error) => Err(error.to_string()),
    }
}

/// The next frame; a close says its code.
pub(super) async fn frame(socket: &mut Socket) -> Result<(), String> {
    loop {
        let next = tokio::time::timeout(FRAME_WITHIN, socket.next()).await;
        match next.map_err(|_| "no frame")?.ok_or("the end")? {
            Ok(Message::Binary(frame)) if frame.starts_with(&[0xFF, 0xD8]) => return Ok(()),
            Ok(Message::Close(why)) => {
                let code = why.map_or(1005, |why| u16::from(why.code));
                return Err(format!("closed with {code}"));
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(other) => return Err(format!("no frame: {other:?}")),
            Err(error) => return Err(error.to_string()),
        }
    }
}
