//! Plain HTTP requests, as `curl` would make them.

use std::fmt::Display;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Status line and headers as they came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// `GET http://<address><path>` with `headers`.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub async fn get(
    address: impl Display,
    path: &str,
    headers: &[(&str, &str)],
) -> std::io::Result<Response> {
    request("GET", address, path, headers, "").await
}

/// A request with a body; `Content-Type` is the caller's.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub async fn request(
    method: &str,
    address: impl Display,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Response> {
    let host = address.to_string();
    let stream = TcpStream::connect(&host).await?;
    over(stream, method, &host, path, headers, body).await
}

/// A request over a connection that is there, a TLS one for instance; `host` is what it is called.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub async fn over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    host: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Response> {
    let fields: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let fields = fields.concat();
    let length = body.len();
    // HTTP/1.0: the answer ends with the connection and is never chunked.
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n{fields}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let not_http = || {
        std::io::Error::other(format!(
            "no HTTP answer: {:?}",
            String::from_utf8_lossy(&answer)
        ))
    };
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(not_http)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(not_http)?;
    Ok(Response {
        status,
        head,
        body: answer[end + 4..].to_vec(),
    })
}
