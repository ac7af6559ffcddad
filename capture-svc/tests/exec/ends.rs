//! How a program ends, and that nothing of it is left.

use testkit::{NatsServer, eventually};

use crate::camera::{Programs, REACTION_MAX, Watched, held, jpeg};

/// Writes pictures and leaves word of the signals that it gets, without ending; so do a child of it and one that has left
/// its session.
const STUBBORN: &str = "trap 'echo INT >> $DIR/signals' INT\ntrap 'echo TERM >> $DIR/signals' TERM\n\
    sh -c \"trap '' INT TERM; while :; do sleep 0.05; done\" &\n\
    setsid sh -c \"trap '' INT TERM; while :; do sleep 0.05; done\" > /dev/null 2>&1 < /dev/null &\n\
    while :; do cat $DIR/frame; sleep 0.03; done\n";

/// As programs are: Ctrl-C ends it.
const WILLING: &str = "while cat $DIR/frame; do sleep 0.03; done\n";

fn programs(script: &str) -> Programs {
    let programs = Programs::new();
    programs.file("frame", jpeg(128));
    programs.script("camera", script);
    programs
}

#[tokio::test]
async fn a_program_runs_while_somebody_watches_and_ends_with_the_last_one() {
    let nats = NatsServer::start().await;
    let programs = programs(WILLING);
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    watched.status_unwatched().await;
    assert!(programs.running().is_empty(), "nobody watches");
    for _ in 0..2 {
        watched.frames(3).await;
        assert!(!programs.running().is_empty());
        watched.leave().await;
        programs.gone().await;
    }
}

#[tokio::test]
async fn a_program_that_does_not_want_to_end_is_ended_with_all_that_it_started() {
    let nats = NatsServer::start().await;
    let programs = programs(STUBBORN);
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    watched.frames(3).await;
    eventually(REACTION_MAX, async || programs.running().len() >= 3).await;
    watched.leave().await;
    programs.gone().await;
    let signals = programs.read("signals");
    let order: Vec<_> = signals.lines().collect();
    assert_eq!(order, ["INT", "TERM"], "asked twice, then killed");
}

#[tokio::test]
async fn privacy_does_not_wait_for_a_program_that_does_not_want_to_end() {
    let nats = NatsServer::start().await;
    let programs = programs(STUBBORN);
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    watched.frames(3).await;
    let js = async_nats::jetstream::new(nats.client().await);
    let control = js.get_key_value("control").await.expect("the bucket");
    control
        .put("privacy", "on".into())
        .await
        .expect("the switch");
    programs.gone().await;
    let signals = programs.read("signals");
    assert!(
        !signals.contains("TERM"),
        "killed after 80 ms, long before it is asked again: {signals}"
    );
}

#[tokio::test]
async fn a_capture_that_is_killed_leaves_no_program() {
    let nats = NatsServer::start().await;
    let programs = programs(STUBBORN);
    let mut watched = Watched::start(&nats, &programs, "camera", &[]).await;
    watched.frames(3).await;
    watched.capture.kill();
    programs.gone().await;
}

#[tokio::test]
async fn a_capture_that_is_stopped_leaves_no_program() {
    let nats = NatsServer::start().await;
    let programs = programs(WILLING);
    let mut watched = Watched::start(&nats, &programs, "camera", &[]).await;
    watched.frames(3).await;
    watched.capture.terminate();
    assert!(watched.capture.exited(REACTION_MAX).await.success());
    programs.gone().await;
}

/// 1,000 of them are a command of their own: see the next.
#[tokio::test]
async fn many_starts_and_ends_leave_no_process_no_descriptor_and_no_zombie() {
    starts_and_ends(100).await;
}

#[tokio::test]
#[ignore = "minutes: cargo test -p capture-svc --test exec -- --ignored a_thousand"]
async fn a_thousand_starts_and_ends_leave_no_process_no_descriptor_and_no_zombie() {
    starts_and_ends(1000).await;
}

async fn starts_and_ends(count: u32) {
    let nats = NatsServer::start().await;
    // A program that leaves a child behind each time.
    let programs = programs(
        "setsid -f sleep 1000 > /dev/null 2>&1\nwhile cat $DIR/frame; do sleep 0.01; done\n",
    );
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    let turn = async || {
        eventually(REACTION_MAX, async || {
            watched.watch().await;
            watched.capture.metric("capture_camera_open", &[]).await > 0.0
        })
        .await;
        watched.leave().await;
        eventually(REACTION_MAX, async || {
            watched.capture.metric("capture_camera_open", &[]).await < 1.0
        })
        .await;
    };
    let pid = watched.capture.pid();
    for _ in 0..3 {
        turn().await;
    }
    programs.gone().await;
    let before = held(pid);
    for _ in 0..count {
        turn().await;
    }
    programs.gone().await;
    // The connection that asked for the metrics is closed by now or soon, and the thread of the last opening ends.
    eventually(REACTION_MAX, async || {
        let now = held(pid);
        now.0 <= before.0 && now.1 <= before.1 && now.2 <= before.2
    })
    .await;
    let opens = watched
        .capture
        .metric("capture_camera_opens_total", &[])
        .await;
    assert!(opens >= f64::from(count), "{opens}");
    let zombies = held(pid).2;
    assert_eq!(zombies, 0);
}
