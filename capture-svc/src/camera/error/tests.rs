//! What each fault says, and how often a camera is tried again.

use super::*;

fn refused(by_cgroup: bool) -> String {
    CameraError::Permission(Box::new(Permission {
        node: "/dev/video0".into(),
        uid: 10001,
        gids: vec![10001, 27],
        node_uid: 0,
        node_gid: 44,
        mode: 0o660,
        by_cgroup,
    }))
    .to_string()
}

#[test]
fn a_refused_node_names_both_sides_and_the_line_that_mends_it() {
    let words = refused(false);
    for part in [
        "uid 10001",
        "10001,27",
        "0660",
        "group 44",
        "--group-add 44",
        "group_add: ['44']",
        "supplementalGroups: [44]",
    ] {
        assert!(words.contains(part), "{part:?} in {words:?}");
    }
}

#[test]
fn a_refusal_against_the_bits_points_to_the_device_list() {
    assert!(refused(true).contains("device_cgroup_rules: ['c 81:* rmw']"));
}

#[test]
fn a_busy_camera_names_its_holder_where_known() {
    let known = CameraError::Busy {
        node: "/dev/video0".into(),
        holder: Some("ffmpeg (pid 812)".into()),
        twins: Vec::new(),
    };
    assert_eq!(
        known.to_string(),
        "/dev/video0 is in use by ffmpeg (pid 812)"
    );
    let unknown = CameraError::Busy {
        node: "/dev/video0".into(),
        holder: None,
        twins: Vec::new(),
    };
    assert!(unknown.to_string().contains("fuser"));
}

#[test]
fn a_busy_camera_that_has_a_twin_says_whom_it_is_confused_with() {
    let confused = CameraError::Busy {
        node: "/dev/video0".into(),
        holder: Some("capture-svc (pid 812)".into()),
        twins: vec!["/dev/video2".into()],
    };
    let words = confused.to_string();
    for part in [
        "/dev/video0",
        "capture-svc (pid 812)",
        "/dev/video2",
        "same serial number",
        "by-path",
    ] {
        assert!(words.contains(part), "{part:?} in {words:?}");
    }
}

#[test]
fn an_absent_camera_is_looked_for_often_enough_to_be_back_within_three_seconds() {
    for attempt in 1..100 {
        assert!(retry_after(Reason::Unplugged, attempt, 1.0) <= Duration::from_millis(1200));
    }
}

#[test]
fn a_password_is_not_tried_so_often_that_a_camera_locks_us_out() {
    let waits = (1..).map(|attempt| retry_after(Reason::Unauthorized, attempt, 0.0));
    let within: Vec<_> = waits
        .scan(Duration::ZERO, |at, wait| {
            *at += wait;
            (*at < Duration::from_mins(5)).then_some(*at)
        })
        .collect();
    assert!(within.len() < 6, "{within:?}");
    let longest = retry_after(Reason::Unauthorized, u32::MAX, 1.0);
    assert!(longest <= Duration::from_mins(6), "{longest:?}");
}

#[test]
fn retries_never_spin_and_never_stop() {
    let others = |reason: &Reason| *reason != Reason::Unauthorized;
    for reason in Reason::FAULTS.into_iter().filter(others) {
        for attempt in [1, 2, 3, 10, 1000, u32::MAX] {
            for jitter in [0.0, 0.5, 1.0] {
                let wait = retry_after(reason, attempt, jitter);
                assert!(
                    (Duration::from_millis(200)..=Duration::from_secs(6)).contains(&wait),
                    "{reason:?} {attempt} {jitter} {wait:?}"
                );
            }
        }
    }
}
