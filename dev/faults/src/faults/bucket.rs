//! Somebody deletes the demand bucket, or makes it anew with settings of their own.

use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, StorageType};
use testkit::eventually;

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, jetstream, mark, newcomer, watcher};

const STREAM: &str = "KV_demand";

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new("bucket-deleted", "no gap > 150 ms", move || deleted(mode)),
        Fault::new(
            "bucket-recreated",
            "no gap > 150 ms; settings restored",
            move || recreated(mode),
        ),
        Fault::new(
            "bucket-recreated-on-disk",
            "no gap > 150 ms; a clear error",
            move || on_disk(mode),
        ),
    ]
}

async fn deleted(mode: Mode) -> Seen {
    let stack = builder(mode).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let context = jetstream(&stack).await;
    let (mark, then) = (mark(&stack), Instant::now());
    context.delete_stream(STREAM).await.expect("deleted");
    eventually(RECOVERY_WITHIN, || context.get_stream(STREAM)).await;
    let there = then.elapsed();
    // Longer than a lease: whoever forgot to renew is gone by then.
    tokio::time::sleep(mode.lasts(10, 6)).await;
    let before = Instant::now();
    let new = newcomer(&stack.gateways[0], 40).await;
    let new = new.captured_after(then, RECOVERY_WITHIN).await;
    Seen {
        figures: vec![
            Figure::within(GAP, viewer.gap_since(then), 150, 1000),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("bucket there again", there, 5000, 12_000),
            Figure::within("new quality", new.at - before, 500, 4000),
        ],
        capture: did(&stack, mark),
    }
}

/// In place of ours a bucket that keeps keys for ever.
async fn replace(context: &Context, change: impl Fn(&mut Config)) {
    let ours = context.get_stream(STREAM).await.expect("our bucket");
    let mut config = ours.cached_info().config.clone();
    config.max_age = Duration::ZERO;
    change(&mut config);
    // Capture makes its own again at once when it sees that it is gone; whoever is first has it.
    context.delete_stream(STREAM).await.expect("deleted");
    context.create_stream(config).await.expect("made by hand");
}

async fn recreated(mode: Mode) -> Seen {
    let stack = builder(mode).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let context = jetstream(&stack).await;
    let (mark, then) = (mark(&stack), Instant::now());
    replace(&context, |config| config.max_messages_per_subject = 5).await;
    let restored = async || {
        let stream = context.get_stream(STREAM).await.ok()?;
        let config = &stream.cached_info().config;
        (config.max_age == wire::lease::LEASE && config.max_messages_per_subject == 1).then_some(())
    };
    eventually(RECOVERY_WITHIN, &restored).await;
    let took = then.elapsed();
    tokio::time::sleep(mode.lasts(10, 6)).await;
    Seen {
        figures: vec![
            Figure::within(GAP, viewer.gap_since(then), 150, 1000),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("settings restored", took, 5000, 15_000),
        ],
        capture: did(&stack, mark),
    }
}

async fn on_disk(mode: Mode) -> Seen {
    let stack = builder(mode).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let context = jetstream(&stack).await;
    let (mark, then) = (mark(&stack), Instant::now());
    // Storage is the one setting that no update can change.
    replace(&context, |config| config.storage = StorageType::File).await;
    eventually(RECOVERY_WITHIN, || async {
        let log = stack.capture().log();
        log[mark..].contains("exists with other settings that cannot be changed")
    })
    .await;
    let said = then.elapsed();
    tokio::time::sleep(mode.lasts(10, 6)).await;
    let gap = viewer.gap_since(then);
    // The error names what makes room.
    context.delete_stream(STREAM).await.expect("deleted");
    let before = Instant::now();
    let new = newcomer(&stack.gateways[0], 40).await;
    let new = new.captured_after(then, RECOVERY_WITHIN).await;
    Seen {
        figures: vec![
            Figure::within(GAP, gap, 150, 1000),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("error said", said, 5000, 15_000),
            Figure::within("new quality once deleted", new.at - before, 2000, 8000),
        ],
        capture: did(&stack, mark),
    }
}
