//! Pictures in pieces, damaged, cut and endless, and what is none.

use super::*;

#[tokio::test]
async fn a_part_may_come_in_any_pieces() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    for number in 0..3 {
        let whole = part(&picture(number));
        for piece in whole.chunks(if number == 0 { 1 } else { 17 }) {
            rig.http.send(piece);
        }
        rig.shows(number).await;
    }
    assert_eq!(rig.metrics.dropped_corrupt.get(), 0);
}

#[tokio::test]
async fn pictures_that_are_cut_are_counted_and_hide_none() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    let whole = picture(1);
    rig.http.send(&part(&whole));
    rig.shows(1).await;
    let no_end = part(&whole[..whole.len() - 2]);
    let cut_in_the_header = part(&whole[..100]);
    let cut_by_its_buffer = part(&whole[..whole.len() / 2]);
    for (damaged, cut) in [no_end, cut_in_the_header, cut_by_its_buffer]
        .iter()
        .enumerate()
    {
        let next = damaged as u8 + 2;
        rig.http.send(cut);
        rig.http.send(&part(&picture(next)));
        rig.shows(next).await;
        assert_eq!(rig.metrics.dropped_corrupt.get(), damaged as u64 + 1);
    }
    assert_eq!(rig.metrics.opens.get(), 1);
}

#[tokio::test]
async fn a_camera_that_sends_nothing_whole_is_a_fault_with_words() {
    let whole = picture(1);
    let http = streaming(&MULTIPART);
    http.play(
        vec![part(&whole[..whole.len() - 2])],
        Duration::from_millis(1),
    );
    let rig = Rig::watching(http);
    let fault = rig.fault().await;
    assert_eq!(
        fault.reason,
        Some(wire::Reason::Corrupt),
        "{}",
        fault.detail
    );
    rig.had_one_client();
}

#[tokio::test]
async fn a_part_without_end_costs_a_bounded_memory_and_hides_none() {
    let mut rig = Rig::watching(streaming(&MULTIPART));
    rig.http.send(&part(&picture(1)));
    rig.shows(1).await;
    let whole = picture(2);
    rig.http.send(&part(&whole[..whole.len() - 2]));
    rig.http.send(&vec![0x55; 20 << 20]);
    rig.http
        .play(vec![part(&picture(3))], Duration::from_millis(30));
    rig.shows(3).await;
    // A machine that does not read them before the camera counts as silent has asked it anew, and there is no such part.
    if rig.http.seen().requests.len() == 1 {
        assert_eq!(rig.metrics.dropped_corrupt.get(), 1);
    }
}

#[tokio::test]
async fn what_is_no_picture_is_told_with_its_type_and_what_is_wanted() {
    let page = HttpAnswer::once(&["HTTP/1.1 200 OK", "Content-Type: text/html"], b"<html>");
    let endless = HttpAnswer::stream(&["HTTP/1.1 200 OK", "Content-Type: video/mp4"]);
    let one = HttpAnswer::once(
        &["HTTP/1.1 200 OK", "Content-Type: image/jpeg"],
        &picture(1),
    );
    let missing = HttpAnswer::once(&["HTTP/1.1 404 Not Found"], b"");
    let busy = HttpAnswer::once(&["HTTP/1.1 503 Service Unavailable"], b"");
    for (answer, reason, words) in [
        (page, wire::Reason::Unsupported, "text/html"),
        (endless, wire::Reason::Unsupported, "video/mp4"),
        (one, wire::Reason::Unsupported, "CAPTURE_HTTP_POLL=1s"),
        (missing, wire::Reason::NotFound, "is the path"),
        (busy, wire::Reason::Busy, "another program"),
    ] {
        let http = HttpCamera::start(move |_| answer.clone());
        http.send(&vec![b'x'; 2 << 20]);
        let rig = Rig::watching(http);
        let fault = rig.fault().await;
        assert_eq!(fault.reason, Some(reason), "{}", fault.detail);
        assert!(fault.detail.contains(words), "{}", fault.detail);
        rig.had_one_client();
    }
}
