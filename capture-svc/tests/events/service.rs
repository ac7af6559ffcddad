//! capture-svc on the test picture, watched or not, and what it tells on NATS.

use std::time::Duration;

use async_nats::Subscriber;
use async_nats::jetstream::kv;
use futures_util::StreamExt;
use testkit::{NatsServer, Process, eventually, read_stamp};
use wire::Stamp;

/// Several times what anything here takes.
pub(crate) const REACTION_MAX: Duration = Duration::from_secs(30);

/// A running service.
pub(crate) struct Service {
    pub(crate) capture: Process,
    pub(crate) nats: NatsServer,
    pub(crate) client: async_nats::Client,
    demand: kv::Store,
}

impl Service {
    /// With no linger, unless `settings` have one: what happens at the last lease happens at once.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let nats = NatsServer::start().await;
        let mut all = vec![("CAPTURE_LINGER", "0s")];
        all.extend(settings);
        let capture = Process::capture(&nats, &all).await;
        let client = nats.client().await;
        let js = async_nats::jetstream::new(client.clone());
        let demand = eventually(REACTION_MAX, || async {
            js.get_key_value("demand").await.ok()
        })
        .await;
        eventually(REACTION_MAX, || async { capture.ready().await == 200 }).await;
        Self {
            capture,
            nats,
            client,
            demand,
        }
    }

    /// A gateway's lease, for five seconds.
    pub(crate) async fn watch(&self) {
        self.demand.put("q80.gw", "".into()).await.expect("a lease");
    }

    pub(crate) async fn leave(&self) {
        self.demand.delete("q80.gw").await.expect("a lease");
    }

    pub(crate) async fn privacy(&self, word: &'static str) {
        let js = async_nats::jetstream::new(self.client.clone());
        let control = js.get_key_value("control").await.expect("the bucket");
        control.put("privacy", word.into()).await.expect("a switch");
    }

    /// What the switch says.
    pub(crate) async fn privacy_word(&self) -> Option<String> {
        let js = async_nats::jetstream::new(self.client.clone());
        let control = js.get_key_value("control").await.expect("the bucket");
        let word = control.get("privacy").await.expect("a live server")?;
        String::from_utf8(word.to_vec()).ok()
    }

    pub(crate) async fn subscribe(&self, subject: &'static str) -> Subscriber {
        let subscriber = self.client.subscribe(subject).await.expect("a live server");
        self.client.flush().await.expect("a live server");
        subscriber
    }

    /// The stamps of the next `count` frames, with the lease renewed as long as it takes.
    pub(crate) async fn frames(&self, count: usize) -> Vec<Stamp> {
        let mut frames = self.subscribe("frames.q80").await;
        self.next_frames(&mut frames, count).await
    }

    pub(crate) async fn next_frames(&self, frames: &mut Subscriber, count: usize) -> Vec<Stamp> {
        let mut taken = Vec::new();
        let all = async {
            while taken.len() < count {
                self.watch().await;
                let frame = tokio::time::timeout(Duration::from_secs(1), frames.next()).await;
                let Ok(Some(frame)) = frame else { continue };
                taken.push(read_stamp(&frame.payload).expect("a stamp"));
            }
        };
        let done = tokio::time::timeout(REACTION_MAX, all).await;
        assert!(done.is_ok(), "{} of {count} frames", taken.len());
        taken
    }

    /// Failures that were counted.
    pub(crate) async fn failures(&self, kind: &str) -> f64 {
        let kind = [("kind", kind)];
        self.capture
            .metric("capture_event_failures_total", &kind)
            .await
    }

    /// How often a word is in the log as a warning.
    pub(crate) fn warnings(&self, word: &str) -> usize {
        let log = self.capture.log();
        let warns = |line: &&str| line.contains("\"WARN\"") && line.contains(word);
        log.lines().filter(warns).count()
    }
}
