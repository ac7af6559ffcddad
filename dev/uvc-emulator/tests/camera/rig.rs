//! What every scenario runs on: the machine with the camera and capture-svc, and outside of it NATS, a gateway and its
//! viewers.

use std::time::{Duration, Instant};

use bytes::Bytes;
use testkit::{Said, Stack, Viewer, eventually, http, read_stamp};

use crate::guest::{Guest, NATS_URL};

/// Long enough for whatever can be seen at all, in an emulated machine; what is measured has its own bounds.
pub(crate) const OBSERVED_WITHIN: Duration = Duration::from_secs(30);

/// Prints the run of the newest capture-svc.
const RUN: &str = "grep -o 'run=\"*[0-9a-f]*' /tmp/capture.log | head -n 1 | sed 's/.*[=\"]//'";

/// Everything, running.
pub(crate) struct Rig {
    pub(crate) guest: Guest,
    /// Without a capture-svc, which runs in the machine.
    pub(crate) stack: Stack,
    /// What the stamps of the newest capture-svc say.
    run: u32,
}

impl Rig {
    /// Starts everything but capture-svc, with one camera plugged in.
    pub(crate) async fn start() -> Self {
        // A gateway is ready when a capture-svc has made the bucket.
        let stack = Stack::builder().without_capture().without_waiting();
        let stack = stack.start().await;
        let mut guest = Guest::start(stack.nats().port()).await;
        guest
            .sh("uvc-emulator run /pictures /tmp/camera >/tmp/uvc-emulator.log 2>&1 &")
            .await;
        let mut rig = Self {
            guest,
            stack,
            run: 0,
        };
        rig.node("0").await;
        rig
    }

    /// Before each scenario: no capture-svc, one well-behaved camera.
    pub(crate) async fn clear(&mut self) {
        self.stop_capture().await;
        for order in [
            "resume", "answer", "short 0", "flag 0", "spoil 0", "bare 0", "pace 0", "warm 0",
            "unplug 1", "plug 0",
        ] {
            self.camera(order).await;
        }
        self.node("0").await;
    }

    /// Tells the camera what to do.
    pub(crate) async fn camera(&mut self, order: &str) {
        self.guest.sh(&format!("echo {order} > /tmp/camera")).await;
    }

    /// Waits for `/dev/video<index>`.
    pub(crate) async fn node(&mut self, index: &str) {
        self.guest.sh(&format!("i=0; while [ ! -e /dev/video{index} ] && [ $i -lt 200 ]; do usleep 50000; i=$((i+1)); done; [ -e /dev/video{index} ]")).await;
    }

    /// Starts capture-svc in the machine; `settings` as the shell writes them: `CAPTURE_WIDTH=640 …`.
    pub(crate) async fn start_capture(&mut self, settings: &str) {
        self.start_capture_as("capture-svc & echo $! >&3", settings)
            .await;
    }

    /// As [`Self::start_capture`], by a command of its own that writes the process id to descriptor 3.
    pub(crate) async fn start_capture_as(&mut self, command: &str, settings: &str) {
        let always = format!(
            "export NATS_URL={NATS_URL} CAPTURE_SOURCE=name:Emulated CAPTURE_LINGER=1s RUST_LOG=info LOG_FORMAT=text"
        );
        let line =
            format!("({always} {settings}; {command}) >/tmp/capture.log 2>&1 3>/tmp/capture.pid &");
        self.guest.sh(&line).await;
        let port = settings
            .split("CAPTURE_ADMIN_LISTEN=127.0.0.1:")
            .nth(1)
            .map_or("9101", |rest| &rest[..4]);
        self.wait_for(
            "it is ready",
            &format!("wget -q -O /dev/null http://127.0.0.1:{port}/readyz"),
        )
        .await;
        let run = self.guest.sh(RUN).await;
        self.run = u32::from_str_radix(run.trim(), 16)
            .unwrap_or_else(|_| panic!("capture-svc logs its run, not {run:?}"));
    }

