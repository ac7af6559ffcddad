//! What every scenario plays on: the machine with the camera and capture-svc, and outside of it NATS, a gateway and its
//! viewers.

use std::time::{Duration, Instant};

use testkit::{NatsServer, Process, Viewer, eventually, http};

use crate::guest::{Guest, NATS_URL};

/// Long enough for whatever happens at all; what is measured has its own bounds.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Everything, running.
pub(crate) struct Stage {
    pub(crate) guest: Guest,
    pub(crate) gateway: Process,
    _nats: NatsServer,
}

impl Stage {
    /// Starts everything but capture-svc, with one camera plugged in.
    pub(crate) async fn set() -> Self {
        let nats = NatsServer::start().await;
        let gateway = Process::gateway(&nats, &[]).await;
        let mut guest = Guest::start(nats.port()).await;
        guest
            .sh("uvcemu run /pictures /tmp/camera >/tmp/uvcemu.log 2>&1 &")
            .await;
        let mut stage = Self {
            guest,
            gateway,
            _nats: nats,
        };
        stage.node("0").await;
        stage
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
        let always = format!(
            "NATS_URL={NATS_URL} CAPTURE_SOURCE=auto CAPTURE_LINGER=1s RUST_LOG=info LOG_FORMAT=text"
        );
        self.guest
            .sh(&format!(
                "{always} {settings} capture-svc >/tmp/capture.log 2>&1 & echo $! >/tmp/capture.pid"
            ))
            .await;
        self.wait_for(
            "it is ready",
            "wget -q -O /dev/null http://127.0.0.1:9101/readyz",
        )
        .await;
    }

    pub(crate) async fn stop_capture(&mut self) {
        self.guest.sh("[ -e /tmp/capture.pid ] && kill $(cat /tmp/capture.pid) 2>/dev/null; i=0; while [ -e /tmp/capture.pid ] && [ -d /proc/$(cat /tmp/capture.pid)/fd ] && [ $i -lt 100 ]; do usleep 50000; i=$((i+1)); done; rm -f /tmp/capture.pid; :").await;
    }

    /// Waits until a line of shell succeeds in the machine; how long it took.
    pub(crate) async fn wait_for(&mut self, what: &str, line: &str) -> Duration {
        let started = Instant::now();
        loop {
            if self.guest.try_sh(line).await.0 == 0 {
                return started.elapsed();
            }
            if started.elapsed() > LIMIT {
                let (_, log) = self
                    .guest
                    .try_sh("tail -n 40 /tmp/capture.log; dmesg | tail -n 15")
                    .await;
                panic!("not within {LIMIT:?}: {what}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The sum of the series of a metric in the machine that contain `label`.
    pub(crate) async fn metric(&mut self, name: &str, label: &str) -> f64 {
        let line = format!(
            "wget -q -O - http://127.0.0.1:9101/metrics | grep '^{name}' | grep -F '{label}'"
        );
        let (_, series) = self.guest.try_sh(&line).await;
        series
            .lines()
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// How many descriptors capture-svc has on video nodes.
    pub(crate) async fn open_nodes(&mut self) -> usize {
        let line = "ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -c /dev/video";
        self.guest
            .try_sh(line)
            .await
            .1
            .trim()
            .parse()
            .unwrap_or(usize::MAX)
    }

    /// A plain viewer of the gateway.
    pub(crate) async fn viewer(&self, quality: u8) -> Viewer {
        let viewer = Viewer::at(self.gateway.public(), &format!("/websocket/{quality}"))
            .connect()
            .await;
        viewer.unwrap_or_else(|refused| panic!("the gateway refuses a viewer: {refused:?}"))
    }

    /// The camera's status as the gateway tells it.
    pub(crate) async fn status(&self) -> serde_json::Value {
        let answer = http::get(self.gateway.public(), "/api/status", &[])
            .await
            .expect("the gateway answers");
        let status: serde_json::Value =
            serde_json::from_str(&answer.text()).expect("the status is JSON");
        status["cameras"][0].clone()
    }

    /// Waits until the camera's status says `key` is `value`; how long it took.
    pub(crate) async fn status_says(&self, key: &str, value: &str) -> Duration {
        let started = Instant::now();
        eventually(LIMIT, async || {
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
