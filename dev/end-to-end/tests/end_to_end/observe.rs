//! What a test asks of a running stack.

use std::time::Duration;

use async_nats::jetstream::{self, kv};
use futures_util::TryStreamExt as _;
use testkit::{Stack, eventually};

/// For whatever takes milliseconds when nothing is wrong: a frame, a close, a word in `/readyz`.
pub(crate) const REACTION_WITHIN: Duration = Duration::from_secs(10);

/// Everything published on `frames.>` from now on.
pub(crate) async fn frames(stack: &Stack) -> async_nats::Subscriber {
    let client = stack.client().await;
    let frames = client.subscribe("frames.>").await.expect("a subscription");
    client.flush().await.expect("NATS is there");
    frames
}

/// The demand keys of gateways that there are now; capture's canary does not count.
pub(crate) async fn demand_keys(stack: &Stack) -> Vec<String> {
    let bucket: kv::Store = jetstream::new(stack.client().await)
        .get_key_value("demand")
        .await
        .expect("capture has made the bucket");
    let keys: Vec<String> = bucket
        .keys()
        .await
        .expect("keys")
        .try_collect()
        .await
        .expect("keys");
    keys.into_iter()
        .filter(|key| !key.starts_with('_'))
        .collect()
}

pub(crate) async fn await_no_demand(stack: &Stack) {
    eventually(REACTION_WITHIN, || async {
        let keys = demand_keys(stack).await;
        if keys.is_empty() { Ok(()) } else { Err(keys) }
    })
    .await;
}

pub(crate) async fn await_camera(stack: &Stack, open: bool) {
    let wanted = f64::from(u8::from(open));
    eventually(REACTION_WITHIN, || async move {
        let is = stack.capture().metric("capture_camera_open", &[]).await;
        (is - wanted).abs() < f64::EPSILON
    })
    .await;
}
