//! A network camera that speaks RTSP and H.264, played by GStreamer's server, watched through ffmpeg: the line of
//! docs/cameras.md. Not among the tests of the workspace, since it takes Debian's packages: `cargo xtask rtsp` gets them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt;
use testkit::{ChildProcess, NatsServer, Picture, Process, Scratch, eventually};
use wire::{CameraState, CameraStatus, Reason};

/// Several times what anything here takes on a busy machine: ffmpeg looks at a stream for seconds before it shows it.
const CAMERA_REACTION_MAX: Duration = Duration::from_secs(60);

/// Debian's, which has the bindings.
const PYTHON: &str = "/usr/bin/python3";

const DOCUMENTED: &str = "ffmpeg -nostdin -loglevel error -rtsp_transport tcp -flags low_delay -i \
                          rtsp://user:password@camera/stream -an -f yuv4mpegpipe -pix_fmt yuv420p -";

/// The camera, on a port that it keeps.
struct Camera {
    server: Option<ChildProcess>,
    port: u16,
    scratch: Scratch,
}

impl Camera {
    async fn start() -> Self {
        let mut camera = Self {
            server: None,
            port: 0,
            scratch: Scratch::new("rtsp"),
        };
        camera.plug_in().await;
        camera
    }

    async fn plug_in(&mut self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rtsp/server.py");
        let mut command = Command::new(PYTHON);
        command.arg("-u").arg(script).arg(self.port.to_string());
        let log = self
            .scratch
            .path()
            .join(format!("log-{}", fastrand::u32(..)));
        let mut server =
            ChildProcess::spawn(&command, &log).expect("Debian's Python: cargo xtask rtsp gets it");
        self.port = eventually(CAMERA_REACTION_MAX, || {
            let said = server.log();
            assert!(
                server.exit_status().is_none(),
                "no RTSP server here; cargo xtask rtsp gets it: {said}"
            );
            let port = said
                .lines()
                .find_map(|line| line.strip_prefix("port ")?.parse().ok());
            async move { port }
        })
        .await;
        self.server = Some(server);
    }

    fn pull_out(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill();
        }
    }

    fn source(&self, login: &str) -> String {
        let url = format!("rtsp://{login}@127.0.0.1:{}/stream", self.port);
        format!(
            "exec:{}",
            DOCUMENTED.replace("rtsp://user:password@camera/stream", &url)
        )
    }
}

/// Waits for what `wanted` makes of a message on `subject`, and keeps the lease alive meanwhile.
async fn watch<T>(
    nats: &NatsServer,
    subject: &'static str,
    mut wanted: impl FnMut(&[u8]) -> Option<T>,
) -> T {
    let client = nats.client().await;
    let js = jetstream::new(client.clone());
    let demand = eventually(CAMERA_REACTION_MAX, || async {
        js.get_key_value("demand").await.ok()
    })
    .await;
    let mut messages = client.subscribe(subject).await.expect("a subscription");
    let found = async {
        loop {
            demand.put("q80.gw", "1".into()).await.expect("a lease");
            let message = tokio::time::timeout(Duration::from_secs(1), messages.next()).await;
            let Ok(Some(message)) = message else { continue };
            if let Some(found) = wanted(&message.payload) {
                return found;
            }
        }
    };
    let found = tokio::time::timeout(CAMERA_REACTION_MAX, found).await;
    found.unwrap_or_else(|_| panic!("nothing wanted came on {subject}"))
}

async fn sees_white(nats: &NatsServer) {
    let picture = watch(nats, "frames.q80", |frame| Picture::read(frame).ok()).await;
    assert_eq!((picture.width, picture.height), (640, 480));
    let darkest = picture.rgb.iter().min().expect("pixels");
    assert!(*darkest > 235, "{darkest}");
}

async fn fails(nats: &NatsServer) -> CameraStatus {
    watch(nats, "status", |message| {
        let status = CameraStatus::of_message(message)?;
        (status.state == CameraState::Error).then_some(status)
    })
    .await
}

#[tokio::test]
async fn an_rtsp_camera_is_shown_lost_told_and_shown_again_when_it_is_back() {
    assert!(include_str!("../../../docs/cameras.md").contains(DOCUMENTED));
    let nats = NatsServer::start().await;
    let mut camera = Camera::start().await;
    let source = camera.source("me:sesame");
    let capture = Process::capture(&nats, &[("CAPTURE_SOURCE", &source)]).await;
    sees_white(&nats).await;
    camera.pull_out();
    let status = fails(&nats).await;
    assert!(
        matches!(status.reason, Some(Reason::Exited | Reason::Stalled)),
        "{status:?}"
    );
    camera.plug_in().await;
    sees_white(&nats).await;
    assert!(!capture.log().contains("sesame"));
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_cameras_words_without_it() {
    let nats = NatsServer::start().await;
    let camera = Camera::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_SOURCE", &camera.source("me:tulip"))]).await;
    let status = fails(&nats).await;
    let detail = status.detail.expect("words");
    assert!(
        status.reason == Some(Reason::Exited) && detail.contains("401"),
        "{detail}"
    );
    assert!(!detail.contains("tulip") && !capture.log().contains("tulip"));
}
