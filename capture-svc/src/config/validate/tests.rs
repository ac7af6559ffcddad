//! What is told of settings that are wrong.

use std::time::Duration;

use clap::Parser;

use super::super::Cli;
use super::*;

fn settings(args: &[&str]) -> Settings {
    Cli::try_parse_from(["capture-svc"].iter().chain(args))
        .unwrap()
        .settings
}

#[test]
fn the_defaults_are_the_contracts() {
    let config = settings(&[]).validate().unwrap();
    let one = config.only_camera().unwrap();
    assert_eq!((one.camera.width, one.camera.height), (1280, 720));
    assert!((one.camera.fps - 34.0).abs() < f64::EPSILON);
    assert_eq!(one.linger, Some(Duration::from_secs(10)));
    assert_eq!(one.hold, None);
    assert_eq!(config.admin_listen.to_string(), "127.0.0.1:9101");
    assert!(one.id.is_default());
}

/// Each flag with a value that it does not take.
const WRONG: &[&str] = &[
    "--nats-url=nats://",
    "--nats-user=me",
    "--nats-ca-file=/no/such/ca.pem",
    "--camera-id=Door",
    "--width=0",
    "--height=x",
    "--fps=NaN",
    "--format=h264",
    "--exec-format=rgb:1x1",
    "--subsampling=444",
    "--linger=10",
    "--range=wide",
    "--input=",
    "--standard=hdtv",
    "--warmup=-1",
    "--controls=gain",
    "--rotate=45",
    "--flip=both",
    "--encoder=fast",
    "--hold=on",
    "--hold-refresh=10",
    "--settle=yes",
    "--on-watch=light",
    "--motion-above=2",
    "--mqtt-url=house",
    "--mqtt-topic=#",
    "--bucket-replicas=2",
    "--admin-listen=9101",
    "--log-format=xml",
    "--log=a=b=c",
    "--source=name:",
];

#[test]
fn every_problem_is_told_at_once_with_its_value_and_what_would_do() {
    let ConfigErrors(problems) = settings(WRONG).validate().unwrap_err();
    for name in [
        "NATS_URL",
        "NATS_USER",
        "NATS_CA_FILE",
        "CAPTURE_CAMERA_ID",
        "CAPTURE_WIDTH=\"0\"",
        "CAPTURE_HEIGHT",
        "CAPTURE_FPS",
        "CAPTURE_FORMAT",
        "CAPTURE_EXEC_FORMAT",
        "CAPTURE_SUBSAMPLING",
        "CAPTURE_LINGER",
        "CAPTURE_RANGE",
        "CAPTURE_INPUT",
        "CAPTURE_STANDARD",
        "CAPTURE_WARMUP",
        "CAPTURE_CONTROLS",
        "CAPTURE_ROTATE",
        "CAPTURE_FLIP",
        "CAPTURE_ENCODER",
        "CAPTURE_HOLD=\"on\"",
        "CAPTURE_ON_WATCH=\"…\"",
        "CAPTURE_MOTION_ABOVE=\"2\"",
        "CAPTURE_MQTT_URL",
        "CAPTURE_MQTT_TOPIC=\"#\"",
        "CAPTURE_HOLD_REFRESH",
        "CAPTURE_SETTLE=\"yes\"",
        "CAPTURE_BUCKET_REPLICAS",
        "CAPTURE_ADMIN_LISTEN",
        "LOG_FORMAT",
        "RUST_LOG",
        "CAPTURE_SOURCE",
    ] {
        assert!(
            problems.iter().any(|problem| problem.starts_with(name)),
            "{name} in {problems:#?}"
        );
    }
    assert_eq!(problems.len(), 31, "{problems:#?}");
}

#[test]
fn a_password_in_a_command_is_not_repeated() {
    for source in ["exec:x 'rtsp://me:tulip@cam", "exce:x --password=tulip"] {
        let wrong = settings(&["--source", source]).validate().unwrap_err();
        assert!(!wrong.to_string().contains("tulip"), "{wrong}");
    }
}

#[test]
fn what_is_held_is_refreshed_within_the_time_that_is_set() {
    let hold = |args: &[&str]| settings(args).validate().unwrap().cameras[0].hold;
    let within = |seconds| {
        Some(Hold {
            refresh: Duration::from_secs(seconds),
            settles: false,
        })
    };
    assert_eq!(hold(&["--hold=auto"]), within(10));
    assert_eq!(hold(&["--hold=auto", "--hold-refresh=1m"]), within(60));
    assert_eq!(hold(&["--hold=off", "--hold-refresh=1m"]), None);
}

#[test]
fn only_what_is_held_settles() {
    let hold = |args: &[&str]| settings(args).validate();
    let config = hold(&["--hold=auto", "--settle=on"]).unwrap();
    assert!(config.cameras[0].hold.unwrap().settles);
    let wrong = hold(&["--hold=off", "--settle=on"])
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("CAPTURE_SETTLE=on") && wrong.contains("CAPTURE_HOLD=auto"),
        "{wrong}"
    );
}

#[test]
fn logins_that_contradict_each_other_are_refused() {
    let args = [
        "--nats-user=me",
        "--nats-password=secret",
        "--nats-nkey-file=/tmp",
    ];
    let ConfigErrors(problems) = settings(&args).validate().unwrap_err();
    assert!(problems[0].contains("contradict"), "{problems:?}");
    let good = settings(&["--nats-user=me", "--nats-password=secret"])
        .validate()
        .unwrap();
    assert!(!format!("{good:?}").contains("secret"));
}

#[test]
fn times_and_controls_are_read_as_documented() {
    let linger = |text: &str| {
        let config = settings(&[&format!("--linger={text}")]).validate();
        config.map(|config| config.cameras[0].linger)
    };
    assert_eq!(linger("500ms"), Ok(Some(Duration::from_millis(500))));
    assert_eq!(linger("never"), Ok(None));
    assert!(linger("10").unwrap_err().to_string().contains("never"));
    assert_eq!(
        controls(" gain=3, focus = -1 ,").unwrap(),
        [("gain".to_owned(), 3), ("focus".to_owned(), -1)]
    );
}
