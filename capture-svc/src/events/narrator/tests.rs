//! A camera over time, and what is told of it.

use wire::{Reason, SourceKind};

use super::*;
use crate::watching::Why;

fn status(state: CameraState, reason: Option<Reason>) -> CameraStatus {
    CameraStatus {
        camera: "door".into(),
        state,
        reason,
        detail: Some("in words".into()),
        fps: 0.0,
        nominal_fps: 34.0,
        width: 0,
        height: 0,
        source: SourceKind::Webcam,
        format: String::new(),
        run: "00000001".into(),
        qualities: Vec::new(),
        renditions: None,
        changed_ratio: None,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can only be had from the clock; tests add to it"
)]
fn now() -> Instant {
    Instant::now()
}

fn kinds(news: &[News]) -> Vec<(&'static str, Option<&'static str>)> {
    news.iter()
        .map(|news| (news.event.as_str(), news.reason))
        .collect()
}

#[test]
fn a_turn_is_told_once_and_one_that_was_missed_between_two_looks_is_told_by_the_next() {
    let (mut narrator, start) = (Narrator::new(0.02), now());
    let idle = status(CameraState::Idle, None);
    let mut note = |watching| {
        let seen = Seen {
            watching,
            status: &idle,
            changed_ratio: None,
        };
        kinds(&narrator.note(seen, start))
    };
    let at = |on, why, turn| Some(Watching { on, why, turn });
    assert_eq!(note(None), []);
    assert_eq!(
        note(at(false, Why::Started, 0)),
        [("unwatched", Some("started"))]
    );
    assert_eq!(
        note(at(true, Why::Viewer, 1)),
        [("watched", Some("viewer"))]
    );
    assert_eq!(note(at(true, Why::Viewer, 1)), []);
    assert_eq!(
        note(at(true, Why::Viewer, 2)),
        [("watched", Some("viewer"))]
    );
    assert_eq!(
        note(at(false, Why::Privacy, 2)),
        [("unwatched", Some("privacy"))]
    );
}

#[test]
fn a_camera_is_offline_once_and_back_with_its_first_picture() {
    use CameraState::{Error, Idle, Live, Starting};
    let (mut narrator, start) = (Narrator::new(0.02), now());
    let mut note = |state, reason| {
        let status = status(state, reason);
        let seen = Seen {
            watching: None,
            status: &status,
            changed_ratio: None,
        };
        narrator.note(seen, start)
    };
    assert_eq!(note(Live, None), []);
    let offline = note(Error, Some(Reason::Unplugged));
    assert_eq!(kinds(&offline), [("offline", Some("unplugged"))]);
    assert_eq!(offline[0].detail.as_deref(), Some("in words"));
    assert_eq!(note(Error, Some(Reason::Busy)), []);
    assert_eq!(note(Idle, None), [], "nobody wants it any more");
    assert_eq!(note(Starting, None), []);
    assert_eq!(kinds(&note(Live, None)), [("back", None)]);
    assert_eq!(note(Live, None), []);
}

#[test]
fn a_motion_is_over_when_little_has_changed_for_a_while() {
    let (mut narrator, start) = (Narrator::new(0.02), now());
    let live = status(CameraState::Live, None);
    let mut note = |ms, changed_ratio| {
        let seen = Seen {
            watching: None,
            status: &live,
            changed_ratio,
        };
        let news = narrator.note(seen, start + Duration::from_millis(ms));
        (kinds(&news), narrator.next())
    };
    let nothing = (vec![], None);
    assert_eq!(note(0, Some(0.019)), nothing);
    assert_eq!(note(10, Some(0.02)), (vec![("motion", None)], None));
    assert_eq!(note(20, Some(0.011)), nothing, "still enough");
    let over_at = Some(start + Duration::from_millis(30) + CALM_TIME);
    assert_eq!(note(30, Some(0.005)), (vec![], over_at));
    assert_eq!(note(5029, Some(0.005)), (vec![], over_at));
    assert_eq!(note(5029, Some(0.015)), nothing, "it goes on");
    note(6000, Some(0.0));
    assert_eq!(note(11_000, Some(0.0)), (vec![("still", None)], None));
    assert_eq!(note(12_000, Some(0.0)), nothing);
}

#[test]
fn a_motion_ends_with_the_last_who_looks() {
    let (mut narrator, start) = (Narrator::new(0.02), now());
    let live = status(CameraState::Live, None);
    let mut note = |changed_ratio| {
        let seen = Seen {
            watching: None,
            status: &live,
            changed_ratio,
        };
        kinds(&narrator.note(seen, start))
    };
    assert_eq!(note(Some(1.0)), [("motion", None)]);
    assert_eq!(note(None), [("still", Some("unwatched"))]);
    assert_eq!(note(None), []);
}
