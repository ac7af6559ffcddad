//! What `probe` says of a gateway that plays a script.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::Message;

/// Output and errors of `probe`, `Err` when it failed.
async fn probe(gateway: SocketAddr, words: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probe"));
    command.arg(gateway.to_string()).args(words);
    let done = command.output().await.expect("probe starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    if done.status.success() {
        Ok(text(done.stdout))
    } else {
        Err(text(done.stderr))
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

/// A WebSocket that says this and waits for its end.
async fn says(script: Vec<Message>) -> Result<String, String> {
    let (listener, address) = listener().await;
    let serve = async {
        let (stream, _) = listener.accept().await.expect("a viewer");
        let socket = tokio_tungstenite::accept_async(stream).await;
        let mut socket = socket.expect("a handshake");
        for message in script {
            socket.send(message).await.expect("the viewer is there");
        }
        while let Some(Ok(_)) = socket.next().await {}
    };
    tokio::join!(probe(address, &["picture"]), serve).0
}

/// An HTTP answer, whatever is asked.
async fn answers(answer: &str, words: &[&str]) -> Result<String, String> {
    let (listener, address) = listener().await;
    let serve = async {
        let (mut stream, _) = listener.accept().await.expect("somebody who asks");
        let mut request = [0; 1024];
        let length = stream.read(&mut request).await.expect("a request");
        assert!(length > 0);
        let written = stream.write_all(answer.as_bytes()).await;
        written.expect("whoever asks is there");
    };
    tokio::join!(probe(address, words), serve).0
}

#[tokio::test]
async fn a_jpeg_after_a_ping_is_a_picture_and_anything_else_is_not() {
    let jpeg = Message::binary(b"\xff\xd8\xff\xd9".to_vec());
    let good = says(vec![Message::Ping("7".into()), jpeg]).await;
    assert_eq!(good, Ok(String::new()));
    let text = says(vec![Message::text("{}")]).await;
    assert!(text.expect_err("no picture").contains("{}"));
    let other = says(vec![Message::binary(b"GIF".to_vec())]).await;
    assert!(other.expect_err("no JPEG").contains("no JPEG"));
    let refused = answers("HTTP/1.1 401 Unauthorized\r\n\r\n", &["picture"]).await;
    assert!(refused.expect_err("no upgrade").contains("401"));
}

#[tokio::test]
async fn the_source_is_read_from_the_status() {
    let status =
        "HTTP/1.0 200 OK\r\n\r\n{\"cameras\":[{\"camera\":\"default\",\"source\": \"pattern\"}]}";
    assert_eq!(answers(status, &["source"]).await, Ok("pattern".to_owned()));
    let none = "HTTP/1.0 200 OK\r\n\r\n{\"cameras\":[]}";
    assert!(answers(none, &["source"]).await.is_err());
}

#[tokio::test]
async fn a_body_is_given_as_it_is_and_only_of_an_answer_of_200() {
    let page = answers("HTTP/1.0 200 OK\r\n\r\n<html>\n", &["get", "/"]).await;
    assert_eq!(page, Ok("<html>\n".to_owned()));
    let missing = answers("HTTP/1.0 404 Not Found\r\n\r\n", &["get", "/x"]).await;
    let why = missing.expect_err("nothing there");
    assert!(why.contains("/x") && why.contains("404"), "{why}");
}
