//! The case list of the Autobahn test suite, against the real process.
//!
//! The suite itself needs Python 2, and a server that echoes. Here the echo is a `clock` question, which is answered;
//! each case is sent whole, frame by frame and octet by octet. Sections 9 (megabytes) and 12 and 13 (compression) come
//! down to the limit of 4 KiB and to compression never being agreed to.
//! Source: the cases of github.com/crossbario/autobahn-testsuite, whose numbers stand at each of ours.

use std::net::SocketAddr;

use testkit::{NatsServer, Process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::TEST_DEADLINE;

mod case;
mod framing;
mod text;

use case::{CLOSE, Frames, Heard, PING, PONG, TEXT};

/// How a case is cut into writes.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Whole,
    Frames,
    Octets,
}

async fn hear(address: SocketAddr, frames: &Frames, cut: Cut) -> Heard {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let request = "GET /websocket/80?v=2 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(!head.contains("sec-websocket-extensions"), "{head}");
    let (mut reader, mut writer) = socket.into_split();
    let (mut bytes, pieces) = (
        Vec::new(),
        match cut {
            Cut::Whole => vec![frames.concat()],
            Cut::Frames => frames.clone(),
            Cut::Octets => frames.concat().chunks(1).map(<[u8]>::to_vec).collect(),
        },
    );
    let send = async {
        for piece in pieces {
            // Who is closed in between stops listening, which is its good right.
            if writer.write_all(&piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let read = async {
        // A reset at the end is as good as an end: what was said before it is what counts.
        let _ = reader.read_to_end(&mut bytes).await;
    };
    let both = async { tokio::join!(send, read) };
    let ended = tokio::time::timeout(TEST_DEADLINE, both).await;
    let said = heard(&bytes);
    assert!(ended.is_ok(), "the connection did not end; heard {said:?}");
    said
}

fn heard(mut bytes: &[u8]) -> Heard {
    let mut heard = Heard {
        answers: Vec::new(),
        pong: None,
        closed: 1006,
    };
    while let [first, length, rest @ ..] = bytes {
        let (length, rest) = match length {
            126 => (
                usize::from(u16::from_be_bytes([rest[0], rest[1]])),
                &rest[2..],
            ),
            length => (usize::from(*length), rest),
        };
        let (payload, rest) = rest.split_at(length);
        bytes = rest;
        match *first {
            TEXT => {
                let text: serde_json::Value = serde_json::from_slice(payload).unwrap();
                if text["type"] == "clock" {
                    heard.answers.push(text["t"].as_f64().unwrap() as u32);
                }
            }
            PONG => heard.pong = Some(payload.to_vec()),
            CLOSE => {
                assert!(bytes.is_empty(), "something after the close");
                heard.closed = u16::from_be_bytes([payload[0], payload[1]]);
            }
            PING => {}
            other => panic!("a server's frame begins with {other:#x}"),
        }
    }
    heard
}

#[tokio::test]
async fn the_case_list_of_the_autobahn_suite_passes_where_it_applies() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let sections = [
        framing::lengths_and_pings(),
        framing::bits_and_opcodes(),
        framing::fragments(),
        framing::broken_fragments(),
        text::characters(),
        text::goodbyes(),
    ];
    for case in sections.iter().flatten() {
        // A megabyte in single octets says nothing that 4 KiB do not.
        let octets = case.frames.iter().map(Vec::len).sum::<usize>() < 8192;
        for cut in [Cut::Whole, Cut::Frames, Cut::Octets] {
            if octets || !matches!(cut, Cut::Octets) {
                let heard = hear(address, &case.frames, cut).await;
                assert_eq!(heard, case.heard, "case {} sent as {cut:?}", case.name);
            }
        }
    }
}
