//! Bad links: fewer frames, never old ones, and nobody else's business.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use testkit::{NatsServer, Process, ThrottledLink, Viewer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Interval, interval};
use wire::Stamp;

use crate::support::{Camera, TEST_DEADLINE};

/// 1.5 Mb/s.
const NARROW: u32 = 187_500;
const FRAME: usize = 60_000;
/// How long a frame needs on it.
const TRANSFER: Duration = Duration::from_millis(FRAME as u64 * 1000 / NARROW as u64);

struct Seen {
    ages: Vec<Duration>,
    per_second: f64,
}

impl Seen {
    fn percentile(&self, percent: usize) -> Duration {
        self.ages[self.ages.len() * percent / 100]
    }
}

/// Watches for `time` after `settle`, acknowledging each frame if it `acks`.
async fn watch(mut viewer: Viewer, acks: bool, settle: Duration, time: Duration) -> Seen {
    let mut ages = Vec::new();
    let began = Instant::now() + settle;
    while Instant::now() < began + time {
        let frame = viewer.frame(TEST_DEADLINE).await;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let stamp = Stamp::read(&frame).unwrap();
        if acks {
            viewer
                .send(&format!("{{\"type\":\"ack\",\"seq\":{}}}", stamp.seq))
                .await
                .unwrap();
        }
        if Instant::now() > began {
            ages.push(now.saturating_sub(Duration::from_micros(stamp.captured_at_us)));
        }
    }
    ages.sort_unstable();
    Seen {
        per_second: ages.len() as f64 / time.as_secs_f64(),
        ages,
    }
}

/// One viewer behind `link` and ten fast ones, for 15 s.
async fn beside_fast_ones(
    change: impl FnOnce(&ThrottledLink),
    acks: bool,
    length: usize,
) -> (Seen, Vec<Seen>) {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let link = ThrottledLink::to(gateway.public());
    change(&link);
    let mut request = Viewer::at(link.address(), "/websocket/80");
    if acks {
        request = request.query("v", "2");
    }
    let slow = request.connect().await.unwrap();
    let mut fast = Vec::new();
    for _ in 0..10 {
        fast.push(Viewer::watch(gateway.public(), 80).await.unwrap());
    }
    camera.wanted(&[80]).await;
    let _streaming = camera.stream("frames.q80", length);
    let (settle, time) = (Duration::from_secs(3), Duration::from_secs(12));
    let fast = fast
        .into_iter()
        .map(|viewer| watch(viewer, false, settle, time));
    tokio::join!(
        watch(slow, acks, settle, time),
        futures_util::future::join_all(fast)
    )
}

#[expect(
    clippy::print_stdout,
    reason = "the figures, for who runs it with --nocapture"
)]
fn report(name: &str, slow: &Seen, fast: &[Seen]) {
    let (p50, p95) = (slow.percentile(50), slow.percentile(95));
    let worst = fast.iter().map(|seen| seen.percentile(99)).max().unwrap();
    let least = fast
        .iter()
        .map(|seen| seen.per_second)
        .fold(f64::MAX, f64::min);
    println!(
        "{name}: slow {:.1} fps, age {p50:?} (p95 {p95:?}, last three {:?}); fast at least {least:.1} fps, p99 {worst:?}",
        slow.per_second,
        &slow.ages[slow.ages.len() - 3..]
    );
}

