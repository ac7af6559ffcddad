//! HTTP cameras as the rest of the service sees them, played by a camera that serves one client and does what it is told.

mod damage;
mod logins;
mod outages;
mod polled;
mod reports;

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use testkit::{HttpAnswer, HttpCamera, eventually};
use wire::CameraState;

use super::super::{Camera, CameraReport, CameraSettings, FrameReceiver, HttpSettings, SourceSpec};
use super::{client::Client, pictures::Pictures};
use crate::metrics::{CameraMetrics, CameraSeries};

/// Far more than anything here takes; a hang is a failure with a name.
const HTTP_TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What most cameras begin with.
const MULTIPART: [&str; 2] = [
    "HTTP/1.1 200 OK",
    "Content-Type: multipart/x-mixed-replace; boundary=frame",
];

/// A grey picture that [`shade`] knows again, from 0 to 6.
fn picture(shade: u8) -> Vec<u8> {
    sized(shade, 64, 48)
}

fn sized(shade: u8, width: u16, height: u16) -> Vec<u8> {
    let pixels = vec![40 * shade; usize::from(width) * usize::from(height)];
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Luma)
        .unwrap();
    bytes
}

fn shade(jpeg: &[u8]) -> u8 {
    (jpeg_decoder::Decoder::new(jpeg).decode().unwrap()[0] + 20) / 40
}

/// A part as it should be.
fn part(picture: &[u8]) -> Vec<u8> {
    let head = format!(
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
        picture.len()
    );
    [head.as_bytes(), picture, b"\r\n"].concat()
}

/// A camera, and we.
struct Rig {
    http: HttpCamera,
    camera: Camera,
    metrics: CameraMetrics,
    frames: FrameReceiver,
}

impl Rig {
    /// `http` is watched as it stands.
    fn watching(http: HttpCamera) -> Self {
        let address = format!("http://{}/stream", http.address());
        Self::watching_as(http, &address, HttpSettings::default())
    }

    fn watching_as(http: HttpCamera, address: &str, settings: HttpSettings) -> Self {
        let settings = CameraSettings {
            width: 1280,
            height: 720,
            // Every frame passes.
            fps: 10_000.0,
            http: settings,
            ..CameraSettings::of_a_test(address.parse().unwrap())
        };
        assert!(matches!(settings.source, SourceSpec::Http(_)));
        let metrics = CameraSeries::of_a_test().camera;
        let camera = Camera::start(settings, metrics.clone()).unwrap();
        camera.set_wanted(true);
        Self {
            http,
            frames: camera.frames(),
            camera,
            metrics,
        }
    }

    /// The shade of the next frame. Of a camera that does not wait for us it may be any: those between make way.
    async fn picture(&mut self) -> u8 {
        let frame = tokio::time::timeout(HTTP_TEST_TIMEOUT, self.frames.next()).await;
        let Ok(frame) = frame else {
            let report = self.camera.status().borrow().clone();
            panic!("no picture: {report:?}, {:?}", self.http.seen());
        };
        shade(&frame.data)
    }

    /// The next frame is the picture of this shade.
    async fn shows(&mut self, wanted: u8) {
        assert_eq!(self.picture().await, wanted, "another picture");
    }

    async fn report(&self, wanted: impl FnMut(&CameraReport) -> bool) -> CameraReport {
        let mut status = self.camera.status();
        let report = tokio::time::timeout(HTTP_TEST_TIMEOUT, status.wait_for(wanted)).await;
        report.expect("the report comes").unwrap().clone()
    }

    async fn fault(&self) -> CameraReport {
        self.report(|report| report.state == CameraState::Error)
            .await
    }

    /// There is no connection any more.
    async fn is_left_alone(&self) {
        eventually(HTTP_TEST_TIMEOUT, async || self.http.seen().open == 0).await;
    }

    /// At no time there were two connections.
    fn had_one_client(&self) {
        assert_eq!(self.http.seen().open_at_once, 1);
    }
}

/// A camera that streams to whoever asks.
fn streaming(head: &[&str]) -> HttpCamera {
    let answer = HttpAnswer::stream(head);
    HttpCamera::start(move |_| answer.clone())
}

