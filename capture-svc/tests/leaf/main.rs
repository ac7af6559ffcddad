//! Sites of their own, as `deploy/keys.sh` makes them: a camera behind a leaf node of a hub, and viewers behind another.
//! The servers run on the shipped files; what crosses each line is decided at the hub.

mod site;

use std::process::Command;
use std::time::Duration;

use async_nats::{Client, Message, Subscriber};
use futures_util::StreamExt as _;
use process::Clock;
use testkit::{Process, eventually};
use tokio::sync::Mutex;
use wire::lease::PLANE_DEAD;

use site::{Hub, REACTION_MAX};

/// Puts a gateway's lease where the hub's gateways put theirs.
async fn want(gateway: &Client, key: &str) {
    let put = gateway.publish(format!("$KV.demand.{key}"), "".into());
    put.await.expect("a connection");
}

async fn say(client: &Client, subject: &'static str, words: &'static str) {
    let said = client.publish(subject, words.into());
    said.await.expect("a connection");
}

/// A subscription that can be asked from anywhere.
struct Heard(Mutex<Subscriber>);

impl Heard {
    async fn on(client: &Client, subject: &'static str) -> Self {
        let subscription = client.subscribe(subject).await;
        Self(Mutex::new(subscription.expect("a connection")))
    }

    /// What comes `within` this time.
    async fn next(&self, within: Duration) -> Option<Message> {
        let mut subscription = self.0.lock().await;
        let next = tokio::time::timeout(within, subscription.next()).await;
        next.ok().flatten()
    }
}

/// As long as a message needs that is on its way, and longer.
const SOON: Duration = Duration::from_millis(200);

/// What a camera's site must not say at the hub.
const FORBIDDEN: [&str; 14] = [
    "frames.q80",
    "frames.yard.q80",
    "status",
    "status.yard",
    "$JS.hub.API.$KV.control.privacy",
    "$JS.hub.API.$KV.control.yard.privacy",
    "$JS.hub.API.$KV.demand.door.q80.gw",
    "$JS.hub.API.STREAM.UPDATE.KV_demand",
    "$JS.hub.API.STREAM.DELETE.KV_control",
    "$JS.hub.API.STREAM.CREATE.other",
    "$KV.demand.door.q80.gw",
    "$JS.API.STREAM.DELETE.KV_control",
    "_INBOX_gateway.x",
    "_INBOX_capture.yard.x",
];

#[tokio::test]
async fn a_camera_behind_a_leaf_is_watched_and_switched_from_the_hub() {
    let mut hub = Hub::start().await;
    let site = hub.camera_site("door").await;
    let settings = site.capture();
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let capture = Process::capture(&site.leaf, &settings).await;
    eventually(REACTION_MAX, async || capture.ready().await == 200).await;

    let gateway = hub.gateway().await;
    let frames = Heard::on(&gateway, "frames.door.q80").await;
    let status = Heard::on(&gateway, "status.door").await;
    want(&gateway, "door.q80.gw").await;
    for stream in [&frames, &status] {
        assert!(stream.next(REACTION_MAX).await.is_some());
    }
    for word in ["on", "off"] {
        let switch = Command::new(env!("CARGO_BIN_EXE_capture-svc"))
            .args(["privacy", word])
            .envs(settings.iter().copied())
            .env("NATS_URL", site.leaf.url())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&switch.stdout);
        assert_eq!(told.trim(), word, "{switch:?}");
    }

    // The canary comes back over the line, or the watch would have been made anew by now.
    let clock = Clock::start();
    let since = clock.now();
    eventually(REACTION_MAX, async || {
        want(&gateway, "door.q80.gw").await;
        let next = frames.next(Duration::from_secs(1)).await;
        next.is_some() && clock.now().duration_since(since) > PLANE_DEAD + Duration::from_secs(2)
    })
    .await;
    let log = capture.log();
    assert!(!log.contains("canary") && !log.contains("refuses"), "{log}");

    // The hub comes back without what it had in memory: the bucket is made anew, over the line.
    hub.server.restart().await;
    let gateway = hub.gateway().await;
    let frames = Heard::on(&gateway, "frames.door.q40").await;
    eventually(REACTION_MAX * 2, async || {
        want(&gateway, "door.q40.gw").await;
        frames.next(SOON).await.is_some()
    })
    .await;
}

