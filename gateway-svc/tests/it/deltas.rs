//! `?v=2&delta=1`: what a viewer rebuilds is what was published, byte for byte, and who did not ask gets whole frames.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{NatsServer, Process, Said, Scene, Viewer, now_us};
use wire::{Stamp, delta};

use crate::support::{Camera, TEST_DEADLINE};

/// A viewer that patches its copy, as the page does.
struct Watching {
    viewer: Viewer,
    jpeg: Vec<u8>,
    deltas: usize,
}

impl Watching {
    async fn at(gateway: &Process, quality: u8) -> Self {
        let path = format!("/websocket/{quality}");
        let asked = Viewer::at(gateway.public(), &path).query("v", "2");
        let mut viewer = asked.query("delta", "1").connect().await.unwrap();
        let hello: Value = serde_json::from_str(&viewer.text(TEST_DEADLINE).await).unwrap();
        assert_eq!(hello["delta"], json!(true));
        Self {
            viewer,
            jpeg: Vec::new(),
            deltas: 0,
        }
    }

    /// The next frame as it came, rebuilt and acknowledged.
    async fn frame(&mut self) -> Vec<u8> {
        let message = self.viewer.frame(TEST_DEADLINE).await;
        self.take(&message).await;
        message.to_vec()
    }

    async fn take(&mut self, message: &[u8]) {
        if message.starts_with(&[0xff, 0xd8]) {
            self.jpeg = message.to_vec();
        } else {
            self.jpeg = delta::apply(&self.jpeg, message).unwrap();
            self.deltas += 1;
        }
        let seq = Stamp::read(&self.jpeg).unwrap().seq;
        let ack = format!("{{\"type\":\"ack\",\"seq\":{seq}}}");
        self.viewer.send(&ack).await.unwrap();
    }
}

/// A camera host whose frames have intervals.
struct Studio {
    camera: Camera,
    scene: Scene,
    seq: u64,
}

impl Studio {
    async fn on(nats: &NatsServer) -> Self {
        Self {
            camera: Camera::on(nats).await,
            scene: Scene::new(200, 20, 3),
            seq: 0,
        }
    }

    fn next(&mut self) -> Vec<u8> {
        self.seq += 1;
        self.scene.jpeg(Stamp {
            run: self.camera.run,
            seq: self.seq,
            captured_at_us: now_us(),
        })
    }

    /// Publishes a frame in which these intervals changed.
    async fn publish(
        &mut self,
        subject: &str,
        changes: impl IntoIterator<Item = usize>,
    ) -> Vec<u8> {
        self.scene.change(changes);
        let jpeg = self.next();
        self.camera.send(subject, &jpeg).await;
        jpeg
    }
}

#[tokio::test]
async fn a_viewer_that_keeps_up_gets_what_changed_and_one_that_did_not_ask_gets_it_all() {
    let nats = NatsServer::start().await;
    let mut studio = Studio::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut watching = Watching::at(&gateway, 80).await;
    let mut plain = Viewer::watch(gateway.public(), 80).await.unwrap();
    studio.camera.wanted(&[80]).await;
    let mut bytes = 0;
    for nth in 0..40 {
        let jpeg = studio.publish("frames.q80", [nth, 2 * nth]).await;
        bytes += watching.frame().await.len();
        assert_eq!(watching.jpeg, jpeg, "{nth}");
        assert_eq!(plain.frame(TEST_DEADLINE).await, jpeg, "{nth}");
    }
    assert_eq!(watching.deltas, 39);
    let whole = watching.jpeg.len();
    assert!(bytes < 5 * whole, "{bytes} for 40 frames of {whole}");
    let deltas = gateway.metric("gateway_deltas_sent_total", &[]).await;
    assert_eq!(deltas, 39.0);
    let saved = gateway.metric("gateway_delta_saved_bytes_total", &[]).await;
    assert!(saved > 35.0 * whole as f64, "{saved}");
    let frames = gateway.metric("gateway_frames_sent_total", &[]).await;
    assert_eq!(frames, 80.0);
}