/// One frame on its way and none behind it: two would be twice the transfer. The rest of the bound is the machine's.
fn stays_in_the_present(slow: &Seen) {
    assert!(
        slow.percentile(50) < TRANSFER + Duration::from_millis(150),
        "p50 {:?}",
        slow.percentile(50)
    );
    assert!(
        slow.percentile(95) < TRANSFER * 3,
        "p95 {:?}",
        slow.percentile(95)
    );
    assert!(slow.per_second > 2.0, "{} fps", slow.per_second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_viewer_on_a_narrow_link_sees_the_present_and_the_others_do_not_notice() {
    let (slow, fast) = beside_fast_ones(|link| link.throttle(NARROW), false, FRAME).await;
    report("1.5 Mb/s, pongs", &slow, &fast);
    stays_in_the_present(&slow);
    for seen in &fast {
        assert!(seen.per_second > 25.0, "{} fps", seen.per_second);
        assert!(
            seen.percentile(50) < Duration::from_millis(60),
            "{:?}",
            seen.percentile(50)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_that_acknowledges_sees_the_present_on_a_narrow_link_too() {
    let (slow, fast) = beside_fast_ones(|link| link.throttle(NARROW), true, FRAME).await;
    report("1.5 Mb/s, acks", &slow, &fast);
    stays_in_the_present(&slow);
}

/// Reads as a narrow link brings it, with next to no buffer before: what is not read yet waits in the gateway's kernel.
struct NarrowReader {
    socket: TcpStream,
    pace: Interval,
    read: Vec<u8>,
}

impl NarrowReader {
    const CHUNK: usize = 4096;

    async fn get(address: SocketAddr, path: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2 * Self::CHUNK as u32).unwrap();
        let mut socket = socket.connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let between = Duration::from_secs_f64(Self::CHUNK as f64 / f64::from(NARROW));
        Self {
            socket,
            pace: interval(between),
            read: Vec::new(),
        }
    }

    /// The stamp of the next part that has come whole.
    async fn part(&mut self) -> Stamp {
        const END: &[u8] = b"\xff\xd9\r\n--frame\r\n";
        loop {
            let end = self.read.windows(END.len()).position(|bytes| bytes == END);
            if let Some(end) = end {
                let part: Vec<u8> = self.read.drain(..end + END.len()).collect();
                let start = part.windows(2).position(|bytes| bytes == b"\xff\xd8");
                return Stamp::read(&part[start.unwrap()..]).unwrap();
            }
            self.pace.tick().await;
            let mut chunk = [0; Self::CHUNK];
            let read = tokio::time::timeout(TEST_DEADLINE, self.socket.read_exact(&mut chunk));
            read.await.expect("it goes on").unwrap();
            self.read.extend(chunk);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_on_a_narrow_link_sees_the_present_too() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _streaming = camera.stream("frames.q80", FRAME);
    let mut player = NarrowReader::get(gateway.public(), "/stream.mjpg").await;
    let (mut ages, time) = (Vec::new(), Duration::from_secs(12));
    let began = Instant::now() + Duration::from_secs(3);
    while Instant::now() < began + time {
        let stamp = player.part().await;
        let captured = SystemTime::UNIX_EPOCH + Duration::from_micros(stamp.captured_at_us);
        if Instant::now() > began {
            ages.push(captured.elapsed().unwrap_or_default());
        }
    }
    ages.sort_unstable();
    let per_second = ages.len() as f64 / time.as_secs_f64();
    let slow = Seen { ages, per_second };
    report("1.5 Mb/s, MJPEG", &slow, std::slice::from_ref(&slow));
    stays_in_the_present(&slow);
}

#[tokio::test]
async fn no_picture_is_chosen_for_a_player_while_the_kernel_still_has_one_to_send() {
    const SMALL: usize = 8000;
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _streaming = camera.stream("frames.q80", SMALL);
    // A window wide enough for the kernel to gather many of them in one go behind it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(128 * 1024).unwrap();
    let mut player = socket.connect(gateway.public()).await.unwrap();
    let request = b"GET /stream.mjpg HTTP/1.0\r\nHost: localhost\r\n\r\n";
    player.write_all(request).await.unwrap();
    let figures = || async {
        let received = gateway.metric("gateway_frames_received_total", &[]).await;
        let sent = gateway.metric("gateway_frames_sent_total", &[]).await;
        (received, sent)
    };
    // It reads nothing: at some time no more is sent to it, whatever comes.
    let mut before = figures().await;
    let sent = loop {
        eventually(TEST_DEADLINE, || async {
            figures().await.0 >= before.0 + 40.0
        })
        .await;
        let now = figures().await;
        if now.1 > 0.0 && now.1 <= before.1 {
            break now.1;
        }
        before = now;
    };
    let arrived = player.peek(&mut vec![0; 1 << 20]).await.unwrap() as f64;
    let on_the_way = sent - arrived / SMALL as f64;
    assert!(
        on_the_way < 2.0,
        "{on_the_way:.1} pictures were chosen and have not arrived"
    );
}

/// So far there and back with ample bandwidth, that many frames are on their way at any time.
async fn far(round_trip: Duration, acks: bool) {
    let far = |link: &ThrottledLink| link.set(|quality| quality.delay = round_trip / 2);
    let (slow, fast) = beside_fast_ones(far, acks, FRAME).await;
    report(&format!("{round_trip:?} there and back"), &slow, &fast);
    // A window that does not grow with the way carries four frames each round trip: 26 a second at 150 ms, so that only
    // 300 ms, with 13, can tell.
    assert!(slow.per_second > 20.0, "{} fps", slow.per_second);
    assert!(
        slow.percentile(50) < round_trip / 2 + Duration::from_millis(150),
        "{:?}",
        slow.percentile(50)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_far_viewer_with_bandwidth_keeps_the_frame_rate() {
    far(Duration::from_millis(150), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_on_the_other_side_of_the_world_keeps_the_frame_rate() {
    far(Duration::from_millis(300), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_there_that_acknowledges_keeps_the_frame_rate_too() {
    far(Duration::from_millis(300), true).await;
}