    /// The first frame of the capture-svc that was started last. Who joins may be shown the last picture of the one
    /// before: a gateway keeps it for a second.
    pub(crate) async fn first_frame(&self, viewer: &mut Viewer) -> Bytes {
        loop {
            let frame = viewer.frame(OBSERVED_WITHIN).await;
            if read_stamp(&frame).expect("a stamp").run == self.run {
                return frame;
            }
        }
    }

    pub(crate) async fn stop_capture(&mut self) {
        let line = "for pid in /tmp/*.pid; do [ -e $pid ] && kill $(cat $pid) 2>/dev/null; done; \
                    while pidof capture-svc >/dev/null; do usleep 20000; done; rm -f /tmp/*.pid; :";
        self.guest.sh(line).await;
    }

    /// Loads the kernel's own test camera, once.
    pub(crate) async fn load_vivid(&mut self) {
        self.guest.sh("[ -e /sys/module/vivid ] || while read -r module; do [ -e /sys/module/$(basename $module .ko) ] || insmod $module $(case $module in */vivid.ko) echo node_types=0x1;; esac); done < /modules/vivid").await;
    }

    /// Waits until an error has been counted so often.
    pub(crate) async fn errors(&mut self, reason: &str, count: u32) {
        let line = format!(
            "[ $(wget -q -O - http://127.0.0.1:9101/metrics | grep 'errors_total{{.*reason=\"{reason}\"}}' | sed 's/.* //') -ge {count} ]"
        );
        self.wait_for(&format!("{count} errors of the kind {reason}"), &line)
            .await;
    }

    /// Waits until a line of shell succeeds in the machine; how long it took.
    pub(crate) async fn wait_for(&mut self, what: &str, line: &str) -> Duration {
        let started = Instant::now();
        loop {
            if self.guest.try_sh(line).await.0 == 0 {
                return started.elapsed();
            }
            if started.elapsed() > OBSERVED_WITHIN {
                let (_, log) = self
                    .guest
                    .try_sh("tail -n 40 /tmp/capture.log; dmesg | tail -n 15")
                    .await;
                panic!("not within {OBSERVED_WITHIN:?}: {what}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A plain viewer of the gateway.
    pub(crate) async fn viewer(&self, quality: u8) -> Viewer {
        let viewer = Viewer::at(
            self.stack.gateway().public(),
            &format!("/websocket/{quality}"),
        )
        .connect()
        .await;
        viewer.unwrap_or_else(|refused| panic!("the gateway refuses a viewer: {refused:?}"))
    }

    /// The camera's status as the gateway tells it.
    pub(crate) async fn status(&self) -> serde_json::Value {
        let answer = http::get(self.stack.gateway().public(), "/api/status", &[])
            .await
            .expect("the gateway answers");
        let status: serde_json::Value =
            serde_json::from_str(&answer.text()).expect("the status is JSON");
        status["cameras"][0].clone()
    }

    /// The status's words for a person.
    pub(crate) async fn detail(&self) -> String {
        self.status().await["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the camera's status says `key` is `value`; how long it took.
    pub(crate) async fn status_says(&self, key: &str, value: &str) -> Duration {
        let started = Instant::now();
        eventually(OBSERVED_WITHIN, async || {
            let status = self.status().await;
            if status[key] == *value {
                Ok(())
            } else {
                Err(status.to_string())
            }
        })
        .await;
        started.elapsed()
    }
}

/// The sequence number of the last frame that was on its way.
pub(crate) async fn drain(viewer: &mut Viewer) -> u64 {
    let mut last = 0;
    while let Some(Said::Frame(frame)) = viewer.next(Duration::from_millis(300)).await {
        last = read_stamp(&frame).expect("a stamp").seq;
    }
    last
}

/// How long until a frame comes that is newer than `seen`.
pub(crate) async fn newer(viewer: &mut Viewer, seen: u64) -> Duration {
    let started = Instant::now();
    while read_stamp(&viewer.frame(OBSERVED_WITHIN).await)
        .expect("a stamp")
        .seq
        <= seen
    {}
    started.elapsed()
}
