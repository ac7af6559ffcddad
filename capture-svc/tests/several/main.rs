//! Several cameras in one capture-svc, out of a file.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt;
use testkit::{Cameras, NatsServer, Process, Scratch, eventually};
use wire::{CameraState, CameraStatus};

/// Several times what anything here takes.
const REACTION_MAX: Duration = Duration::from_secs(30);

/// A running service with a file of cameras.
struct Several {
    nats: NatsServer,
    capture: Process,
    file: PathBuf,
    _folder: Scratch,
}

impl Several {
    async fn start(cameras: &str, settings: &[(&str, &str)]) -> Self {
        let folder = Scratch::new("several");
        let file = folder.path().join("cameras.toml");
        fs::write(&file, cameras).expect("a folder of ours");
        let nats = NatsServer::start().await;
        let path = file.to_str().expect("text").to_owned();
        let own = [
            &[("CAPTURE_CONFIG", path.as_str()), ("CAPTURE_LINGER", "0s")],
            settings,
        ]
        .concat();
        let capture = Process::capture(&nats, &own).await;
        Self {
            nats,
            capture,
            file,
            _folder: folder,
        }
    }

    /// Writes the file anew and has it read.
    fn change(&self, cameras: &str) {
        fs::write(&self.file, cameras).expect("a folder of ours");
        self.capture.hang_up();
    }

    async fn watch(&self, camera: &str) {
        let js = jetstream::new(self.nats.client().await);
        let demand = eventually(REACTION_MAX, || async {
            js.get_key_value("demand").await.ok()
        })
        .await;
        let lease = demand.put(format!("{camera}.q80.gw"), "1".into()).await;
        lease.expect("a lease");
    }

    /// The run of the next frame of `camera`, watched as long as it takes.
    async fn run_of_a_frame(&self, camera: &str) -> u32 {
        let subject = format!("frames.{camera}.q80");
        let mut frames = self
            .nats
            .client()
            .await
            .subscribe(subject)
            .await
            .expect("a subscription");
        let next = async {
            loop {
                self.watch(camera).await;
                let frame = tokio::time::timeout(Duration::from_secs(1), frames.next()).await;
                if let Ok(Some(frame)) = frame {
                    return testkit::read_stamp(&frame.payload).expect("a stamp").run;
                }
            }
        };
        let frame = tokio::time::timeout(REACTION_MAX, next).await;
        frame.unwrap_or_else(|_| panic!("no frame of {camera}"))
    }

    /// The first status of `camera` that is as wanted, watched as long as it takes.
    async fn status(&self, camera: &str, wanted: impl Fn(&CameraStatus) -> bool) -> CameraStatus {
        let subject = format!("status.{camera}");
        let mut told = self
            .nats
            .client()
            .await
            .subscribe(subject)
            .await
            .expect("a subscription");
        let status = async {
            loop {
                self.watch(camera).await;
                let message = told.next().await.expect("a live connection");
                let status = CameraStatus::of_message(&message.payload).expect("a status");
                if wanted(&status) {
                    return status;
                }
            }
        };
        let status = tokio::time::timeout(REACTION_MAX, status).await;
        status.unwrap_or_else(|_| panic!("no such status of {camera}"))
    }

    async fn metric(&self, name: &str, camera: &str) -> f64 {
        self.capture.metric(name, &[("camera", camera)]).await
    }
}

const TWO: &str = "[camera.yard]\nsource = 'pattern'\nwidth = 320\nheight = 240\n\
                   [camera.door]\nsource = 'pattern'\nwidth = 640\nheight = 480\n";

#[tokio::test]
async fn cameras_of_a_file_are_served_each_by_its_name_with_series_of_its_own() {
    let several = Several::start(TWO, &[]).await;
    eventually(REACTION_MAX, async || several.capture.ready().await == 200).await;
    let yard = several.run_of_a_frame("yard").await;
    assert!(several.metric("capture_camera_open", "yard").await > 0.5);
    let door = several.metric("capture_camera_open", "door").await;
    assert!(door < 0.5, "nobody watches it");
    assert_ne!(
        yard,
        several.run_of_a_frame("door").await,
        "each has a run of its own"
    );
    let live = several
        .status("door", |status| status.state == CameraState::Live)
        .await;
    assert_eq!(
        (live.camera.as_str(), live.width, live.height),
        ("door", 640, 480)
    );
    for camera in ["yard", "door"] {
        eventually(REACTION_MAX, async || {
            several.metric("capture_active", camera).await > 0.5
        })
        .await;
        eventually(REACTION_MAX, async || {
            several.metric("capture_camera_present", camera).await > 0.5
        })
        .await;
    }
}

