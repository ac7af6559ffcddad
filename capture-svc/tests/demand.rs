//! capture-svc as a process against a real nats-server: frames and camera follow the demand keys, nothing else.

use std::net::SocketAddr;
use std::time::Duration;

use async_nats::jetstream::{self, kv};
use async_nats::{Message, Subscriber};
use futures_util::StreamExt;
use testkit::{NatsServer, Picture, Process, ThrottledLink, eventually};
use wire::CameraStatus;
use wire::lease::{LEASE, RENEW};

/// How long the service may take to do what is asked here: several times what it takes.
const REACTION_MAX: Duration = Duration::from_secs(10);

async fn bucket(nats: &NatsServer, name: &str) -> kv::Store {
    let js = jetstream::new(nats.client().await);
    eventually(REACTION_MAX, || async { js.get_key_value(name).await.ok() }).await
}

/// A gateway's lease, put once.
async fn put(demand: &kv::Store, key: &str) {
    demand.put(key, "1".into()).await.expect("a lease");
}

async fn open(capture: &Process) -> bool {
    capture.metric("capture_camera_open", &[]).await > 0.0
}

#[track_caller]
fn opens(capture: &Process) -> impl Future<Output = ()> {
    eventually(REACTION_MAX, async || open(capture).await)
}

#[track_caller]
fn opens_while_wanted(capture: &Process, demand: &kv::Store) -> impl Future<Output = ()> {
    eventually(REACTION_MAX, async || {
        put(demand, "q80.gw").await;
        open(capture).await
    })
}

#[track_caller]
fn closes(capture: &Process) -> impl Future<Output = ()> {
    eventually(REACTION_MAX, async || !open(capture).await)
}

async fn next(subscriber: &mut Subscriber) -> Message {
    let message = tokio::time::timeout(REACTION_MAX, subscriber.next()).await;
    message.expect("a message comes").expect("a subscription")
}

async fn next_status(subscriber: &mut Subscriber) -> CameraStatus {
    serde_json::from_slice(&next(subscriber).await.payload).expect("a status")
}

#[tokio::test]
async fn without_demand_nothing_is_published_and_the_camera_is_closed() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[]).await;
    let mut frames = nats.client().await.subscribe("frames.>").await.unwrap();
    let mut status = nats.client().await.subscribe("status").await.unwrap();
    // Two statuses are two seconds of a running, connected, idle service.
    for _ in 0..3 {
        assert_eq!(next_status(&mut status).await.qualities, [0u8; 0]);
    }
    assert!(!open(&capture).await);
    assert!(capture.metric("capture_camera_opens_total", &[]).await < 1.0);
    assert!(futures_util::poll!(frames.next()).is_pending(), "no frame");
}

#[tokio::test]
async fn a_demand_key_brings_stamped_frames_of_its_quality_and_their_barcode() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "0s")]).await;
    let demand = bucket(&nats, "demand").await;
    let mut frames = nats.client().await.subscribe("frames.>").await.unwrap();
    put(&demand, "q30.gw").await;
    let mut last = 0;
    for _ in 0..20 {
        let message = next(&mut frames).await;
        assert_eq!(message.subject.as_str(), "frames.q30");
        let picture = Picture::read(&message.payload).unwrap();
        let (seq, at) = testkit::barcode::read_jpeg(&message.payload)
            .expect("a barcode that survives quality 30");
        assert_eq!(
            (seq, at),
            (picture.stamp.seq, picture.stamp.captured_at_us),
            "the picture is the stamp's"
        );
        assert!(picture.stamp.seq > last);
        last = picture.stamp.seq;
    }
    demand.delete("q30.gw").await.unwrap();
    closes(&capture).await;
}

#[tokio::test]
async fn a_lease_that_nobody_renews_ends_and_with_it_the_camera() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "0s")]).await;
    let demand = bucket(&nats, "demand").await;
    let clock = process::Clock::start();
    let put_at = clock.now();
    put(&demand, "q80.gw").await;
    opens(&capture).await;
    closes(&capture).await;
    let lasted = clock.now() - put_at;
    assert!(lasted >= LEASE, "not before its time: {lasted:?}");
}

#[tokio::test]
async fn the_camera_lingers_after_the_last_lease() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "5s")]).await;
    let demand = bucket(&nats, "demand").await;
    put(&demand, "q80.gw").await;
    opens(&capture).await;
    demand.delete("q80.gw").await.unwrap();
    eventually(REACTION_MAX, || async {
        capture.metric("capture_leases", &[("quality", "80")]).await < 1.0
    })
    .await;
    assert!(open(&capture).await, "the linger keeps it open");
    closes(&capture).await;
}

#[tokio::test]
async fn a_restarted_capture_finds_the_demand_that_is_there() {
    let nats = NatsServer::start().await;
    let mut capture = Process::capture(&nats, &[]).await;
    let demand = bucket(&nats, "demand").await;
    let mut frames = nats.client().await.subscribe("frames.>").await.unwrap();
    let mut runs = Vec::new();
    for _ in 0..2 {
        put(&demand, "q55.gw").await;
        let message = next(&mut frames).await;
        let run = testkit::read_stamp(&message.payload).unwrap().run;
        capture.restart().await;
        runs.push(run);
        frames = nats.client().await.subscribe("frames.>").await.unwrap();
    }
    assert_ne!(runs[0], runs[1], "a new run for a new process");
}

