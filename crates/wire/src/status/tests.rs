//! The golden messages, the longest ones and those of other versions.

use super::*;

#[test]
fn the_golden_messages_are_read_and_written_back_unchanged() {
    let golden: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../golden/status.json")).unwrap();
    for value in golden {
        let status: CameraStatus = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&status).unwrap(), value);
    }
}

#[test]
fn the_longest_words_fit_and_a_longer_message_is_not_read() {
    let golden: Vec<CameraStatus> =
        serde_json::from_str(include_str!("../../golden/status.json")).unwrap();
    let status = CameraStatus {
        camera: "a".repeat(32),
        detail: Some("\u{1}".repeat(10_000)),
        fps: f64::MIN_POSITIVE,
        width: u32::MAX,
        height: u32::MAX,
        qualities: (30..=95).step_by(5).collect(),
        renditions: Some(Rendition::ladder().map(|one| one.to_string()).collect()),
        ..golden[0].clone()
    };
    let mut message = status.clone().to_message().unwrap();
    assert!(
        message.len() <= CameraStatus::MAX_BYTES,
        "{}",
        message.len()
    );
    let read = CameraStatus::of_message(&message).unwrap();
    assert_eq!(read.detail.map(|detail| detail.len()), Some(500));
    message.resize(CameraStatus::MAX_BYTES, b' ');
    assert!(CameraStatus::of_message(&message).is_some());
    message.push(b' ');
    assert!(CameraStatus::of_message(&message).is_none());
    let wide = CameraStatus {
        detail: Some("ü".repeat(600)),
        ..status
    };
    let read = CameraStatus::of_message(&wide.to_message().unwrap()).unwrap();
    assert_eq!(read.detail, Some("ü".repeat(500)));
}

#[test]
fn a_newer_captures_fields_and_reasons_do_not_blind_an_older_reader() {
    let mut value: serde_json::Value =
        serde_json::from_str::<Vec<_>>(include_str!("../../golden/status.json"))
            .unwrap()
            .remove(0);
    value["reason"] = "on_fire".into();
    value["lens_cap"] = true.into();
    let status: CameraStatus = serde_json::from_value(value).unwrap();
    assert_eq!(status.reason, Some(Reason::Unknown));
}

#[test]
fn a_capture_that_knows_no_sizes_makes_full_pictures_of_the_same_quality() {
    let mut value: serde_json::Value =
        serde_json::from_str::<Vec<_>>(include_str!("../../golden/status.json"))
            .unwrap()
            .remove(0);
    let served = |value: &serde_json::Value, name: &str| {
        let status: CameraStatus = serde_json::from_value(value.clone()).unwrap();
        status.served(name.parse().unwrap()).to_string()
    };
    assert_eq!(served(&value, "70s2"), "70s2");
    value.as_object_mut().unwrap().remove("renditions");
    let all = ["70s2", "30s4", "95"].map(|name| served(&value, name));
    assert_eq!(all, ["70", "30", "95"]);
}

#[test]
fn the_nominal_rate_is_never_zero() {
    let mut value: serde_json::Value =
        serde_json::from_str::<Vec<_>>(include_str!("../../golden/status.json"))
            .unwrap()
            .remove(1);
    let rate = |value: &serde_json::Value| {
        let status: CameraStatus = serde_json::from_value(value.clone()).unwrap();
        status.nominal_rate() as u32
    };
    assert_eq!((value["fps"].as_f64(), rate(&value)), (Some(0.0), 30));
    // An older capture says nothing of it.
    value.as_object_mut().unwrap().remove("nominal_fps");
    assert_eq!(rate(&value), 34);
    value["fps"] = 25.0.into();
    assert_eq!(rate(&value), 25);
}

#[test]
fn names_in_metrics_are_the_names_in_messages() {
    use CameraState as S;
    use Reason as R;
    for state in [S::Idle, S::Starting, S::Live, S::Error, S::Offline] {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
    for reason in R::FAULTS.into_iter().chain([R::Privacy, R::Standby]) {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
    for kind in [SourceKind::Webcam, SourceKind::Pattern, SourceKind::File] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
