//! capture-svc as a process with a camera that speaks HTTP.

use std::process::Command;
use std::time::Duration;

use async_nats::jetstream::{self, kv};
use futures_util::{FutureExt as _, StreamExt as _};
use testkit::{HttpAnswer, HttpCamera, NatsServer, Process, eventually, now_us};

/// Several times what anything here takes.
const HTTP_REACTION_MAX: Duration = Duration::from_secs(20);

/// The user's password, and a secret in the query as some cameras want it.
const SECRETS: [&str; 2] = ["geheim-7", "geheim-8"];

const MULTIPART: [&str; 2] = [
    "HTTP/1.1 200 OK",
    "Content-Type: multipart/x-mixed-replace; boundary=frame",
];

/// A picture with noise, so that it has some kilobytes.
fn picture(shade: u8) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(u64::from(shade));
    let pixels: Vec<u8> = (0..320 * 240).map(|_| shade + random.u8(..32)).collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&pixels, 320, 240, jpeg_encoder::ColorType::Luma)
        .expect("a picture of fitting size");
    bytes
}

fn mean(jpeg: &[u8]) -> u64 {
    let pixels = jpeg_decoder::Decoder::new(jpeg).decode().expect("a JPEG");
    pixels.iter().map(|pixel| u64::from(*pixel)).sum::<u64>() / pixels.len() as u64
}

fn part(picture: &[u8]) -> Vec<u8> {
    [
        b"--frame\r\nContent-Type: image/jpeg\r\n\r\n",
        picture,
        b"\r\n",
    ]
    .concat()
}

fn at(http: &HttpCamera) -> String {
    let [password, query] = SECRETS;
    format!("http://me:{password}@{}/video?pwd={query}", http.address())
}

async fn bucket(nats: &NatsServer, name: &str) -> kv::Store {
    let js = jetstream::new(nats.client().await);
    eventually(HTTP_REACTION_MAX, || async {
        js.get_key_value(name).await.ok()
    })
    .await
}

/// Asks for the password by Digest, and takes any.
fn asking(head: &str) -> HttpAnswer {
    if head.contains("authorization: Digest ") {
        return HttpAnswer::stream(&MULTIPART);
    }
    let asks = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n\", qop=\"auth\"";
    HttpAnswer::once(&["HTTP/1.1 401 Unauthorized", asks], b"")
}

/// A capture on this camera, with a viewer as long as this is polled.
async fn watched(
    nats: &NatsServer,
    settings: &[(&str, &str)],
) -> (Process, async_nats::Subscriber, kv::Store) {
    let frames = nats.client().await.subscribe("frames.q95").await;
    let capture = Process::capture(nats, settings).await;
    let demand = bucket(nats, "demand").await;
    (capture, frames.expect("a subscription"), demand)
}

async fn next(frames: &mut async_nats::Subscriber, demand: &kv::Store) -> Vec<u8> {
    // However slow the machine is, whoever watches renews the lease.
    demand.put("q95.gw", "1".into()).await.expect("a lease");
    let frame = tokio::time::timeout(HTTP_REACTION_MAX, frames.next()).await;
    frame
        .expect("a frame comes")
        .expect("of a live connection")
        .payload
        .to_vec()
}

#[track_caller]
fn assert_no_secret(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells {secret}:\n{text}");
    }
}

#[tokio::test]
async fn secrets_are_in_no_output_of_a_running_service() {
    let nats = NatsServer::start().await;
    for (answer, state) in [
        (asking as fn(&str) -> HttpAnswer, "live"),
        (
            |_| HttpAnswer::once(&["HTTP/1.1 401 No", "WWW-Authenticate: Basic"], b""),
            "error",
        ),
        (|_| HttpAnswer::once(&["HTTP/1.1 500 No"], b""), "error"),
    ] {
        let http = HttpCamera::start(answer);
        http.play(vec![part(&picture(60))], Duration::from_millis(30));
        let mut status = nats
            .client()
            .await
            .subscribe("status")
            .await
            .expect("a subscription");
        let settings = [("CAPTURE_SOURCE", &*at(&http)), ("RUST_LOG", "trace")];
        let (capture, _frames, demand) = watched(&nats, &settings).await;
        loop {
            demand.put("q95.gw", "1".into()).await.expect("a lease");
            let told = tokio::time::timeout(HTTP_REACTION_MAX, status.next()).await;
            let told = told
                .expect("a status comes")
                .expect("of a live connection")
                .payload;
            let told = String::from_utf8_lossy(&told).into_owned();
            assert_no_secret("the status", &told);
            if told.contains(&format!("\"state\":\"{state}\"")) {
                assert!(state == "live" || told.contains("/video?…"), "{told}");
                break;
            }
        }
        let metrics = testkit::http::get(capture.admin(), "/metrics", &[])
            .await
            .expect("metrics");
        assert_no_secret("the metrics", &metrics.text());
        assert_no_secret("the log", &capture.log());
        assert!(
            capture.log().contains("\"level\":\"TRACE\""),
            "or it says nothing"
        );
    }
}

