//! Cameras that are asked for a picture each time.

use super::*;

fn polled(http: HttpCamera, every: Duration) -> Rig {
    let address = format!("http://{}/picture.jpg", http.address());
    let settings = HttpSettings {
        poll: Some(every),
        ..HttpSettings::default()
    };
    Rig::watching_as(http, &address, settings)
}

/// Another picture at each request; every third is cut.
fn snapshots() -> HttpCamera {
    let mut count = 0;
    HttpCamera::start(move |_| {
        let whole = picture(count % 6);
        count += 1;
        let body = if count % 3 == 0 { &whole[..50] } else { &whole };
        let length = format!("Content-Length: {}", body.len());
        HttpAnswer::once(
            &["HTTP/1.1 200 OK", "Content-Type: image/jpeg", &length],
            body,
        )
    })
}

#[tokio::test]
async fn a_picture_is_asked_for_each_time_over_a_connection_of_its_own() {
    let mut rig = polled(snapshots(), Duration::from_millis(50));
    // A late reader misses some; those that are cut are never shown.
    let mut shown = Vec::new();
    while shown.len() < 4 {
        shown.push(rig.picture().await);
    }
    assert!(shown.iter().all(|number| number % 3 < 2), "{shown:?}");
    assert!(rig.http.seen().requests.len() >= shown.len());
    let live = rig.report(|report| report.state == CameraState::Live).await;
    assert!(
        (live.nominal_fps - 20.0).abs() < 0.01,
        "{}",
        live.nominal_fps
    );
    assert_eq!(rig.metrics.opens.get(), 1);
    assert!(rig.metrics.dropped_corrupt.get() >= 1);
    rig.had_one_client();
    rig.camera.set_wanted(false);
    rig.report(|report| report.state == CameraState::Idle).await;
    rig.is_left_alone().await;
    let asked = rig.http.seen().requests.len();
    rig.camera.set_wanted(true);
    eventually(HTTP_TEST_TIMEOUT, async || {
        rig.http.seen().requests.len() > asked
    })
    .await;
}

#[tokio::test]
async fn between_two_pictures_there_is_no_connection_and_no_fault() {
    let mut rig = polled(snapshots(), Duration::from_secs(3600));
    rig.shows(0).await;
    rig.is_left_alone().await;
    assert_eq!(rig.http.seen().requests.len(), 1);
    rig.camera.set_wanted(false);
    rig.report(|report| report.state == CameraState::Idle).await;
}

#[tokio::test]
async fn a_stream_may_be_asked_for_single_pictures_too() {
    let answer = HttpAnswer {
        bytes: [&b"HTTP/1.0 200 OK\r\n\r\n"[..], &part(&picture(5))].concat(),
        goes_on: true,
    };
    let http = HttpCamera::start(move |_| answer.clone());
    let mut rig = polled(http, Duration::from_millis(50));
    for _ in 0..3 {
        rig.shows(5).await;
    }
    rig.had_one_client();
}