#[tokio::test]
async fn a_new_quality_starts_after_nats_came_back_without_its_memory() {
    let mut nats = NatsServer::start().await;
    let _capture = Process::capture(&nats, &[]).await;
    put(&bucket(&nats, "demand").await, "q80.gw").await;
    nats.kill();
    nats.restart().await;
    let demand = bucket(&nats, "demand").await;
    let mut frames = nats.client().await.subscribe("frames.q40").await.unwrap();
    put(&demand, "q40.gw").await;
    next(&mut frames).await;
}

#[tokio::test]
async fn nats_may_come_later() {
    let mut nats = NatsServer::start().await;
    nats.kill();
    let capture = Process::capture(&nats, &[]).await;
    assert_eq!(capture.ready().await, 503);
    nats.restart().await;
    eventually(REACTION_MAX, || async { capture.ready().await == 200 }).await;
}

#[tokio::test]
async fn nats_may_be_far_away() {
    let nats = NatsServer::start().await;
    let server = SocketAddr::from(([127, 0, 0, 1], nats.port()));
    let link = ThrottledLink::to(server);
    // To the other end of the world and back over a bad line.
    link.set(|quality| quality.delay = Duration::from_millis(200));
    let url = format!("nats://{}", link.address());
    let _capture = Process::capture(&nats, &[("NATS_URL", &url)]).await;
    let demand = bucket(&nats, "demand").await;
    let mut frames = nats.client().await.subscribe("frames.>").await.unwrap();
    let renewed = async {
        loop {
            put(&demand, "q80.gw").await;
            if let Ok(frame) = tokio::time::timeout(RENEW, frames.next()).await {
                return frame;
            }
        }
    };
    let frame = tokio::time::timeout(REACTION_MAX * 2, renewed).await;
    assert!(frame.expect("a frame").is_some());
}

#[tokio::test]
async fn the_privacy_switch_closes_the_camera_whatever_the_demand_and_outlives_the_process() {
    let nats = NatsServer::start().await;
    let mut capture = Process::capture(&nats, &[]).await;
    let demand = bucket(&nats, "demand").await;
    let control = bucket(&nats, "control").await;
    put(&demand, "q80.gw").await;
    opens(&capture).await;
    control.put("privacy", "on".into()).await.unwrap();
    closes(&capture).await;
    capture.restart().await;
    let mut status = nats.client().await.subscribe("status").await.unwrap();
    put(&demand, "q80.gw").await;
    for _ in 0..2 {
        let status = next_status(&mut status).await;
        if status.reason != Some(wire::Reason::Standby) {
            assert_eq!(
                (status.state, status.reason),
                (wire::CameraState::Idle, Some(wire::Reason::Privacy))
            );
        }
    }
    assert!(!open(&capture).await);
    control.put("privacy", "off".into()).await.unwrap();
    opens_while_wanted(&capture, &demand).await;
}

#[tokio::test]
async fn wrong_words_without_end_neither_hold_the_privacy_switch_up_nor_are_answered_one_by_one() {
    const MANY: u64 = 2_000;
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "0s")]).await;
    let demand = bucket(&nats, "demand").await;
    let control = bucket(&nats, "control").await;
    put(&demand, "q80.gw").await;
    opens(&capture).await;
    let client = nats.client().await;
    let flood = async || {
        for _ in 0..MANY {
            let word = client.publish("$KV.control.privacy", "nonsense".into());
            word.await.unwrap();
        }
    };
    flood().await;
    // Behind them, on the same connection.
    let on = client.request("$KV.control.privacy", "on".into());
    on.await.unwrap();
    closes(&capture).await;
    flood().await;
    let last = eventually(REACTION_MAX, || async {
        let entry = control.entry("privacy").await.unwrap();
        entry.filter(|entry| entry.revision > 2 * MANY && entry.value == "on")
    })
    .await;
    assert!(last.revision < 2 * MANY + MANY / 10, "{}", last.revision);
    assert_eq!(capture.log().matches("it is put back").count(), 1);
    assert!(!open(&capture).await);
}

#[tokio::test]
async fn a_frame_that_nats_would_not_take_is_counted_and_the_connection_lives() {
    let nats = NatsServer::with_config("max_payload: 40KB").await;
    let capture = Process::capture(&nats, &[]).await;
    let demand = bucket(&nats, "demand").await;
    let mut frames = nats.client().await.subscribe("frames.q30").await.unwrap();
    put(&demand, "q95.gw").await;
    put(&demand, "q30.gw").await;
    eventually(REACTION_MAX, || async {
        capture.log().contains("may be larger than NATS takes")
    })
    .await;
    let too_large = [("reason", "too_large")];
    eventually(REACTION_MAX, || async {
        let dropped = capture.metric("capture_frames_dropped_total", &too_large);
        dropped.await > 0.0
    })
    .await;
    next(&mut frames).await;
}

#[tokio::test]
async fn a_second_capture_stands_by_and_takes_over() {
    let nats = NatsServer::start().await;
    let mut first = Process::capture(&nats, &[]).await;
    let demand = bucket(&nats, "demand").await;
    put(&demand, "q80.gw").await;
    opens(&first).await;
    let second = Process::capture(&nats, &[]).await;
    let mut status = nats.client().await.subscribe("status").await.unwrap();
    for _ in 0..2 {
        put(&demand, "q80.gw").await;
        next_status(&mut status).await;
        assert!(open(&first).await && !open(&second).await);
    }
    first.kill();
    opens_while_wanted(&second, &demand).await;
}

#[tokio::test]
async fn sigterm_closes_the_camera_and_ends_well() {
    let nats = NatsServer::start().await;
    let mut capture = Process::capture(&nats, &[]).await;
    put(&bucket(&nats, "demand").await, "q80.gw").await;
    opens(&capture).await;
    capture.terminate();
    assert!(capture.exited(REACTION_MAX).await.success());
}
