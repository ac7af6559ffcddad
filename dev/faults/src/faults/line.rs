//! A thin line between gateway and viewer, with the buffer of a home router before it: how old pictures are behind it.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use testkit::statistics::median;
use testkit::{Host, Viewer, read_stamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fault::Fault;
use crate::figure::{Figure, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, mark};

/// Of the line: a picture of quality 80 takes about 270 ms on it.
const KILOBITS: u32 = 1500;
/// In front of it, more than a picture.
const BUFFER: u32 = 128 * 1024;
/// Until the sender knows the line.
const SETTLE: Duration = Duration::from_secs(4);

/// Only where there are network namespaces: the line has to be one for the kernel that sends.
pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    if !mode.cables {
        return Vec::new();
    }
    vec![Fault::new(
        "thin-line",
        "a player's pictures are no older than over a WebSocket + 20 %",
        move || thin(mode),
    )]
}

async fn thin(mode: Mode) -> Seen {
    let mut stack = builder(mode).start().await;
    let host = Host::start().await;
    let url = format!("nats://{}:{}", Host::HERE, stack.nats().port());
    let beyond = stack
        .start_gateway_on(&host, &[("NATS_URL", url.as_str())])
        .await;
    stack.gateways.push(beyond);
    stack.await_ready().await;
    host.narrow(KILOBITS, BUFFER);
    let gateway = stack.gateways[1].public();
    let mark = mark(&stack);
    let time = mode.lasts(15, 8);
    let (mut sessions, mut players) = (Vec::new(), Vec::new());
    // In turn, so that both have what the machine does meanwhile.
    for _ in 0..2 {
        sessions.extend(ages_of_session(gateway, time).await);
        players.extend(ages_of_player(gateway, time).await);
    }
    let (session, player) = (median(&mut sessions), median(&mut players));
    let ms = |what, value| Figure::time(what, Duration::from_secs_f64(value / 1000.0));
    Seen {
        figures: vec![
            ms("WebSocket, median age", session),
            ms("MJPEG, median age", player),
            Figure::number("of the WebSocket's", 100.0 * player / session, "%", 120.0),
        ],
        capture: did(&stack, mark),
    }
}

async fn ages_of_session(gateway: SocketAddr, time: Duration) -> Vec<f64> {
    let mut viewer = Viewer::watch(gateway, 80).await.expect("let in");
    let mut ages = Ages::begin(time);
    while !ages.enough() {
        let frame = viewer.frame(RECOVERY_WITHIN).await;
        ages.came(&frame);
    }
    ages.ms
}

async fn ages_of_player(gateway: SocketAddr, time: Duration) -> Vec<f64> {
    /// A picture's end, and a part's.
    const END: &[u8] = b"\xff\xd9\r\n--frame\r\n";
    let mut socket = TcpStream::connect(gateway).await.expect("the gateway");
    let request = b"GET /stream.mjpg HTTP/1.0\r\nHost: localhost\r\n\r\n";
    socket.write_all(request).await.expect("a request");
    let (mut ages, mut read) = (Ages::begin(time), Vec::new());
    while !ages.enough() {
        let got = tokio::time::timeout(RECOVERY_WITHIN, socket.read_buf(&mut read)).await;
        assert!(
            got.expect("it goes on").expect("it goes on") > 0,
            "it ended"
        );
        while let Some(end) = read.windows(END.len()).position(|bytes| bytes == END) {
            let part: Vec<u8> = read.drain(..end + END.len()).collect();
            let start = part.windows(2).position(|bytes| bytes == b"\xff\xd8");
            ages.came(&part[start.expect("a picture")..end + 2]);
        }
    }
    ages.ms
}

/// Of pictures, when their last byte came.
struct Ages {
    from: Instant,
    until: Instant,
    ms: Vec<f64>,
}

impl Ages {
    fn begin(time: Duration) -> Self {
        let from = Instant::now() + SETTLE;
        Self {
            from,
            until: from + time,
            ms: Vec::new(),
        }
    }

    fn enough(&self) -> bool {
        Instant::now() > self.until
    }

    fn came(&mut self, jpeg: &[u8]) {
        let stamp = read_stamp(jpeg).expect("a good frame");
        let captured = SystemTime::UNIX_EPOCH + Duration::from_micros(stamp.captured_at_us);
        if Instant::now() > self.from {
            let age = captured.elapsed().unwrap_or_default();
            self.ms.push(age.as_secs_f64() * 1000.0);
        }
    }
}
