//! What a gateway sends, read by viewers that throw nearly all of it away.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::*;

#[test]
fn whole_frames_count_with_their_age_and_pings_are_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let serve = move || {
        let (mut stream, _) = listener.accept().expect("a viewer");
        let limit = Some(Duration::from_secs(5));
        stream.set_read_timeout(limit).expect("a limit");
        let mut request = [0; 512];
        let length = stream.read(&mut request).expect("a request");
        assert!(request[..length].starts_with(b"GET /websocket/60 HTTP/1.1\r\n"));
        let stamp = Stamp {
            run: 1,
            seq: 1,
            captured_at_us: now_us() - 5_000,
        };
        let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        jpeg.extend(stamp.segment());
        jpeg.resize(3000, 0x55);
        let mut answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
        answer.extend(b"\x89\x02hi\x82\x7e\x0b\xb8");
        answer.extend(&jpeg);
        stream.write_all(&answer).expect("the viewer is there");
        let mut pong = [0; 8];
        stream.read_exact(&mut pong).expect("a pong");
        pong
    };
    let server = std::thread::Builder::new().spawn(serve).expect("a thread");
    let mut load = Load::of_qualities(&[address], &[60]).expect("an upgrade");
    assert_eq!((load.viewers(), load.unserved()), (1, 1));
    let began = Instant::now();
    while load.frames() == 0 && began.elapsed() < Duration::from_secs(5) {
        load.run(Duration::from_millis(10));
    }
    assert_eq!((load.frames(), load.unserved()), (1, 0));
    assert!(load.ages_ms()[0] >= 5.0, "{:?}", load.ages_ms());
    assert_eq!(&server.join().expect("served"), b"\x8a\x82\0\0\0\0hi");
    load.forget();
    assert_eq!(load.frames(), 0);
}

/// What a gateway sends to a viewer of deltas: texts, a whole frame and two deltas.
fn conversation() -> Vec<u8> {
    let mut scene = crate::Scene::new(20, 3, 1);
    let stamp = |seq| Stamp {
        run: 1,
        seq,
        captured_at_us: now_us() - 7_000,
    };
    let whole = scene.jpeg(stamp(41));
    scene.change([3]);
    let next = scene.jpeg(stamp(42));
    let intervals = wire::delta::Intervals::of(&next).expect("intervals");
    let patch = Stamp::variable_part(&next).expect("a stamp");
    let delta = |changed: Option<usize>| {
        let changed = |nth| Some(nth) == changed;
        let parts = (&next[..], &intervals);
        wire::delta::encode(parts, 41, patch.clone(), changed, 1000).expect("a delta")
    };
    let mut bytes = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
    for (head, message) in [
        (0x81, &[b'x'; 300][..]),
        (0x82, &whole),
        (0x81, b"short"),
        (0x82, &delta(Some(3))),
        // So short that it is read together with its head.
        (0x82, &delta(None)),
    ] {
        bytes.push(head);
        if message.len() < 126 {
            bytes.push(message.len() as u8);
        } else {
            bytes.push(126);
            bytes.extend((message.len() as u16).to_be_bytes());
        }
        bytes.extend(message);
    }
    bytes
}

#[test]
fn a_viewer_of_deltas_acknowledges_both_kinds_of_frames_and_reads_past_texts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let serve = move || {
        let (mut stream, _) = listener.accept().expect("a viewer");
        let limit = Some(Duration::from_secs(5));
        stream.set_read_timeout(limit).expect("a limit");
        let mut request = [0; 512];
        let length = stream.read(&mut request).expect("a request");
        assert!(request[..length].starts_with(b"GET /websocket/80?v=2&delta=1 "));
        stream
            .write_all(&conversation())
            .expect("the viewer is there");
        let mut acks = vec![0; 3 * (6 + r#"{"type":"ack","seq":41}"#.len())];
        stream.read_exact(&mut acks).expect("acks");
        String::from_utf8_lossy(&acks).into_owned()
    };
    let server = std::thread::Builder::new().spawn(serve).expect("a thread");
    let mut load = Load::new().expect("epoll");
    let path = "/websocket/80?v=2&delta=1";
    load.watch(address, path).expect("an upgrade");
    let began = Instant::now();
    while load.frames() < 3 && began.elapsed() < Duration::from_secs(5) {
        load.run(Duration::from_millis(10));
    }
    assert_eq!((load.frames(), load.unserved()), (3, 0));
    assert!(
        load.ages_ms()
            .iter()
            .all(|age| (7.0..5_000.0).contains(age))
    );
    let acks = server.join().expect("served");
    let said: Vec<&str> = acks.split("seq\":").skip(1).map(|ack| &ack[..3]).collect();
    assert_eq!(said, ["41}", "42}", "42}"]);
}
