//! Nothing is made that nobody asked for.

use std::time::Duration;

use futures_util::StreamExt as _;
use testkit::Stack;

use crate::observe::{REACTION_WITHIN, await_camera, await_no_demand, demand_keys, frames};

/// Longer than any publisher's period, short beside a test.
const NO_FRAME_FOR: Duration = Duration::from_secs(2);

#[tokio::test]
async fn without_a_viewer_there_is_no_frame_no_key_and_no_open_camera() {
    let stack = Stack::start().await;
    let mut frames = frames(&stack).await;
    assert!(
        tokio::time::timeout(NO_FRAME_FOR, frames.next())
            .await
            .is_err(),
        "a frame that nobody asked for"
    );
    assert_eq!(demand_keys(&stack).await, Vec::<String>::new());
    await_camera(&stack, false).await;
}

#[tokio::test]
async fn the_last_viewer_to_leave_stops_frames_and_closes_the_camera_after_its_linger() {
    let stack = Stack::builder()
        .capture(&[("CAPTURE_LINGER", "1s")])
        .start()
        .await;
    let (one, two) = (stack.viewer(80).await, stack.viewer(40).await);
    await_camera(&stack, true).await;
    assert_eq!(demand_keys(&stack).await.len(), 2);
    one.leave(REACTION_WITHIN).await;
    two.leave(REACTION_WITHIN).await;
    await_no_demand(&stack).await;
    await_camera(&stack, false).await;
    let mut frames = frames(&stack).await;
    assert!(
        tokio::time::timeout(NO_FRAME_FOR, frames.next())
            .await
            .is_err(),
        "frames go on after the last viewer left"
    );
}

#[tokio::test]
async fn a_camera_without_linger_closes_at_once_and_opens_again_for_the_next_viewer() {
    let stack = Stack::builder()
        .capture(&[("CAPTURE_LINGER", "0s")])
        .start()
        .await;
    stack.viewer(80).await.leave(REACTION_WITHIN).await;
    await_camera(&stack, false).await;
    let _again = stack.viewer(80).await;
    await_camera(&stack, true).await;
}
