//! Another size on the same connection: no frame is missing, none comes twice, and deltas begin anew.

use std::time::Duration;

use serde_json::Value;
use testkit::{NatsServer, Process, Said, Scene, now_us};
use tokio::time::timeout;
use wire::{Stamp, delta};

use crate::sizes::watching;
use crate::support::{Camera, TEST_DEADLINE};

/// A frame that a busy machine holds up for half a second is late, and dropped: after so long the next one is sent.
const LATE_AFTER: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_switch_of_size_begins_with_a_whole_frame_and_goes_on_in_deltas() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let query = [("v", "2"), ("delta", "1")];
    let mut viewer = watching(gateway.public(), "/websocket/80", &query).await;
    camera.wanted_renditions(&["80"]).await;
    let mut scenes = [Scene::new(200, 20, 3), Scene::new(60, 20, 3)];
    let mut next = |seq: u64| {
        let stamp = Stamp {
            run: 1,
            seq,
            captured_at_us: now_us(),
        };
        let [full, half] = &mut scenes;
        [full, half].map(|scene| {
            scene.change([seq as usize]);
            scene.jpeg(stamp)
        })
    };
    // The numbers of both pictures of each time are their places in it, from one on.
    let mut sent: Vec<[Vec<u8>; 2]> = Vec::new();
    let (mut shown, mut seq, mut wholes, mut is_half) = (Vec::new(), 0, 0, false);
    for step in 1..=9 {
        if step == 4 {
            let half = r#"{"type":"quality","quality":80,"size":"half"}"#;
            viewer.send(half).await.unwrap();
            camera.wanted_renditions(&["80s2", "80"]).await;
        }
        // At 5 the old one may come first; then the new one is of the same picture, and nothing new.
        let message = loop {
            assert!(sent.len() < 100, "every frame was late");
            let [full, half] = next(sent.len() as u64 + 1);
            if step <= 5 {
                camera.send("frames.q80", &full).await;
            }
            if step >= 5 {
                camera.send("frames.q80s2", &half).await;
            }
            sent.push([full, half]);
            if let Ok(frame) = timeout(LATE_AFTER, viewer.frame(TEST_DEADLINE)).await {
                break frame;
            }
        };
        let is_whole = message.starts_with(&[0xff, 0xd8]);
        shown = if is_whole {
            message.to_vec()
        } else {
            delta::apply(&shown, &message).unwrap()
        };
        let before = std::mem::replace(&mut seq, Stamp::read(&shown).unwrap().seq);
        assert!(before < seq, "{before} and then {seq}");
        let [full, half] = &sent[seq as usize - 1];
        assert!(shown == *full || shown == *half, "{seq}");
        // The first of a stream that somebody wants deltas of is whole for everybody, and so is the one after a switch.
        let switches = (shown == *half) != is_half;
        assert!(is_whole || !(switches || step == 1), "{seq}");
        is_half |= switches;
        wholes += u32::from(is_whole);
        let ack = format!(r#"{{"type":"ack","seq":{seq}}}"#);
        viewer.send(&ack).await.unwrap();
    }
    assert!(is_half && wholes <= 3, "{wholes}");
}

#[tokio::test]
async fn a_switch_of_size_keeps_the_numbers_and_leaves_no_gap() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = watching(gateway.public(), "/websocket/80", &[("v", "2")]).await;
    camera.wanted_renditions(&["80"]).await;
    let sizes = ["half", "full", "quarter", "half", "full"];
    let (mut last, mut served) = (0, Vec::new());
    for (nth, size) in sizes.into_iter().enumerate() {
        let text = format!(r#"{{"type":"quality","quality":80,"size":"{size}"}}"#);
        let mut after = 0;
        viewer.send(&text).await.unwrap();
        while after < 5 {
            after += usize::from(served.len() > nth);
            // Every rendition of the same picture, as capture makes them.
            let (jpeg, seq) = camera.frame(5000);
            for subject in ["frames.q80s4", "frames.q80s2", "frames.q80"] {
                camera.send(subject, &jpeg).await;
            }
            while last < seq {
                match viewer.next(TEST_DEADLINE).await {
                    Some(Said::Frame(frame)) => {
                        let shown = Stamp::read(&frame).unwrap().seq;
                        assert_eq!(shown, last + 1, "none is missing and none comes twice");
                        last = shown;
                        let ack = format!(r#"{{"type":"ack","seq":{shown}}}"#);
                        viewer.send(&ack).await.unwrap();
                    }
                    Some(Said::Text(text)) => {
                        let text: Value = serde_json::from_str(&text).unwrap();
                        if text["type"] == "quality" {
                            served.push(text["size"].as_str().unwrap().to_owned());
                        }
                    }
                    said => panic!("{said:?} after {last}"),
                }
            }
        }
    }
    assert_eq!(served, sizes);
}
