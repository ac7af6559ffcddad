//! What a viewer says: its task reads it when the kernel tells; pongs of a viewer that keeps up are read in passing.
//!
//! A wake-up with a read for each answer would be a fifth of what a frame costs. So the kernel is asked to keep short
//! answers to itself ([`lowat`]) while the window has no use for each of them at once, and the fan-out looks for them
//! between its walks. It understands pongs alone; whatever else it comes upon is handed to the task, in its order.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;

use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

use crate::lowat;
use crate::viewer::line::Line;
use crate::viewer::outbox::Outbox;
use crate::websocket::codec::{self, Reader};

/// What an coalesce viewer may say unheard: far more pongs than it is given frames meanwhile.
const COALESCED_BYTES: i32 = 512;

impl Outbox {
    /// Reads what is there into `words`, or away without any, through a buffer that lives on the stack only while it is
    /// used: a viewer that says nothing costs no memory for what it might say. 0 is the end.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) async fn receive(
        &self,
        reader: &mut OwnedReadHalf,
        mut words: Option<&mut Reader>,
    ) -> io::Result<usize> {
        poll_fn(|context| {
            let mut buffer = [MaybeUninit::<u8>::uninit(); 2048];
            let mut buffer = ReadBuf::uninit(&mut buffer);
            // Under the lock, so that words are taken in in their order, whoever reads them.
            let mut line = self.line();
            let read = Pin::new(&mut *reader).poll_read(context, &mut buffer)?;
            if read.is_pending() && line.heard.is_empty() {
                line.listening = words.as_ref().is_none_or(|words| !words.idle());
                if line.listening {
                    self.listen_closely(&mut line);
                }
                return Poll::Pending;
            }
            line.listening = true;
            let heard = std::mem::take(&mut line.heard);
            if let Some(words) = &mut words {
                words.push(&heard);
                words.push(buffer.filled());
            }
            Poll::Ready(Ok(heard.len() + buffer.filled().len()))
        })
        .await
    }

    /// Reads in passing what the kernel kept, without waking anybody.
    pub(crate) fn overhear(&self, now: Instant) {
        let mut line = self.line();
        self.read_kept(&mut line, now);
        self.coalesce_pongs(&mut line, now);
    }

    /// Has the kernel keep pongs to itself as long as the window has no use for each of them at once.
    pub(crate) fn coalesce_pongs(&self, line: &mut Line, now: Instant) {
        let attends = line.listening || line.end.is_some();
        let coalesce = line.window.may_coalesce_pongs(now, line.pongs_coalesced) && !attends;
        if line.pongs_coalesced && !coalesce {
            self.listen_closely(line);
        } else if coalesce && !line.pongs_coalesced {
            // Without the option there is a wake-up for each.
            line.pongs_coalesced = lowat::set(self.socket.as_ref(), COALESCED_BYTES).is_ok();
        }
    }

    /// Reads the pongs that the kernel kept; what else there is, the viewer's task is given, and all that comes after it
    /// until nothing is half read.
    pub(crate) fn read_kept(&self, line: &mut Line, now: Instant) {
        if !line.pongs_coalesced || line.listening || !line.heard.is_empty() {
            return;
        }
        let mut bytes = [0; 8 * codec::PONG_OF_EIGHT];
        // An end or an error the kernel tells the task, whatever was asked for.
        let Ok((_, length)) = recv(self.socket.as_ref(), &mut bytes, RecvFlags::DONTWAIT) else {
            return;
        };
        let mut rest = &bytes[..length];
        while let Some((number, after)) = codec::pong_of_eight(rest) {
            line.window.pong(u64::from_be_bytes(number), now, false);
            rest = after;
        }
        if !rest.is_empty() {
            line.heard.extend_from_slice(rest);
            self.wake.notify_one();
        }
    }

    /// From now on whatever the viewer says is heard at once.
    pub(crate) fn listen_closely(&self, line: &mut Line) {
        if std::mem::take(&mut line.pongs_coalesced) {
            // It may be gone already; then there is nothing to hear.
            let _ = lowat::set(self.socket.as_ref(), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;
    use process::Clock;

    use crate::viewer::outbox::Offer;
    use crate::websocket::codec::Event;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};
    use wire::Stamp;

    const TEST_DEADLINE: Duration = Duration::from_secs(10);

    /// A viewer that keeps up: coalesce, with frames 2 and 3 on their way.
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
            let rung = "80".parse::<wire::Quality>().unwrap().rung();
            let mut scene = Self {
                outbox: Arc::new(Outbox::new(writer, false, rung, now)),
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
            assert!(scene.outbox.line().pongs_coalesced);
            scene
        }

        fn offer(&self, number: u64) {
            let stamp = Stamp {
                run: 1,
                seq: number,
                captured_at_us: 0,
            };
            let frame = Arc::new(Frame::new(&[7; 100], stamp, (number, number), self.now));
            let offered = self.outbox.offer(&frame, self.outbox.rung(), self.now);
            assert_eq!(offered, (Offer::Sent, false), "{number}");
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
            self.outbox.line().window.unconfirmed()
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
        assert!(!scene.outbox.line().listening);
    }

    #[tokio::test]
    async fn what_was_heard_in_passing_comes_before_what_the_task_reads() {
        let mut scene = Scene::new().await;
        let ping = masked(0x89, b"are you there");
        scene.says(&ping[..9]).await;
        scene.outbox.overhear(scene.now);
        scene.outbox.listen_closely(&mut scene.outbox.line());
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
}
