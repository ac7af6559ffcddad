//! What is said about cameras, and what silence means.

use super::*;

fn live(fps: f64) -> CameraStatus {
    let golden = include_str!("../../../../crates/wire/golden/status.json");
    let golden: Vec<CameraStatus> = serde_json::from_str(golden).unwrap();
    let live = golden
        .into_iter()
        .find(|status| status.state == CameraState::Live);
    CameraStatus {
        fps,
        ..live.unwrap()
    }
}

#[test]
fn followers_hear_changes_and_not_every_second() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let door: CameraId = "door".parse().unwrap();
    let mut follower = cameras.follow(&door);
    assert_eq!(follower.borrow_and_update().state, CameraState::Offline);
    assert!(!cameras.known(&door));
    cameras.hear(door.clone(), live(34.0), now);
    assert!(follower.has_changed().unwrap() && cameras.known(&door));
    assert_eq!(follower.borrow_and_update().state, CameraState::Live);
    cameras.hear(door.clone(), live(33.8), now);
    assert!(!follower.has_changed().unwrap());
    cameras.hear(door, live(25.0), now);
    assert!(follower.has_changed().unwrap());
}

#[test]
fn three_seconds_of_silence_are_offline() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let camera = CameraId::default();
    cameras.hear(camera.clone(), live(34.0), now);
    let mut follower = cameras.follow(&camera);
    cameras.miss(now + lease::STATUS_OFFLINE);
    assert!(!follower.has_changed().unwrap());
    cameras.miss(now + lease::STATUS_OFFLINE + SILENCE_CHECK);
    assert_eq!(follower.borrow_and_update().state, CameraState::Offline);
    cameras.miss(now + lease::STATUS_OFFLINE + SILENCE_CHECK * 2);
    assert!(!follower.has_changed().unwrap(), "said once");
}

#[test]
fn a_capture_that_stands_by_says_nothing_about_the_camera() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let camera = CameraId::default();
    cameras.hear(camera.clone(), live(34.0), now);
    let standby = CameraStatus {
        state: CameraState::Idle,
        reason: Some(Reason::Standby),
        ..live(0.0)
    };
    cameras.hear(camera.clone(), standby, now);
    assert_eq!(cameras.follow(&camera).borrow().state, CameraState::Live);
}

#[test]
fn a_camera_nobody_has_is_not_remembered_for_ever() {
    let cameras = Cameras::default();
    let ghost: CameraId = "ghost".parse().unwrap();
    let follower = cameras.follow(&ghost);
    cameras.miss(Clock::start().now());
    assert_eq!(cameras.all().len(), 1);
    drop(follower);
    cameras.miss(Clock::start().now());
    assert_eq!(cameras.all().len(), 0);
}
