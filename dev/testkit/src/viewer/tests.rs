//! The viewer against a server that plays a script.

use super::*;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// A message over loopback takes a millisecond.
const MESSAGE_WITHIN: Duration = Duration::from_secs(5);

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
    assert_eq!(viewer.frame(MESSAGE_WITHIN).await, vec![1]);
    assert_eq!(viewer.text(MESSAGE_WITHIN).await, "hello");
    assert_eq!(
        viewer.next(MESSAGE_WITHIN).await,
        Some(Said::Frame(Bytes::from_static(&[2])))
    );
    assert_eq!(
        viewer.closed(MESSAGE_WITHIN).await,
        Closed {
            code: 1012,
            reason: "leaving".into()
        }
    );
}

#[tokio::test]
async fn a_ping_is_answered_while_reading() {
    let (address, served) = server(vec![Message::Ping("7".into()), Message::binary(vec![1])]).await;
    let mut viewer = Viewer::watch(address, 80).await.expect("an upgrade");
    viewer.frame(MESSAGE_WITHIN).await;
    viewer.leave(MESSAGE_WITHIN).await;
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
    assert_eq!(viewer.closed(MESSAGE_WITHIN).await.code, 1006);
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