#[tokio::test]
async fn after_a_skip_the_delta_holds_everything_that_was_missed() {
    let nats = NatsServer::start().await;
    let mut studio = Studio::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut watching = Watching::at(&gateway, 80).await;
    studio.camera.wanted(&[80]).await;
    studio.publish("frames.q80", []).await;
    watching.frame().await;
    let mut random = fastrand::Rng::with_seed(31);
    let (mut rebuilt, mut published) = (1, Vec::new());
    for nth in 0..300 {
        published.push(studio.publish("frames.q80", [nth % 200]).await);
        // It is slow: its window closes, and frames pass it by.
        if random.u8(0..4) > 0 {
            continue;
        }
        while let Some(Said::Frame(message)) = watching.viewer.next(Duration::from_millis(5)).await
        {
            watching.take(&message).await;
            let seq = Stamp::read(&watching.jpeg).unwrap().seq as usize;
            assert_eq!(watching.jpeg, published[seq - 2], "{seq}");
            rebuilt += 1;
        }
    }
    assert!(
        watching.deltas + 3 > rebuilt,
        "{} of {rebuilt}",
        watching.deltas
    );
    assert!((40..290).contains(&rebuilt), "{rebuilt}");
}

#[tokio::test]
async fn who_asks_for_it_gets_the_next_frame_whole() {
    let nats = NatsServer::start().await;
    let mut studio = Studio::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut watching = Watching::at(&gateway, 80).await;
    studio.camera.wanted(&[80]).await;
    for _ in 0..3 {
        studio.publish("frames.q80", [1]).await;
        watching.frame().await;
    }
    assert_eq!(watching.deltas, 2);
    watching.viewer.send("{\"type\":\"whole\"}").await.unwrap();
    watching
        .viewer
        .send("{\"type\":\"clock\",\"t\":1}")
        .await
        .unwrap();
    // Heard in its order: with the answer to what was said after it, it is done.
    while !watching.viewer.text(TEST_DEADLINE).await.contains("clock") {}
    let jpeg = studio.publish("frames.q80", [1]).await;
    assert_eq!(watching.frame().await, jpeg);
    studio.publish("frames.q80", [1]).await;
    assert_ne!(watching.frame().await, watching.jpeg);
    assert_eq!(watching.deltas, 3);
}

#[tokio::test]
async fn another_rung_run_header_or_a_frame_without_intervals_comes_whole() {
    let nats = NatsServer::start().await;
    let mut studio = Studio::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut watching = Watching::at(&gateway, 80).await;
    studio.camera.wanted(&[80]).await;
    let mut whole = Vec::new();
    for nth in 0..12 {
        match nth {
            3 => studio.camera.run += 1,
            6 => studio.scene.change_header(),
            9 => studio.scene.change(0..200),
            _ => {}
        }
        let jpeg = studio.publish("frames.q80", [nth]).await;
        if watching.frame().await == jpeg {
            whole.push(nth);
        }
        assert_eq!(watching.jpeg, jpeg, "{nth}");
    }
    assert_eq!(whole, [0, 3, 6, 9], "the last one is not worth a delta");
    let mut odd = studio.next();
    odd.truncate(odd.len() - 2);
    studio.camera.send("frames.q80", &odd).await;
    assert_eq!(watching.frame().await, odd);
    let next = studio.publish("frames.q80", [5]).await;
    assert_eq!(watching.frame().await, next);
    watching
        .viewer
        .send("{\"type\":\"quality\",\"quality\":40}")
        .await
        .unwrap();
    studio.camera.wanted(&[40, 80]).await;
    let other = studio.publish("frames.q40", [5]).await;
    assert_eq!(watching.frame().await, other);
    // The first of a stream that somebody wants deltas of is whole for everybody; the next is none.
    let next = studio.publish("frames.q40", [5]).await;
    assert_ne!(watching.frame().await, next);
    assert_eq!(watching.jpeg, next);
}