#[tokio::test]
async fn a_file_that_changes_is_applied_camera_by_camera() {
    let several = Several::start(TWO, &[]).await;
    let (yard, door) = (
        several.run_of_a_frame("yard").await,
        several.run_of_a_frame("door").await,
    );
    several.change(&TWO.replace("640", "320").replace("480", "240").replace(
        "[camera.yard]",
        "[camera.hall]\nsource = 'pattern'\n[camera.yard]",
    ));
    let now = several
        .status("door", |status| {
            status.width == 320 && status.state == CameraState::Live
        })
        .await;
    assert_ne!(now.run, format!("{door:08x}"), "begun anew");
    assert_eq!(several.run_of_a_frame("yard").await, yard, "untouched");
    several.run_of_a_frame("hall").await;
    several.change("[camera.hall]\nsource = 'pattern'\n");
    eventually(REACTION_MAX, async || {
        several.metric("capture_active", "yard").await.is_nan()
    })
    .await;
    several.run_of_a_frame("hall").await;
}

#[tokio::test]
async fn a_file_that_is_wrong_is_told_and_changes_nothing() {
    let several = Several::start(TWO, &[]).await;
    let yard = several.run_of_a_frame("yard").await;
    several.change("[camera.yard]\nwidth = 'wide'\n[camera.door]\nfps = 0\n");
    eventually(REACTION_MAX, async || {
        let log = several.capture.log();
        log.contains("[camera.yard]: CAPTURE_WIDTH") && log.contains("[camera.door]: CAPTURE_FPS")
    })
    .await;
    assert_eq!(several.run_of_a_frame("yard").await, yard);
    several.run_of_a_frame("door").await;
}

#[tokio::test]
async fn a_driver_that_hangs_and_a_program_that_ends_touch_no_other_camera() {
    let cameras = Cameras::one("dequeue-hangs");
    let file = "[camera.usb]\nsource = '/dev/video7'\nwidth = 320\nheight = 240\n\
                [camera.pi]\nsource = 'exec:sh -c \"exit 3\"'\n\
                [camera.yard]\nsource = 'pattern'\nwidth = 320\nheight = 240\n";
    let settings = cameras.settings(&[]);
    let settings: Vec<_> = settings
        .into_iter()
        .filter(|(name, _)| !name.starts_with("CAPTURE_"))
        .collect();
    let several = Several::start(file, &settings).await;
    let yard = several.run_of_a_frame("yard").await;
    several
        .status("pi", |status| status.state == CameraState::Error)
        .await;
    several
        .status("usb", |status| status.state == CameraState::Error)
        .await;
    assert_eq!(several.run_of_a_frame("yard").await, yard);
    let opens = several.metric("capture_camera_opens_total", "yard").await;
    assert!(opens >= 1.0, "{opens}");
    let errors = several.metric("capture_camera_errors_total", "yard").await;
    assert!(errors < 0.5, "{errors}");
}

#[tokio::test]
async fn the_privacy_switch_of_one_camera_is_not_the_others() {
    let several = Several::start(TWO, &[]).await;
    several.run_of_a_frame("yard").await;
    let js = jetstream::new(several.nats.client().await);
    let control = js.get_key_value("control").await.expect("the bucket");
    control
        .put("yard.privacy", "on".into())
        .await
        .expect("the switch");
    several
        .status("yard", |status| {
            status.reason == Some(wire::Reason::Privacy)
        })
        .await;
    several.run_of_a_frame("door").await;
    eventually(REACTION_MAX, async || {
        several.metric("capture_camera_open", "yard").await < 0.5
    })
    .await;
}
