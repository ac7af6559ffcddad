//! A capture-svc with a camera and somebody who watches it.

use std::time::Duration;

use async_nats::jetstream::{self, kv};
use futures_util::StreamExt;
use testkit::{Cameras, NatsServer, Picture, Process, eventually};

/// Several times what anything here takes.
pub(crate) const CAMERA_REACTION_MAX: Duration = Duration::from_secs(20);

/// How often a gateway renews its lease.
const RENEWED: Duration = Duration::from_millis(1500);

/// A capture-svc with one camera, and somebody who watches it.
pub(crate) struct Watched {
    pub(crate) nats: NatsServer,
    _cameras: Cameras,
    pub(crate) capture: Process,
    demand: kv::Store,
    frames: async_nats::Subscriber,
}

impl Watched {
    pub(crate) async fn with(behaviour: &str, settings: &[(&str, &str)]) -> Self {
        let nats = NatsServer::start().await;
        let cameras = Cameras::one(behaviour);
        let own = [&[("CAPTURE_LINGER", "0s")], settings].concat();
        let capture = Process::capture(&nats, &cameras.settings(&own)).await;
        let client = nats.client().await;
        let frames = client.subscribe("frames.>").await.expect("a subscription");
        let js = jetstream::new(client);
        let demand = eventually(CAMERA_REACTION_MAX, || async {
            js.get_key_value("demand").await.ok()
        })
        .await;
        let watched = Self {
            nats,
            _cameras: cameras,
            capture,
            demand,
            frames,
        };
        watched.come().await;
        watched
    }

    pub(crate) async fn come(&self) {
        let put = self.demand.put("q80.gw", "1".into()).await;
        put.expect("a lease");
    }

    pub(crate) async fn leave_and_see_it_closed(&self) {
        self.demand.delete("q80.gw").await.expect("its own lease");
        eventually(CAMERA_REACTION_MAX, || async { self.open().await < 0.5 }).await;
    }

    pub(crate) async fn open(&self) -> f64 {
        self.capture.metric("capture_camera_open", &[]).await
    }

    /// Waits for that many, of which it gives the last.
    pub(crate) async fn frames(&mut self, count: u32) -> Picture {
        let mut last = None;
        for _ in 0..count {
            let frame = tokio::time::timeout(CAMERA_REACTION_MAX, self.frame()).await;
            last = Some(frame.expect("a frame comes"));
        }
        last.expect("at least one")
    }

    /// The next one, however long it takes: whoever watches renews the lease.
    async fn frame(&mut self) -> Picture {
        loop {
            self.come().await;
            if let Ok(frame) = tokio::time::timeout(RENEWED, self.frames.next()).await {
                let frame = frame.expect("of a live connection");
                return Picture::read(&frame.payload).expect("a whole picture");
            }
        }
    }

    /// The first status that has a reason, while somebody watches.
    pub(crate) async fn fault(&self) -> wire::CameraStatus {
        let client = self.nats.client().await;
        let mut statuses = client.subscribe("status").await.expect("a subscription");
        let fault = async {
            loop {
                self.come().await;
                let told = tokio::time::timeout(RENEWED, statuses.next()).await;
                let Ok(told) = told else { continue };
                let payload = told.expect("of a live connection").payload;
                let status: wire::CameraStatus =
                    serde_json::from_slice(&payload).expect("a status");
                // Before it knows that it is alone it says that it stands by.
                let standing_by = status.reason == Some(wire::Reason::Standby);
                if status.reason.is_some() && !standing_by {
                    return status;
                }
            }
        };
        let fault = tokio::time::timeout(CAMERA_REACTION_MAX, fault).await;
        fault.expect("a status with a reason")
    }

    pub(crate) async fn errors(&self) -> f64 {
        self.capture
            .metric("capture_camera_errors_total", &[])
            .await
    }

    pub(crate) async fn dropped(&self, reason: &str) -> f64 {
        let reason = [("reason", reason)];
        self.capture
            .metric("capture_frames_dropped_total", &reason)
            .await
    }

    /// No trace of a panic in the log.
    pub(crate) fn calm(&self) -> String {
        let log = self.capture.log();
        assert!(
            !log.contains("panicked") && !log.contains("backtrace"),
            "{log}"
        );
        log
    }
}
