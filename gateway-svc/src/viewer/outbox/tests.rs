//! Frames out, words in, through real sockets.

use super::offer::Offer;
use super::*;
use crate::frame::Frame;
use crate::frame::changes::Form;
use crate::websocket::decode::Event;
use process::Clock;
use rustix::net::{RecvFlags, recv};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use wire::Stamp;

const TEST_DEADLINE: Duration = Duration::from_secs(10);

/// A viewer that keeps up: its pongs are coalesced, with frames 2 and 3 on their way.
struct Scene {
    outbox: Arc<Outbox>,
    reader: OwnedReadHalf,
    words: Reader,
    browser: TcpStream,
    now: Instant,
}

impl Scene {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (browser, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (reader, writer) = accepted.unwrap().0.into_split();
        let now = Clock::start().now();
        let rendition = "80".parse().unwrap();
        let mut scene = Self {
            outbox: Arc::new(Outbox::new(
                writer,
                Protocol::Plain,
                rendition,
                Rate::ALL,
                now,
            )),
            reader,
            words: Reader::default(),
            browser: browser.unwrap(),
            now,
        };
        scene.idles().await;
        scene.offer(1);
        scene.outbox.pong(1 << 63, now, true);
        scene.outbox.pong(1, now, true);
        scene.offer(2);
        scene.offer(3);
        assert!(scene.outbox.state().inbox.coalesced());
        scene
    }

    fn offer(&self, number: u64) {
        let stamp = Stamp {
            run: 1,
            seq: number,
            captured_at_us: 0,
        };
        let frame = Arc::new(Frame::new(&[7; 100], stamp, (number, number), self.now));
        let offered = self.outbox.offer(&frame, self.outbox.wanted().0, self.now);
        assert_eq!(offered, (Offer::Sent(Form::Whole), false), "{number}");
    }

    /// The viewer's task waits for words until somebody wakes it, and is not woken.
    async fn idles(&mut self) {
        let receive = self.outbox.receive(&mut self.reader, Some(&mut self.words));
        let idle = tokio::time::timeout(Duration::from_millis(50), receive).await;
        assert!(idle.is_err(), "{idle:?}");
    }

    /// Says something and sees it arrive.
    async fn says(&mut self, bytes: &[u8]) {
        self.browser.write_all(bytes).await.unwrap();
        let mut arrived = vec![0; bytes.len()];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let arriving = async {
            while recv(self.outbox.socket.as_ref(), &mut arrived[..], flags)
                .map_or(0, |(_, length)| length)
                < bytes.len()
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(TEST_DEADLINE, arriving).await.unwrap();
    }

    /// What the viewer's task hears next.
    async fn hears(&mut self) -> String {
        loop {
            if let Some(event) = self.words.event().unwrap() {
                return format!("{event:?}");
            }
            let receive = self.outbox.receive(&mut self.reader, Some(&mut self.words));
            let heard = tokio::time::timeout(TEST_DEADLINE, receive)
                .await
                .unwrap()
                .unwrap();
            assert!(heard > 0, "the end");
        }
    }

    fn unconfirmed(&self) -> usize {
        self.outbox.state().window.unconfirmed()
    }
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let masked = payload.iter().zip(mask.iter().cycle());
    let mut bytes = vec![first, 0x80 | payload.len() as u8];
    bytes.extend(mask);
    bytes.extend(masked.map(|(byte, mask)| byte ^ mask));
    bytes
}

fn pong(number: u64) -> Vec<u8> {
    masked(0x8a, &number.to_be_bytes())
}

#[tokio::test]
async fn pongs_are_read_in_passing_and_the_task_sleeps_on() {
    let mut scene = Scene::new().await;
    scene.says(&[pong(2), pong(3)].concat()).await;
    scene.idles().await;
    assert_eq!(scene.unconfirmed(), 2);
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 0);
    scene.idles().await;
}

#[tokio::test]
async fn acks_are_read_in_passing_with_the_pongs_before_them() {
    let mut scene = Scene::new().await;
    let ack = masked(0x81, br#"{"type":"ack","seq":3}"#);
    scene.says(&[pong(2), pong(3), ack].concat()).await;
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 0);
    scene.idles().await;
    // From now on a pong alone confirms nothing.
    scene.offer(4);
    scene.says(&pong(4)).await;
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 1);
    scene
        .says(&masked(0x81, br#"{"type":"ack","seq":4}"#))
        .await;
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 0);
    let words = br#"{"type":"quality","quality":70}"#;
    scene.says(&masked(0x81, words)).await;
    scene.outbox.overhear(scene.now);
    let text = std::str::from_utf8(words).unwrap();
    let expected = format!("{:?}", Event::Text(text));
    assert_eq!(scene.hears().await, expected, "it is the task's");
}

#[tokio::test]
async fn a_frame_for_which_there_is_hardly_room_has_the_pongs_read() {
    let mut scene = Scene::new().await;
    scene.says(&[pong(2), pong(3)].concat()).await;
    scene.offer(4);
    assert_eq!(scene.unconfirmed(), 3);
    scene.offer(5);
    assert_eq!(scene.unconfirmed(), 2);
}

#[tokio::test]
async fn other_words_reach_the_task_whole_and_in_their_order() {
    let mut scene = Scene::new().await;
    // A ping without a mask to speak of, about something that looks like a pong.
    let within = pong(3);
    let head = [0x89, 0x80 | within.len() as u8, 0, 0, 0, 0];
    scene.says(&[&pong(2), &head[..]].concat()).await;
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 1);
    scene.says(&within).await;
    scene.outbox.overhear(scene.now);
    assert_eq!(scene.unconfirmed(), 1, "no pong");
    let stirred = scene.outbox.stirred(false);
    tokio::time::timeout(TEST_DEADLINE, stirred)
        .await
        .unwrap()
        .unwrap();
    let expected = format!("{:?}", Event::Ping(&within));
    assert_eq!(scene.hears().await, expected);
    scene.idles().await;
    assert!(!scene.outbox.state().inbox.task_reads());
}

#[tokio::test]
async fn what_was_heard_in_passing_comes_before_what_the_task_reads() {
    let mut scene = Scene::new().await;
    let ping = masked(0x89, b"are you there");
    scene.says(&ping[..9]).await;
    scene.outbox.overhear(scene.now);
    let socket = scene.outbox.socket.as_ref();
    scene.outbox.state().inbox.listen_closely(socket);
    scene.says(&ping[9..]).await;
    scene.reader.readable().await.unwrap();
    let expected = format!("{:?}", Event::Ping(b"are you there"));
    assert_eq!(scene.hears().await, expected);
}

#[tokio::test]
async fn the_end_of_the_connection_wakes_the_task_whatever_the_kernel_keeps() {
    let mut scene = Scene::new().await;
    scene.says(&pong(2)).await;
    scene.browser.shutdown().await.unwrap();
    let expected = 2u64.to_be_bytes();
    assert_eq!(scene.hears().await, format!("{:?}", Event::Pong(&expected)));
    let end = scene
        .outbox
        .receive(&mut scene.reader, Some(&mut scene.words));
    assert_eq!(
        tokio::time::timeout(TEST_DEADLINE, end)
            .await
            .unwrap()
            .unwrap(),
        0
    );
}
