//! capture-svc as a process with a recording for a camera.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use testkit::{NatsServer, Process, Scratch, eventually};

/// Several times what anything here takes.
const CAMERA_REACTION_MAX: Duration = Duration::from_secs(20);

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&[shade; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .expect("a picture of fitting size");
    bytes
}

fn shade(jpeg: &[u8]) -> u8 {
    let pixels = jpeg_decoder::Decoder::new(jpeg).decode().expect("a JPEG");
    // In the steps that the pictures differ by.
    (pixels[0] + 20) / 40
}

#[tokio::test]
async fn a_cut_picture_hides_none_is_counted_and_told_once() {
    let scratch = Scratch::new("recording");
    let path = scratch.path().join("cut.mjpeg");
    let mut pictures: Vec<Vec<u8>> = (0..6).map(|number| picture(40 * number)).collect();
    let half = pictures[1].len() / 2;
    pictures[1].truncate(half);
    std::fs::write(&path, pictures.concat()).expect("a recording");

    let nats = NatsServer::start().await;
    let source = format!("file:{}", path.display());
    let capture = Process::capture(&nats, &[("CAPTURE_SOURCE", &source)]).await;
    let mut frames = nats
        .client()
        .await
        .subscribe("frames.q80")
        .await
        .expect("a subscription");
    let js = async_nats::jetstream::new(nats.client().await);
    let demand = eventually(CAMERA_REACTION_MAX, || async {
        js.get_key_value("demand").await.ok()
    })
    .await;
    let (mut shown, mut taken) = (BTreeSet::new(), 0);
    // Five turns: what was said in each of them was said five times by now.
    while taken < 30 {
        // However slow the machine is, whoever watches renews the lease.
        demand.put("q80.gw", "1".into()).await.expect("a lease");
        let frame = tokio::time::timeout(CAMERA_REACTION_MAX, frames.next()).await;
        let frame = frame.expect("a frame comes").expect("of a live connection");
        shown.insert(shade(&frame.payload));
        taken += 1;
    }
    assert_eq!(shown, BTreeSet::from([0, 2, 3, 4, 5]));
    let corrupt = [("reason", "corrupt")];
    assert!(
        capture
            .metric("capture_frames_dropped_total", &corrupt)
            .await
            >= 4.0
    );
    assert!(capture.metric("capture_camera_opens_total", &[]).await < 2.0);
    let log = capture.log();
    assert_eq!(log.matches("is damaged").count(), 1, "{log}");
}
