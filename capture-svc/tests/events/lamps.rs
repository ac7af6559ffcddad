//! `CAPTURE_ON_WATCH=http://…`: a lamp that is switched on in time, and lamps that are ill.

use futures_util::FutureExt;
use futures_util::StreamExt;
use testkit::eventually;
use tokio::net::TcpSocket;

use crate::lamp::Lamp;
use crate::service::{REACTION_MAX, Service};

/// What capture logs when it has waited for long enough.
const GAVE_UP: &str = "the first picture waits no longer";

#[tokio::test]
async fn the_first_picture_is_one_of_after_the_light_was_on() {
    let lamp = Lamp::start(Some("204 No Content")).await;
    let address = format!("http://me:tulip@127.0.0.1:{}/api/webhook/rose", lamp.port);
    let service = Service::start(&[("CAPTURE_ON_WATCH", &address)]).await;
    lamp.told(1).await;
    let mut frames = service.subscribe("frames.q80").await;
    // A busy machine may be too slow for a turn; then the next one shows it.
    for turn in 1.. {
        let first = service.next_frames(&mut frames, 1).await[0];
        let told = lamp.told(2 * turn).await;
        assert_eq!(told[0], "unwatched started");
        assert_eq!(told[2 * turn - 1], "watched viewer");
        let posted = lamp.posted()[2 * turn - 1].clone();
        assert_eq!(posted.event.gateways, 1);
        assert!(
            posted.head.starts_with("POST /api/webhook/rose HTTP/1.1"),
            "{}",
            posted.head
        );
        // me:tulip
        assert!(
            posted.head.contains("Basic bWU6dHVsaXA="),
            "{}",
            posted.head
        );
        let gave_up = service.capture.log().matches(GAVE_UP).count();
        if gave_up < turn {
            assert!(
                first.captured_at_us >= posted.at_us,
                "captured {} µs before the lamp was on",
                posted.at_us - first.captured_at_us
            );
            return;
        }
        assert!(turn < 20, "no call is in time: this machine shows nothing");
        service.leave().await;
        lamp.told(2 * turn + 1).await;
        // Those of the turn that is over.
        while frames.next().now_or_never().is_some() {}
    }
}

#[tokio::test]
async fn a_reload_within_the_linger_switches_nothing_and_each_end_says_why() {
    let lamp = Lamp::start(Some("200 OK")).await;
    let address = format!("http://127.0.0.1:{}/", lamp.port);
    let settings = [
        ("CAPTURE_ON_WATCH", address.as_str()),
        ("CAPTURE_LINGER", "5s"),
    ];
    let mut service = Service::start(&settings).await;
    lamp.told(1).await;
    service.watch().await;
    lamp.told(2).await;
    service.leave().await;
    // Closed and open again, as seen by capture, or not even that.
    service.frames(3).await;
    service.leave().await;
    assert_eq!(
        lamp.told(3).await[1..],
        ["watched viewer", "unwatched left"]
    );
    service.watch().await;
    lamp.told(4).await;
    service.privacy("on").await;
    assert_eq!(lamp.told(5).await[4], "unwatched privacy");
    assert_eq!(service.privacy_word().await.as_deref(), Some("on"));
    service.privacy("off").await;
    service.watch().await;
    assert_eq!(lamp.told(6).await[5], "watched viewer");
    service.capture.terminate();
    assert!(service.capture.exited(REACTION_MAX).await.success());
    assert_eq!(lamp.told(7).await[6], "unwatched stopping");
    assert_eq!(lamp.posted().len(), 7);
}

#[tokio::test]
async fn a_lamp_that_was_left_on_by_a_crash_is_switched_off_by_the_next_start() {
    let lamp = Lamp::start(Some("200 OK")).await;
    let address = format!("http://127.0.0.1:{}/", lamp.port);
    let mut service = Service::start(&[("CAPTURE_ON_WATCH", &address)]).await;
    lamp.told(1).await;
    service.watch().await;
    assert_eq!(lamp.told(2).await[1], "watched viewer");
    service.capture.kill();
    service.leave().await;
    service.capture.restart().await;
    assert_eq!(lamp.told(3).await[2], "unwatched started");
}

#[tokio::test]
async fn a_lamp_that_hangs_fails_or_is_not_there_is_told_once_and_holds_no_picture_up() {
    let (hangs, fails) = (Lamp::start(None).await, Lamp::start(Some("500 No")).await);
    // Bound, and nobody listens.
    let gone = TcpSocket::new_v4().expect("a socket");
    gone.bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a free port");
    let gone_port = gone.local_addr().expect("it is bound").port();
    for (port, words) in [
        (hangs.port, ""),
        (fails.port, "answers 500"),
        (gone_port, "cannot be reached"),
    ] {
        let address = format!("http://me:tulip@127.0.0.1:{port}/tulip?tulip=tulip");
        let service = Service::start(&[("CAPTURE_ON_WATCH", &address)]).await;
        let stamps = service.frames(20).await;
        assert!(stamps.windows(2).all(|two| two[0].seq < two[1].seq));
        if words.is_empty() {
            continue;
        }
        eventually(REACTION_MAX, || async {
            service.failures("on_watch").await >= 2.0
        })
        .await;
        let log = service.capture.log();
        assert_eq!(service.warnings("CAPTURE_ON_WATCH"), 1, "{log}");
        assert!(log.contains(words) && !log.contains("tulip"), "{log}");
    }
    assert!(!hangs.posted().is_empty(), "it was asked");
}
