//! Sizes and rates: what is made, how often, and what a viewer sees when it changes its mind.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use futures_util::StreamExt as _;
use testkit::{Picture, Said, Stack, Viewer, eventually, read_stamp};
use wire::lease::RENEW;

use crate::observe::{REACTION_WITHIN, demand_keys};

/// Small pictures: what is tested here is how many there are, and the machine is shared.
async fn stack() -> Stack {
    let builder = Stack::builder();
    builder
        .capture(&[("CAPTURE_WIDTH", "320"), ("CAPTURE_HEIGHT", "180")])
        .start()
        .await
}

async fn watching(stack: &Stack, quality: u8, query: &[(&str, &str)]) -> Viewer {
    let path = format!("/websocket/{quality}");
    let mut request = Viewer::at(stack.gateway().public(), &path);
    for (name, value) in query {
        request = request.query(name, value);
    }
    request.connect().await.expect("an upgrade")
}

/// How many frames of a rendition were published so far.
async fn published(stack: &Stack, rendition: &str) -> f64 {
    let labels = [("quality", rendition)];
    stack
        .capture()
        .metric("capture_frames_published_total", &labels)
        .await
}

/// Frames a second of a rendition that are published, over `window`; the viewers go on reading meanwhile.
async fn published_in(
    stack: &Stack,
    rendition: &str,
    window: Duration,
    viewers: &mut [Viewer],
) -> f64 {
    let (before, started) = (published(stack, rendition).await, now());
    while let Some(left) = window.checked_sub(started.elapsed()) {
        for viewer in &mut *viewers {
            viewer.next(left.min(Duration::from_millis(20))).await;
        }
    }
    (published(stack, rendition).await - before) / started.elapsed().as_secs_f64()
}

/// Waits until the rate of a rendition is within `rates`; told what it was, or panics.
async fn published_within(
    stack: &Stack,
    rendition: &str,
    rates: std::ops::RangeInclusive<f64>,
    viewers: &mut [Viewer],
) {
    let mut seen = Vec::new();
    while seen.len() < 10 {
        let rate = published_in(stack, rendition, Duration::from_secs(2), viewers).await;
        if rates.contains(&rate) {
            return;
        }
        seen.push(rate);
    }
    panic!("never {rates:?} frames of {rendition} a second: {seen:.1?}");
}

#[tokio::test]
async fn each_size_is_the_cameras_picture_divided_and_the_status_names_them() {
    let stack = stack().await;
    let mut viewers = Vec::new();
    for (size, dimensions) in [
        ("full", (320, 180)),
        ("half", (160, 90)),
        ("quarter", (80, 46)),
    ] {
        let mut viewer = watching(&stack, 80, &[("size", size)]).await;
        let frame = viewer.frame(REACTION_WITHIN).await;
        let picture = Picture::read(&frame).expect("a good frame");
        assert_eq!((picture.width, picture.height), dimensions, "{size}");
        viewers.push(viewer);
    }
    let keys = demand_keys(&stack).await;
    for rendition in ["q80s4.", "q80s2.", "q80."] {
        let of_it = keys.iter().filter(|key| key.starts_with(rendition));
        assert_eq!(of_it.count(), 1, "{rendition} in {keys:?}");
    }
    let client = stack.client().await;
    let mut statuses = client.subscribe("status").await.expect("a subscription");
    let named = async {
        while let Some(status) = statuses.next().await {
            let status = wire::CameraStatus::of_message(&status.payload).expect("a status");
            let all = ["80s4", "80s2", "80"].map(str::to_owned);
            if status.renditions == Some(all.into()) && status.qualities == [80] {
                return;
            }
        }
    };
    let named = tokio::time::timeout(REACTION_WITHIN, named).await;
    named.expect("a status that names all three");
}