#[tokio::test]
async fn a_stream_is_shown_while_wanted_and_its_connection_ends_with_the_wish() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    for number in 0..3 {
        rig.http.send(&part(&picture(number)));
        rig.shows(number).await;
    }
    let live = rig.report(|report| report.state == CameraState::Live).await;
    assert_eq!(
        (live.width, live.height, live.format),
        (64, 48, Some("MJPEG"))
    );
    assert!(
        live.detail.contains(&rig.http.address().to_string()),
        "{}",
        live.detail
    );
    assert_eq!((rig.metrics.open.get(), rig.metrics.opens.get()), (1, 1));
    rig.camera.set_wanted(false);
    rig.is_left_alone().await;
    rig.report(|report| report.state == CameraState::Idle).await;
    assert_eq!(rig.metrics.open.get(), 0);
    rig.camera.set_wanted(true);
    rig.http.send(&part(&picture(4)));
    rig.shows(4).await;
    rig.had_one_client();
    let asked = &rig.http.seen().requests[0];
    for line in [
        "GET /stream HTTP/1.1",
        "host: 127.0.0.1:",
        "user-agent: capture-svc/",
    ] {
        assert!(asked.contains(line), "{asked}");
    }
    assert!(!asked.contains("authorization"), "{asked}");
}

/// What a camera sends in one write, so that it comes at once; and the camera.
async fn at_once(parts: &[Vec<u8>]) -> (Pictures, HttpCamera) {
    let head = format!("{}\r\n\r\n", MULTIPART.join("\r\n"));
    let answer = HttpAnswer {
        bytes: [head.as_bytes(), &parts.concat()].concat(),
        goes_on: true,
    };
    let http = HttpCamera::start(move |_| answer.clone());
    let address = format!("http://{}/", http.address()).parse().unwrap();
    let client = Client::new(&address, &HttpSettings::default()).unwrap();
    let answer = client.ask().await.unwrap();
    (Pictures::new(answer, client.at().clone()), http)
}

#[tokio::test]
async fn of_pictures_that_come_at_once_the_newest_is_shown_and_the_others_are_counted() {
    let mut parts = vec![part(&picture(5)[..100])];
    parts.extend([1, 2, 3, 4].map(|number| part(&picture(number))));
    let (mut pictures, _http) = at_once(&parts).await;
    let mut newest = Vec::new();
    assert!(
        !pictures.newest(&mut newest).await.unwrap().whole,
        "the cut one"
    );
    let came = pictures.newest(&mut newest).await.unwrap();
    assert_eq!((came.whole, came.skipped, came.damaged), (true, 3, 0));
    assert_eq!(shade(&newest), 4);
}

#[tokio::test]
async fn a_picture_is_not_lost_wherever_the_wait_for_it_is_cancelled() {
    let parts = [1, 2, 3, 4].map(|number| part(&picture(number)));
    for turns in 1..12 {
        let (mut pictures, _http) = at_once(&parts).await;
        let mut newest = Vec::new();
        let mut came = None;
        {
            let mut work = Box::pin(pictures.newest(&mut newest));
            for _ in 0..turns {
                let polled = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
                if let Poll::Ready(done) = polled {
                    came = Some(done.unwrap());
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let came = match came {
            Some(came) => came,
            None => pictures.newest(&mut newest).await.unwrap(),
        };
        assert_eq!((came.whole, came.skipped), (true, 3), "after {turns} turns");
        assert_eq!(shade(&newest), 4);
    }
}

#[tokio::test]
async fn a_camera_may_be_at_an_address_of_ipv6() {
    let answer = HttpAnswer::stream(&MULTIPART);
    let mut rig = Rig::watching(HttpCamera::start_v6(move |_| answer.clone()));
    rig.http.send(&part(&picture(2)));
    rig.shows(2).await;
    assert!(rig.http.seen().requests[0].contains("host: [::1]:"));
}

#[tokio::test]
async fn a_camera_that_goes_over_to_another_size_is_followed() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    rig.http.send(&part(&picture(1)));
    rig.shows(1).await;
    rig.http
        .play(vec![part(&sized(2, 32, 24))], Duration::from_millis(50));
    rig.shows(2).await;
    let size = |report: &CameraReport| (report.width, report.height);
    rig.report(|report| size(report) == (32, 24)).await;
    assert_eq!(rig.metrics.opens.get(), 1);
}
