//! The two buckets against a real nats-server: made, made again, brought to our settings, and within their bounds.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{Config as StreamConfig, DiscardPolicy, StorageType};
use async_nats::jetstream::{self, kv};
use futures_util::StreamExt;
use testkit::{NatsServer, Process, eventually};
use wire::lease::LEASE;

/// How long the service may take to do what is asked here: several times what it takes.
const REACTION_MAX: Duration = Duration::from_secs(10);

async fn demand_bucket(nats: &NatsServer) -> kv::Store {
    let js = jetstream::new(nats.client().await);
    eventually(REACTION_MAX, || async {
        js.get_key_value("demand").await.ok()
    })
    .await
}

#[tokio::test]
async fn the_bucket_is_made_again_when_somebody_deletes_it() {
    let nats = NatsServer::start().await;
    let _capture = Process::capture(&nats, &[]).await;
    demand_bucket(&nats).await;
    let js = jetstream::new(nats.client().await);
    js.delete_stream("KV_demand").await.unwrap();
    let demand = demand_bucket(&nats).await;
    let mut frames = nats.client().await.subscribe("frames.q40").await.unwrap();
    demand.put("q40.gw", "1".into()).await.expect("a lease");
    let frame = tokio::time::timeout(REACTION_MAX, frames.next()).await;
    assert!(frame.expect("a frame").is_some());
}

#[tokio::test]
async fn a_bucket_with_other_settings_is_brought_back_to_ours() {
    let nats = NatsServer::start().await;
    let js = jetstream::new(nats.client().await);
    let other = kv::Config {
        bucket: "demand".into(),
        max_age: Duration::from_secs(3600),
        storage: StorageType::Memory,
        ..kv::Config::default()
    };
    js.create_key_value(other).await.unwrap();
    let _capture = Process::capture(&nats, &[]).await;
    eventually(REACTION_MAX, || async {
        let mut stream = js.get_stream("KV_demand").await.ok()?;
        (stream.info().await.ok()?.config.max_age == LEASE).then_some(())
    })
    .await;
}

/// As a bucket was that an earlier version made.
fn unbounded(name: &str, storage: StorageType, max_age: Duration) -> StreamConfig {
    StreamConfig {
        name: format!("KV_{name}"),
        subjects: vec![format!("$KV.{name}.>")],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        storage,
        max_age,
        ..StreamConfig::default()
    }
}

#[tokio::test]
async fn nobody_fills_a_bucket_or_wipes_it_not_even_one_that_an_earlier_version_made() {
    for earlier in [false, true] {
        let nats = NatsServer::start().await;
        let js = jetstream::new(nats.client().await);
        if earlier {
            let demand = unbounded("demand", StorageType::Memory, LEASE);
            js.create_stream(demand).await.unwrap();
            let control = unbounded("control", StorageType::File, Duration::ZERO);
            js.create_stream(control).await.unwrap();
            js.publish("$KV.control.privacy", "on".into())
                .await
                .unwrap()
                .await
                .unwrap();
        }
        let capture = Process::capture(&nats, &[]).await;
        eventually(REACTION_MAX, || async { capture.ready().await == 200 }).await;
        for (bucket, key) in [("demand", "q80.gw"), ("control", "privacy")] {
            let subject = format!("$KV.{bucket}.{key}");
            let put = async |headers: HeaderMap, length: usize| {
                let value = vec![0; length].into();
                let ack = js
                    .publish_with_headers(subject.clone(), headers, value)
                    .await;
                ack.unwrap().await.map(|_| ())
            };
            put(HeaderMap::new(), 128).await.unwrap();
            put(HeaderMap::new(), 129).await.unwrap_err();
            let mut wipe = HeaderMap::new();
            wipe.insert("Nats-Rollup", "all");
            put(wipe, 0).await.unwrap_err();
            let mut stream = js.get_stream(format!("KV_{bucket}")).await.unwrap();
            assert_eq!(stream.info().await.unwrap().config.max_bytes, 1024 * 1024);
        }
    }
}