#[tokio::test]
async fn a_rendition_is_made_as_often_as_its_fastest_viewer_wants() {
    let stack = stack().await;
    let slow = [("size", "quarter"), ("fps", "2")];
    let mut viewers = vec![
        watching(&stack, 30, &slow).await,
        watching(&stack, 30, &slow).await,
    ];
    for viewer in &mut viewers {
        viewer.frame(REACTION_WITHIN).await;
    }
    published_within(&stack, "30s4", 0.5..=2.6, &mut viewers).await;
    // What capture thinned passes whole.
    let paced = [("reason", "paced")];
    let paced = || {
        stack
            .gateway()
            .metric("gateway_frames_skipped_total", &paced)
    };
    let before = paced().await;
    published_in(&stack, "30s4", Duration::from_secs(3), &mut viewers).await;
    assert!(
        paced().await - before <= 2.0,
        "one for each viewer at the most"
    );
    // Somebody who wants them all.
    let whole = watching(&stack, 30, &[("size", "quarter"), ("fps", "34")]).await;
    viewers.push(whole);
    published_within(&stack, "30s4", 10.0..=36.0, &mut viewers).await;
    viewers
        .pop()
        .expect("the third")
        .leave(REACTION_WITHIN)
        .await;
    published_within(&stack, "30s4", 0.5..=2.6, &mut viewers).await;
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the older gateway renews in a task of its own, which the test ends"
)]
async fn a_gateway_that_knows_no_sizes_and_no_rates_shares_the_bus_with_ours() {
    let stack = stack().await;
    let client = stack.client().await;
    let demand = jetstream::new(client.clone()).get_key_value("demand").await;
    let demand = demand.expect("capture has made the bucket");
    let mut frames = client
        .subscribe("frames.q80")
        .await
        .expect("a subscription");
    // As gateways were before: an empty value, renewed.
    let old = tokio::spawn({
        let demand = demand.clone();
        async move {
            loop {
                demand.put("q80.old", "".into()).await.expect("a lease");
                tokio::time::sleep(RENEW).await;
            }
        }
    });
    let mut slow = [watching(&stack, 80, &[("fps", "2")]).await];
    let mut half = watching(&stack, 80, &[("size", "half")]).await;
    half.frame(REACTION_WITHIN).await;
    slow[0].frame(REACTION_WITHIN).await;
    published_within(&stack, "80", 10.0..=36.0, &mut slow).await;
    let started = now();
    let (mut came, mut last) = (0, 0);
    while started.elapsed() < Duration::from_secs(2) {
        let frame = tokio::time::timeout(REACTION_WITHIN, frames.next()).await;
        let frame = frame.expect("frames go on").expect("of a live connection");
        let stamp = read_stamp(&frame.payload).expect("a stamp");
        assert!(stamp.seq > last);
        (came, last) = (came + 1, stamp.seq);
    }
    assert!(
        came > 10,
        "{came} frames in two seconds for who wants them all"
    );
    old.abort();
    demand.delete("q80.old").await.expect("the bucket is there");
    published_within(&stack, "80", 0.5..=2.6, &mut slow).await;
}

#[tokio::test]
async fn a_switch_of_size_in_place_leaves_no_gap() {
    let stack = stack().await;
    let mut viewer = watching(&stack, 80, &[("v", "2")]).await;
    let mut last = read_stamp(&viewer.frame(REACTION_WITHIN).await).expect("a stamp");
    // A machine that stands still makes a gap now and then, a fault of ours with every switch.
    let mut gaps = Vec::new();
    for size in [
        "half", "quarter", "full", "half", "full", "quarter", "full", "half",
    ] {
        let switch = format!(r#"{{"type":"quality","quality":80,"size":"{size}"}}"#);
        viewer.send(&switch).await.expect("the gateway listens");
        let (mut longest, mut after, mut served) = (0, 0, false);
        while after < 10 {
            match viewer.next(REACTION_WITHIN).await {
                Some(Said::Frame(frame)) => {
                    let stamp = read_stamp(&frame).expect("a stamp");
                    assert!(stamp.run == last.run && stamp.seq > last.seq, "{stamp:?}");
                    longest = longest.max(stamp.captured_at_us - last.captured_at_us);
                    let ack = format!(r#"{{"type":"ack","seq":{}}}"#, stamp.seq);
                    viewer.send(&ack).await.expect("the gateway listens");
                    last = stamp;
                    after += usize::from(served);
                }
                Some(Said::Text(text)) => {
                    served |= text.contains("\"quality\",") && text.contains(size);
                }
                other => panic!("{other:?}"),
            }
        }
        println!(
            "to {size}: {} ms between two frames (promised: 150)",
            longest / 1000
        );
        gaps.push(longest);
    }
    gaps.sort_unstable();
    assert!(gaps[gaps.len() / 2] < 600_000, "{gaps:?} µs");
}

#[tokio::test]
async fn a_viewer_of_a_seldom_made_rendition_has_its_first_picture_at_once() {
    let stack = stack().await;
    let seldom = [("size", "half"), ("fps", "0.1")];
    let mut first = watching(&stack, 60, &seldom).await;
    first.frame(REACTION_WITHIN).await;
    let mut viewers = [first];
    // Until it is made seldom: nothing in two seconds.
    published_within(&stack, "60s2", 0.0..=0.5, &mut viewers).await;
    // Once is enough: a fault of ours would be there every time.
    eventually(6 * REACTION_WITHIN, async || {
        let came = now();
        let mut second = watching(&stack, 60, &seldom).await;
        second.frame(2 * REACTION_WITHIN).await;
        println!("first picture after {:?}", came.elapsed());
        (came.elapsed() < Duration::from_secs(2))
            .then_some(())
            .ok_or(came.elapsed())
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn now() -> Instant {
    Instant::now()
}
