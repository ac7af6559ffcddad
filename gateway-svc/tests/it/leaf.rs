//! A gateway whose NATS is a leaf node: the buckets are on the other side of the link, in a domain of their own.

use testkit::{NatsServer, Process, Viewer, eventually};

use crate::support::{Camera, TEST_DEADLINE};

#[tokio::test]
async fn a_viewer_behind_a_leaf_raises_demand_at_the_hub_and_gets_its_frames() {
    let (hub, address) = NatsServer::hub("").await;
    let leaf = NatsServer::leaf(address, "", "").await;
    let gateway = Process::gateway(&leaf, &[("NATS_JS_DOMAIN", "hub")]).await;
    let mut camera = Camera::on(&hub).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    let jpeg = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    viewer.leave(TEST_DEADLINE).await;
    camera.wanted(&[]).await;
}

#[tokio::test]
async fn at_the_hub_itself_the_domain_may_be_named_or_not() {
    let (hub, _) = NatsServer::hub("").await;
    let camera = Camera::on(&hub).await;
    for settings in [&[("NATS_JS_DOMAIN", "hub")][..], &[]] {
        let gateway = Process::gateway(&hub, settings).await;
        let viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
        camera.wanted(&[80]).await;
        viewer.leave(TEST_DEADLINE).await;
        camera.wanted(&[]).await;
    }
}

#[tokio::test]
async fn a_gateway_behind_a_leaf_that_names_no_domain_says_which_setting_would_do() {
    let (hub, address) = NatsServer::hub("").await;
    let leaf = NatsServer::leaf(address, "", "").await;
    let camera = Camera::on(&hub).await;
    let gateway = Process::gateway(&leaf, &[]).await;
    let _viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    eventually(TEST_DEADLINE * 2, || async {
        let log = gateway.log();
        let said = log.contains("WARN") && log.contains("NATS_JS_DOMAIN");
        said.then_some(()).ok_or(log)
    })
    .await;
    assert!(camera.leases().await.is_empty());
}
