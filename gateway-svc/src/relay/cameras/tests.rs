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
    let moving = CameraStatus {
        changed_ratio: Some(0.5),
        ..live(33.8)
    };
    cameras.hear(door.clone(), moving, now);
    assert!(!follower.has_changed().unwrap());
    // Who asks is told the newest.
    assert_eq!(follower.borrow().changed_ratio, Some(0.5));
    cameras.hear(door, live(25.0), now);
    assert!(follower.has_changed().unwrap());
}

#[test]
fn three_seconds_of_silence_are_offline() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let camera = CameraId::default();
    cameras.hear(camera.clone(), live(34.0), now);
    let mut follower = cameras.follow(&camera);
    cameras.miss(true, now + lease::STATUS_OFFLINE);
    assert!(!follower.has_changed().unwrap());
    cameras.miss(true, now + lease::STATUS_OFFLINE + SILENCE_CHECK);
    assert_eq!(follower.borrow_and_update().state, CameraState::Offline);
    cameras.miss(true, now + lease::STATUS_OFFLINE + SILENCE_CHECK * 2);
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
    cameras.miss(true, Clock::start().now());
    assert_eq!(cameras.all().len(), 1);
    drop(follower);
    cameras.miss(true, Clock::start().now());
    assert_eq!(cameras.all().len(), 0);
}

fn numbered(number: usize) -> CameraId {
    format!("camera-{number:03}").parse().unwrap()
}

#[test]
fn a_camera_that_was_taken_away_is_forgotten_unless_somebody_follows_it() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let (door, yard) = (numbered(1), numbered(2));
    cameras.hear(door, live(34.0), now);
    cameras.hear(yard.clone(), live(34.0), now);
    let _follower = cameras.follow(&yard);
    cameras.miss(true, now + FORGOTTEN_AFTER);
    assert_eq!(cameras.all().len(), 2);
    cameras.miss(true, now + FORGOTTEN_AFTER + SILENCE_CHECK);
    let left = cameras.all();
    assert!(left.len() == 1 && left[0].0 == yard, "{left:?}");
}

#[test]
fn so_many_names_are_remembered_and_no_more() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    for number in 0..MAX_CAMERAS + 10 {
        cameras.hear(numbered(number), live(34.0), now);
    }
    assert_eq!(cameras.all().len(), MAX_CAMERAS);
    assert!(!cameras.known(&numbered(MAX_CAMERAS)));
    // The others stay current.
    cameras.hear(numbered(0), live(12.0), now);
    assert_eq!(*cameras.all()[0].1, live(12.0));
}

#[test]
fn among_so_many_a_new_camera_takes_the_place_of_the_longest_silent() {
    let (cameras, now) = (Cameras::default(), Clock::start().now());
    let later = now + lease::STATUS_OFFLINE + SILENCE_CHECK;
    for number in 0..MAX_CAMERAS {
        let heard = if number < 2 { now } else { later };
        cameras.hear(numbered(number), live(34.0), heard);
    }
    let follower = cameras.follow(&numbered(0));
    cameras.hear(numbered(900), live(34.0), later);
    assert!(cameras.known(&numbered(900)) && cameras.known(&numbered(0)));
    assert!(
        !cameras.known(&numbered(1)),
        "silent, and nobody follows it"
    );
    cameras.hear(numbered(901), live(34.0), later);
    assert!(
        !cameras.known(&numbered(901)),
        "the only silent one is followed"
    );
    drop(follower);
    cameras.hear(numbered(901), live(34.0), later);
    assert!(cameras.known(&numbered(901)));
}

#[test]
fn a_gateway_that_lost_nats_says_so_and_blames_no_camera() {
    let cameras = Cameras::default();
    let yard: CameraId = "yard".parse().unwrap();
    let asked = cameras.follow(&yard);
    let now = Clock::start().now();
    cameras.miss(true, now);
    assert_eq!(asked.borrow().reason, None);
    cameras.miss(false, now);
    assert_eq!(asked.borrow().state, CameraState::Offline);
    assert_eq!(asked.borrow().reason, Some(Reason::Nats));
    cameras.miss(true, now);
    assert_eq!(asked.borrow().reason, None);
}