#[tokio::test]
async fn a_camera_site_that_is_taken_over_reaches_nothing_of_others() {
    let mut hub = Hub::start().await;
    let site = hub.camera_site("door").await;
    let (thief, observer) = (site.anybody().await, hub.observer().await);
    let heard = Heard::on(&observer, ">").await;
    let (yard, own) = (
        Heard::on(&thief, "frames.yard.q80").await,
        Heard::on(&thief, "status.door").await,
    );
    // The line stands once what is allowed comes through, both ways.
    eventually(REACTION_MAX, async || {
        say(&observer, "status.door", "hello").await;
        own.next(SOON).await.is_some()
    })
    .await;
    for subject in FORBIDDEN {
        say(&thief, subject, "stolen").await;
    }
    say(&thief, "frames.door.q80", "last").await;
    say(&observer, "frames.yard.q80", "secret").await;
    say(&observer, "status.door", "after").await;
    loop {
        let message = heard.next(REACTION_MAX).await;
        let message = message.expect("the last one comes");
        assert_ne!(message.payload, "stolen", "{}", message.subject);
        if message.payload == "last" {
            break;
        }
    }
    loop {
        let message = own.next(REACTION_MAX).await;
        if message.expect("its own comes").payload == "after" {
            break;
        }
    }
    // It hears itself on its own server, and nobody else.
    while let Some(foreign) = yard.next(Duration::ZERO).await {
        assert_eq!(foreign.payload, "stolen", "another camera's frame came");
    }
}

#[tokio::test]
async fn over_a_thin_line_only_the_renditions_go_that_it_is_allowed() {
    let mut hub = Hub::start().await;
    let site = hub.viewer_site("paris", Some("60")).await;
    let (anybody, observer) = (site.anybody().await, hub.observer().await);
    hub.bucket(&observer).await;
    let ask = |key: &str| {
        let subject = format!("$JS.hub.API.$KV.demand.{key}");
        let asked = anybody.request(subject, "".into());
        async { tokio::time::timeout(Duration::from_secs(2), asked).await }
    };
    // Until the line stands nobody answers.
    eventually(REACTION_MAX, async || {
        matches!(ask("q60.gw").await, Ok(Ok(_)))
    })
    .await;
    for key in ["q30.gw", "q80s2.gw", "q30s4.gw", "door.q60.gw"] {
        assert!(matches!(ask(key).await, Ok(Ok(_))), "{key}");
    }
    for key in ["q65.gw", "q95.gw", "door.q80.gw", "_cap.gw"] {
        assert!(!matches!(ask(key).await, Ok(Ok(_))), "{key}");
    }
    let allowed = Heard::on(&anybody, "frames.door.q60").await;
    let dear = Heard::on(&anybody, "frames.door.q80").await;
    eventually(REACTION_MAX, async || {
        for subject in ["frames.door.q80", "frames.door.q60"] {
            say(&observer, subject, "jpeg").await;
        }
        allowed.next(SOON).await.is_some()
    })
    .await;
    let over = dear.next(Duration::ZERO).await;
    assert!(over.is_none(), "a rendition that the line does not carry");
    let heard = Heard::on(&observer, "status.door").await;
    observer.flush().await.unwrap();
    for subject in ["status.door", "frames.door.q60"] {
        say(&anybody, subject, "forged").await;
    }
    // A key goes over after them, so they would have come.
    assert!(matches!(ask("q30.gw").await, Ok(Ok(_))));
    let forged = heard.next(SOON).await;
    assert!(forged.is_none(), "a site of viewers spoke for a camera");
}
