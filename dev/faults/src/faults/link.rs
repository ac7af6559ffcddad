//! The network between NATS and a service is gone for a while, and nobody is told.

use std::time::Instant;

use testkit::{Viewer, eventually};

use super::Fault;
use crate::bus::Bus;
use crate::cable::Cable;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::Mode;
use crate::watcher::Watcher;
use crate::world::{SOON, World};

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new(
            "capture-link-cut",
            "back ≤ 500 ms after repair; nobody else affected",
            move || capture(mode),
        ),
        Fault::new(
            "gateway-link-cut",
            "back ≤ 500 ms after repair; nobody else affected",
            move || gateway(mode),
        ),
    ]
}

/// Two cameras on one bus; the link of one is cut.
async fn capture(mode: Mode) -> Seen {
    let bus = Bus::start(mode, 1).await;
    let cable = Cable::to(&bus, mode).await;
    let capture = cable.capture(&bus, &[]).await;
    let door = bus.capture(&[("CAPTURE_CAMERA_ID", "door")]).await;
    eventually(SOON, || async { door.ready().await == 200 }).await;
    let gateways = vec![bus.gateway(&[]).await];
    let world = World {
        gateways,
        capture,
        bus,
    };
    world.ready().await;
    let viewer = world.watcher(0, 80).await;
    let request = Viewer::at(world.gateways[0].public(), "/websocket/80").query("camera", "door");
    let other = Watcher::of(request.connect().await.expect("a viewer"));
    let other = other.settled().await;
    let (mark, then) = (world.mark(), Instant::now());
    cable.cut();
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let repaired = Instant::now();
    cable.repair();
    let back = viewer.captured_after(repaired, SOON).await;
    world.ready().await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("back", back.at - repaired, 500, 2000),
            Figure::within("others' gap", other.gap_since(then), 150, 1000),
        ],
        capture: world.did(mark),
    }
}

/// Two gateways on one bus; the link of one is cut.
async fn gateway(mode: Mode) -> Seen {
    let bus = Bus::start(mode, 1).await;
    let cable = Cable::to(&bus, mode).await;
    let mut world = World::on(bus, 1).await;
    let beyond = cable.gateway(&world.bus).await;
    world.gateways.push(beyond);
    world.ready().await;
    let (viewer, other) = (world.watcher(1, 80).await, world.watcher(0, 80).await);
    let (mark, then) = (world.mark(), Instant::now());
    cable.cut();
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let repaired = Instant::now();
    cable.repair();
    let back = viewer.captured_after(repaired, SOON).await;
    world.ready().await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("back", back.at - repaired, 500, 2000),
            Figure::within("others' gap", other.gap_since(then), 150, 1000),
        ],
        capture: world.did(mark),
    }
}
