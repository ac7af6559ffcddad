//! What the watch does when the connection tells of itself.

use async_nats::connection::State;
use bus::{JetStreamDomain, LinkState};
use testkit::{NatsServer, eventually};
use wire::{CameraId, MemberId};

use super::*;
use crate::metrics::CameraSeries;

const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_connection_that_is_told_of_before_it_is_used_is_not_waited_for_again() {
    let mut nats = NatsServer::start().await;
    let client = nats.client().await;
    nats.kill();
    eventually(DEADLINE, || async {
        client.connection_state() != State::Connected
    })
    .await;
    // The library sends its event first and changes its own word afterwards.
    let told = LinkState {
        connected: true,
        generation: 1,
        ..LinkState::default()
    };
    let (tell, heard) = watch::channel(LinkState::default());
    tell.send_replace(told);
    let link = Link {
        client,
        state: heard,
        domain: JetStreamDomain::default(),
    };
    let (wanted, _kept) = watch::channel(Wanted::NOTHING);
    let (tell_privacy, mut privacy) = watch::channel(Privacy::Unknown);
    let told = Told {
        wanted,
        gateways: watch::channel(0).0,
        privacy: tell_privacy,
    };
    let mut watcher = watcher(link, told);
    let opened = async {
        nats.restart().await;
        let known = privacy.wait_for(|switch| *switch != Privacy::Unknown);
        tokio::time::timeout(DEADLINE, known).await.is_ok()
    };
    tokio::select! {
        biased;
        ended = &mut watcher => panic!("{ended:?}"),
        opened = opened => assert!(opened, "the buckets were never opened"),
    }
}

/// A watch on the demand for the default camera, at work.
fn watcher(link: Link, told: Told) -> Later<Result<(), DemandError>> {
    let clock = Clock::start();
    let (camera, capture) = (CameraId::default(), MemberId::new("capture", 1));
    let buckets = Buckets::new(&link, &camera, 1);
    let leases = Leases::new(camera, &capture, clock.now());
    let metrics = CameraSeries::of_a_test().leases.clone();
    DemandWatcher::new(clock, link, buckets, leases, metrics, told)
        .run()
        .boxed()
}
