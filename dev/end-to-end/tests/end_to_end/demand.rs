//! Nothing is made that nobody asked for.

use std::time::Duration;

use futures_util::StreamExt as _;

use crate::house::{House, SOON};

/// Longer than any publisher's period, short beside a test.
const A_WHILE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn without_a_viewer_there_is_no_frame_no_key_and_no_open_camera() {
    let house = House::start().await;
    let mut frames = house.frames().await;
    assert!(
        tokio::time::timeout(A_WHILE, frames.next()).await.is_err(),
        "a frame that nobody asked for"
    );
    assert_eq!(house.demand_keys().await, Vec::<String>::new());
    house.await_camera(false, SOON).await;
}

#[tokio::test]
async fn the_last_viewer_to_leave_stops_frames_and_closes_the_camera_after_its_linger() {
    let house = House::with(&[("CAPTURE_LINGER", "1s")], &[]).await;
    let (one, two) = (house.viewer(80).await, house.viewer(40).await);
    house.await_camera(true, SOON).await;
    assert_eq!(house.demand_keys().await.len(), 2);
    one.leave(SOON).await;
    two.leave(SOON).await;
    house.await_no_demand(SOON).await;
    house.await_camera(false, SOON).await;
    let mut frames = house.frames().await;
    assert!(
        tokio::time::timeout(A_WHILE, frames.next()).await.is_err(),
        "frames go on after the last viewer left"
    );
}

#[tokio::test]
async fn a_camera_without_linger_closes_at_once_and_opens_again_for_the_next_viewer() {
    let house = House::with(&[("CAPTURE_LINGER", "0s")], &[]).await;
    house.viewer(80).await.leave(SOON).await;
    house.await_camera(false, SOON).await;
    let _again = house.viewer(80).await;
    house.await_camera(true, SOON).await;
}
