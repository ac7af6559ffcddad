//! Looks at the gateway as a viewer would, over a bare `TcpStream`: is there a picture, and of what?

use std::io::{Error, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than a cold camera takes for its first frame.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens a WebSocket at the default quality and waits for the first frame.
pub(crate) fn first_frame(gateway: SocketAddr) -> Result<()> {
    // The key is RFC 6455's own example: nobody checks the answer, the JPEG is the proof.
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut stream = ask(gateway, "GET /websocket/80 HTTP/1.1", upgrade)?;
    let head = read_head(&mut stream)?;
    if !head.starts_with("HTTP/1.1 101") {
        return Err(Error::other(format!(
            "the gateway answered {:?}",
            head.lines().next().unwrap_or_default()
        )));
    }
    loop {
        let (opcode, payload) = read_message(&mut stream)?;
        match opcode {
            BINARY if payload.starts_with(&[0xFF, 0xD8]) => return Ok(()),
            // The gateway measures the way with them.
            PING => {}
            _ => {
                let words = String::from_utf8_lossy(&payload);
                return Err(Error::other(format!(
                    "the gateway sent no JPEG but message type {opcode}: {words:.200}"
                )));
            }
        }
    }
}

const BINARY: u8 = 2;
const PING: u8 = 9;

/// Opcode and payload; a server's are neither masked nor, from ours, in parts. Source: RFC 6455 section 5.2.
fn read_message(stream: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let mut header = [0; 2];
    stream.read_exact(&mut header)?;
    let mut length = [0; 8];
    match header[1] {
        126 => stream.read_exact(&mut length[6..])?,
        127 => stream.read_exact(&mut length)?,
        short => length[7] = short,
    }
    let mut payload = Vec::new();
    stream
        .take(u64::from_be_bytes(length))
        .read_to_end(&mut payload)?;
    Ok((header[0] & 0x0F, payload))
}

/// `"pattern"`, `"webcam"` or `"file"`, from `/api/status`.
pub(crate) fn source(gateway: SocketAddr) -> Result<String> {
    let mut stream = ask(gateway, "GET /api/status HTTP/1.0", "")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    field(&answer, "source").ok_or_else(|| Error::other("/api/status names no source"))
}

/// The body of `GET path` if the answer is 200.
pub(crate) fn get(gateway: SocketAddr, path: &str) -> Result<Vec<u8>> {
    let mut stream = ask(gateway, &format!("GET {path} HTTP/1.0"), "")?;
    let head = read_head(&mut stream)?;
    if !head.contains(" 200 ") {
        let line = head.lines().next().unwrap_or_default();
        return Err(Error::other(format!("the gateway answered {line:?}")));
    }
    let mut body = Vec::new();
    stream.read_to_end(&mut body)?;
    Ok(body)
}

fn ask(gateway: SocketAddr, request: &str, headers: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&gateway, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let token = std::env::var("GATEWAY_AUTH_TOKEN")
        .map(|token| format!("Authorization: Bearer {token}\r\n"));
    write!(
        stream,
        "{request}\r\nHost: {gateway}\r\n{}{headers}\r\n",
        token.unwrap_or_default()
    )?;
    Ok(stream)
}

/// Byte by byte, since what follows the empty line is the first frame's.
fn read_head(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The first string of that name in a JSON text: enough for words that hold no quotes.
fn field(json: &str, name: &str) -> Option<String> {
    let after = json.split_once(&format!("\"{name}\":"))?.1.trim_start();
    Some(after.strip_prefix('"')?.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A gateway that answers its first client with `answer`.
    fn gateway(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let serve = move || {
            let (mut stream, _) = listener.accept()?;
            read_head(&mut stream)?;
            stream.write_all(answer)
        };
        std::thread::Builder::new().spawn(serve).expect("a thread");
        address
    }

    #[test]
    fn a_jpeg_after_a_ping_is_a_picture_and_anything_else_is_not() {
        let good =
            gateway(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x89\x01x\x82\x04\xff\xd8\xff\xd9");
        first_frame(good).expect("a JPEG in a binary message");
        let text = gateway(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02{}");
        first_frame(text).expect_err("a text message");
        let refused = gateway(b"HTTP/1.1 401 Unauthorized\r\n\r\n");
        assert!(
            first_frame(refused)
                .expect_err("no upgrade")
                .to_string()
                .contains("401")
        );
    }

    #[test]
    fn the_source_is_read_from_the_status() {
        let status = gateway(b"HTTP/1.0 200 OK\r\n\r\n{\"cameras\":[{\"camera\":\"default\",\"source\": \"pattern\"}]}");
        assert_eq!(source(status).expect("a status"), "pattern");
        let empty = gateway(b"HTTP/1.0 200 OK\r\n\r\n{\"cameras\":[]}");
        source(empty).expect_err("no camera");
    }
}
