//! Cameras that freeze, end, vanish and come back, and those that never answer.

use std::net::TcpListener;

use wire::Reason;

use super::*;

#[tokio::test]
async fn a_camera_that_freezes_in_the_middle_of_a_picture_is_left_and_asked_anew() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    rig.http.send(&part(&picture(1)));
    rig.shows(1).await;
    let cut = part(&picture(2));
    rig.http.send(&cut[..cut.len() / 2]);
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Stalled));
    assert!(fault.detail.contains("one client only"), "{}", fault.detail);
    // More than once: the first may still go to the connection that is about to be closed.
    rig.http
        .play(vec![part(&picture(3))], Duration::from_millis(50));
    rig.shows(3).await;
    rig.report(|report| report.state == CameraState::Live).await;
    rig.had_one_client();
}

#[tokio::test]
async fn garbage_that_ends_the_stream_is_no_end_for_us() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    rig.http.send(&part(&picture(1)));
    rig.shows(1).await;
    rig.http.send(&[0xff, 0xd8, 0xff, 0x00, 0x12, 0xff, 0xd8]);
    rig.http.pull();
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unreachable), "{}", fault.detail);
    rig.http.plug();
    rig.http.send(&part(&picture(3)));
    rig.shows(3).await;
    rig.had_one_client();
}

#[tokio::test]
async fn a_camera_that_is_off_is_unreachable_and_shown_when_it_is_on() {
    let http = streaming(&MULTIPART);
    http.pull();
    // Only when it is told to a client that it is pulled, it is.
    let refused = async || std::net::TcpStream::connect(http.address()).is_err();
    eventually(HTTP_TEST_TIMEOUT, refused).await;
    let mut rig = Rig::watching(http);
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unreachable));
    assert!(
        fault.detail.contains("cannot be reached"),
        "{}",
        fault.detail
    );
    assert!(fault.detail.contains("refused"), "{}", fault.detail);
    rig.http.plug();
    rig.http.send(&part(&picture(3)));
    rig.shows(3).await;
}

#[tokio::test]
async fn a_name_that_is_none_is_unreachable_with_words() {
    let http = streaming(&MULTIPART);
    let rig = Rig::watching_as(http, "http://camera.invalid/", HttpSettings::default());
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unreachable));
    assert!(
        fault.detail.contains("http://camera.invalid/"),
        "{}",
        fault.detail
    );
}

/// Accepts connections by its kernel alone.
fn deaf() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    (listener, address)
}

#[tokio::test]
async fn a_camera_that_never_answers_is_stalled() {
    let (_deaf, address) = deaf();
    let rig = Rig::watching_as(streaming(&MULTIPART), &address, HttpSettings::default());
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Stalled), "{}", fault.detail);
}

#[tokio::test]
async fn who_waits_for_an_answer_lets_go_at_once_when_nobody_wants_it() {
    let (deaf, address) = deaf();
    let rig = Rig::watching_as(streaming(&MULTIPART), &address, HttpSettings::default());
    let (mut asking, _) = deaf.accept().unwrap();
    rig.camera.set_wanted(false);
    let idle = rig.report(|report| report.state == CameraState::Idle);
    // Much more than it takes, and less than what is waited for an answer.
    let idle = tokio::time::timeout(Duration::from_secs(4), idle).await;
    assert!(idle.is_ok(), "it waits for the answer");
    // Read to its end: the connection is closed, and it asked for nothing but the picture.
    let mut asked = String::new();
    std::io::Read::read_to_string(&mut asking, &mut asked).unwrap_or_default();
    assert!(asked.starts_with("GET / HTTP/1.1\r\n"), "{asked}");
}

#[tokio::test]
async fn a_camera_that_is_stopped_is_closed_while_it_streams() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    rig.http
        .play(vec![part(&picture(1))], Duration::from_millis(20));
    rig.shows(1).await;
    rig.camera.stop();
    tokio::time::timeout(HTTP_TEST_TIMEOUT, rig.camera.stopped())
        .await
        .expect("it ends");
    rig.is_left_alone().await;
}