/// Runs capture-svc to its end; what it printed.
fn run(arguments: &[&str], source: &str) -> (Option<i32>, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_capture-svc"))
        .args(arguments)
        .env("CAPTURE_SOURCE", source)
        .output()
        .expect("capture-svc runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout) + &text(&done.stderr))
}

#[test]
fn secrets_are_in_no_output_of_a_command() {
    let http = HttpCamera::start(asking);
    http.play(vec![part(&picture(60))], Duration::from_millis(30));
    let (code, probed) = run(&["probe"], &at(&http));
    assert!(
        code == Some(0) && probed.contains("MJPEG 320x240"),
        "{probed}"
    );
    assert_no_secret("probe", &probed);
    http.pull();
    for (arguments, code) in [
        (&["probe"][..], 1),
        (&["probe", "--json"], 1),
        (&["list"], 0),
        (&["--help"], 0),
        (&["--width", "0"], 64),
    ] {
        let (ended, told) = run(arguments, &at(&http));
        assert_eq!(ended, Some(code), "{arguments:?}: {told}");
        assert_no_secret(&arguments.join(" "), &told);
    }
    for misspelt in [
        "http://me:geheim-7@cam:99999/?pwd=geheim-8",
        "htp://me:geheim-7@cam/?pwd=geheim-8",
    ] {
        let (ended, told) = run(&[], misspelt);
        assert_eq!(ended, Some(64), "{told}");
        assert!(told.contains("CAPTURE_SOURCE"), "{told}");
        assert_no_secret("the refusal", &told);
    }
}

#[tokio::test]
async fn the_connection_ends_with_the_last_viewer_and_with_privacy() {
    let nats = NatsServer::start().await;
    let answer = HttpAnswer::stream(&MULTIPART);
    let http = HttpCamera::start(move |_| answer.clone());
    http.play(vec![part(&picture(60))], Duration::from_millis(30));
    let settings = [("CAPTURE_SOURCE", &*at(&http)), ("CAPTURE_LINGER", "0s")];
    let (_capture, mut frames, demand) = watched(&nats, &settings).await;
    let gone = async |why: &str| {
        let begin = now_us();
        eventually(HTTP_REACTION_MAX, async || http.seen().open == 0).await;
        let ms = (now_us() - begin) / 1000;
        println!("{why}: the connection was gone after {ms} ms");
    };
    next(&mut frames, &demand).await;
    demand.delete("q95.gw").await.expect("a lease");
    gone("the last viewer left").await;
    // One of before may still have been on its way.
    while frames.next().now_or_never().is_some() {}
    next(&mut frames, &demand).await;
    let control = bucket(&nats, "control").await;
    control.put("privacy", "on".into()).await.expect("a switch");
    gone("privacy").await;
    let asked = http.seen().requests.len();
    for _ in 0..3 {
        demand.put("q95.gw", "1".into()).await.expect("a lease");
    }
    control
        .put("privacy", "off".into())
        .await
        .expect("a switch");
    eventually(HTTP_REACTION_MAX, || async {
        demand.put("q95.gw", "1".into()).await.expect("a lease");
        http.seen().requests.len() > asked
    })
    .await;
    assert_eq!(http.seen().open_at_once, 1);
}

#[tokio::test]
async fn a_picture_with_foreign_bytes_inside_is_not_shown() {
    let nats = NatsServer::start().await;
    let answer = HttpAnswer::stream(&MULTIPART);
    let http = HttpCamera::start(move |_| answer.clone());
    let mut patterned = picture(120);
    let middle = patterned.len() / 2;
    patterned[middle..middle + 64].copy_from_slice(&[0x55; 64]);
    let parts = [picture(20), patterned, picture(200)].map(|picture| part(&picture));
    http.play(parts.into(), Duration::from_millis(50));
    let settings = [("CAPTURE_SOURCE", &*at(&http)), ("CAPTURE_FPS", "100")];
    let (capture, mut frames, demand) = watched(&nats, &settings).await;
    // A viewer below the camera's own quality has every frame read whole.
    let mut low = nats
        .client()
        .await
        .subscribe("frames.q40")
        .await
        .expect("a subscription");
    let mut shown = Vec::new();
    while shown.len() < 20 {
        demand.put("q40.gw", "1".into()).await.expect("a lease");
        next(&mut frames, &demand).await;
        let frame = tokio::time::timeout(HTTP_REACTION_MAX, low.next()).await;
        shown.push(mean(
            &frame
                .expect("a frame comes")
                .expect("of a live connection")
                .payload,
        ));
    }
    let wrong: Vec<_> = shown
        .iter()
        .filter(|mean| !(30..42).contains(*mean) && !(210..222).contains(*mean))
        .collect();
    assert!(wrong.is_empty(), "{shown:?}");
    let corrupt = capture
        .metric("capture_frames_dropped_total", &[("reason", "corrupt")])
        .await;
    assert!(corrupt >= 3.0, "{corrupt}");
}

#[tokio::test]
async fn a_camera_of_single_pictures_is_asked_at_the_rate_that_is_set() {
    let nats = NatsServer::start().await;
    let head = ["HTTP/1.1 200 OK", "Content-Type: image/jpeg"];
    let answer = HttpAnswer::once(&head, &picture(60));
    let http = HttpCamera::start(move |_| answer.clone());
    let source = format!("http://{}/capture", http.address());
    let settings = [("CAPTURE_SOURCE", &*source), ("CAPTURE_HTTP_POLL", "100ms")];
    let (capture, mut frames, demand) = watched(&nats, &settings).await;
    for _ in 0..3 {
        assert!((70..82).contains(&mean(&next(&mut frames, &demand).await)));
    }
    assert!(http.seen().requests.len() >= 3);
    assert!(http.seen().requests[0].starts_with("GET /capture HTTP/1.1"));
    assert!(capture.metric("capture_camera_opens_total", &[]).await < 2.0);
    assert_eq!(http.seen().open_at_once, 1);
}
