//! Programs that end, are silent, are missing, or write something else.

use testkit::NatsServer;
use wire::{CameraState, Reason};

use crate::camera::{Programs, Watched, jpeg};

#[tokio::test]
async fn a_program_that_ends_is_told_by_its_last_words_and_started_again() {
    let nats = NatsServer::start().await;
    let programs = Programs::new();
    programs.file("frame", jpeg(128));
    programs.script(
        "camera",
        "echo first >&2\n[ -e $DIR/plugged ] || { echo 'ERROR: *** no cameras available ***' >&2; exit 255; }\n\
         while cat $DIR/frame; do sleep 0.03; done\n",
    );
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    let failed = watched
        .status(|status| status.state == CameraState::Error)
        .await;
    assert_eq!(failed.reason, Some(Reason::Exited));
    assert_eq!(
        failed.detail.as_deref(),
        Some(
            "camera has ended with exit code 255: ERROR: *** no cameras available ***; it is started again"
        )
    );
    programs.file("plugged", "");
    watched.frames(3).await;
    let exited = [("reason", "exited")];
    assert!(
        watched
            .capture
            .metric("capture_camera_errors_total", &exited)
            .await
            >= 1.0
    );
}

#[tokio::test]
async fn an_exit_code_is_no_signal_and_a_signal_is_no_exit_code() {
    let nats = NatsServer::start().await;
    // 145 is what ffmpeg ends with when a connection is refused.
    for (end, told) in [
        ("exit 145", "camera has ended with exit code 145"),
        ("kill -SEGV $$", "camera was ended by signal 11"),
    ] {
        let programs = Programs::new();
        programs.file("frame", jpeg(128));
        programs.script("camera", &format!("{end}\n"));
        let watched = Watched::start(&nats, &programs, "camera", &[]).await;
        let failed = watched
            .status(|status| status.state == CameraState::Error)
            .await;
        let detail = failed.detail.expect("words");
        assert!(detail.starts_with(told), "{detail}");
    }
}

#[tokio::test]
async fn a_program_that_falls_silent_is_told_and_started_again() {
    let nats = NatsServer::start().await;
    let programs = Programs::new();
    programs.file("frame", jpeg(128));
    programs.script(
        "camera",
        "[ -e $DIR/again ] && while cat $DIR/frame; do sleep 0.03; done\n\
         touch $DIR/again; cat $DIR/frame; echo waiting for the sensor >&2; exec sleep 1000\n",
    );
    let watched = Watched::start(&nats, &programs, "camera", &[]).await;
    let stalled = watched
        .status(|status| status.state == CameraState::Error)
        .await;
    assert_eq!(stalled.reason, Some(Reason::Stalled));
    let detail = stalled.detail.expect("words");
    assert!(
        detail.starts_with("camera has written no picture for 5.")
            && detail.ends_with(": waiting for the sensor"),
        "{detail}"
    );
    watched.frames(3).await;
}

#[tokio::test]
async fn what_is_no_picture_is_said_with_what_would_do() {
    let nats = NatsServer::start().await;
    let programs = Programs::new();
    programs.script(
        "h264",
        "printf '\\000\\000\\000\\001\\147'; exec cat /dev/zero\n",
    );
    programs.script("noise", "exec cat /dev/zero\n");
    programs.script(
        "lost",
        "printf 'YUV4MPEG2 W64 H48\\n'; exec cat /dev/zero\n",
    );
    for (command, reason, word) in [
        ("h264", Reason::Unsupported, "H.264"),
        ("noise", Reason::Unsupported, "CAPTURE_EXEC_FORMAT"),
        ("lost", Reason::Unsupported, "do not follow one another"),
        ("rpicam-vidd -t 0", Reason::NotFound, "\"rpicam-vidd\""),
        ("sh -c 'kill -SEGV $$'", Reason::Exited, "signal 11"),
    ] {
        let watched = Watched::start(&nats, &programs, command, &[]).await;
        let failed = watched
            .status(|status| status.state == CameraState::Error)
            .await;
        let detail = failed.detail.expect("words");
        assert_eq!(failed.reason, Some(reason), "{detail}");
        assert!(detail.contains(word), "{detail}");
    }
}

#[tokio::test]
async fn passwords_stand_in_no_log_no_status_and_no_metric_and_ours_are_not_the_programs() {
    let nats = NatsServer::start().await;
    let programs = Programs::new();
    programs.script(
        "ffmpeg",
        "echo \"$@\" >&2; env | grep -E '^(NATS_|CAPTURE_)' >&2; echo \"$3: 401 for sesame\" >&2; exit 1\n",
    );
    let command = "ffmpeg -rtsp_transport tcp -i rtsp://me:sesame@127.0.0.1/1 -f mjpeg -";
    let watched = Watched::start(
        &nats,
        &programs,
        command,
        &[("RUST_LOG", "trace,async_nats=warn")],
    )
    .await;
    let failed = watched
        .status(|status| status.state == CameraState::Error)
        .await;
    assert_eq!(
        failed.detail.as_deref(),
        Some("ffmpeg has ended with exit code 1: -i: 401 for …; it is started again")
    );
    let log = watched.capture.log();
    let metrics = testkit::http::get(watched.capture.admin(), "/metrics", &[])
        .await
        .expect("metrics")
        .text();
    for text in [&log, &metrics] {
        assert!(
            !text.contains("sesame") && !text.contains("NATS_URL="),
            "{text}"
        );
    }
    assert!(
        log.contains("rtsp://…@127.0.0.1/1"),
        "what it said is in the log: {log}"
    );
}
