//! A camera's frame passed on by its markers alone.

use jpeg_ladder::{Ladder, Rendition, Sampling, Size, Source};

use crate::common::frames::{CAMERA, with_restarts};
use crate::common::full;
use crate::common::oddities::{broken, shown};
use crate::mjpeg::{COMMENT, SPEC, camera, encode};

fn passed(jpeg: &[u8], qualities: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut out = vec![vec![7]; qualities.len()];
    let done = Ladder::new().pass_through(jpeg, &full(qualities), &mut out, COMMENT);
    assert!(done || out.iter().all(Vec::is_empty));
    done.then_some(out)
}

#[test]
fn a_clean_frame_is_the_same_bytes_as_when_it_is_read_whole() {
    for interval in [0, 1, 3, 7] {
        let frame = with_restarts(interval);
        let mut whole = [Vec::new()];
        Ladder::new()
            .encode_many(
                &SPEC,
                Source::Mjpeg(&frame),
                &full(&[CAMERA]),
                &mut whole,
                COMMENT,
            )
            .expect("a clean frame");
        let files = passed(&frame, &[CAMERA, 90, 100]).expect("a clean frame");
        assert!(files.iter().all(|file| *file == whole[0]), "{interval}");
    }
}

#[test]
fn a_quality_below_the_cameras_own_and_a_bad_call_are_left_to_who_reads_whole() {
    let frame = with_restarts(3);
    assert!(passed(&frame, &[CAMERA - 5, CAMERA]).is_none());
    assert!(passed(&frame, &[101]).is_none());
    assert!(passed(&frame, &[]).is_none());
    assert!(passed(b"no JPEG", &[CAMERA]).is_none());
    let mut out = [Vec::new()];
    assert!(!Ladder::new().pass_through(&frame, &full(&[90, 95]), &mut out, &[]));
    assert!(!Ladder::new().pass_through(&frame, &full(&[90]), &mut out, b"no segment"));
    let half = [Rendition::new(100, Size::Half)];
    assert!(!Ladder::new().pass_through(&frame, &half, &mut out, &[]));
}

#[test]
fn what_is_passed_on_of_odd_frames_is_the_clean_picture() {
    let decoded = |jpeg: &[u8]| jpeg_decoder::Decoder::new(jpeg).decode().ok();
    for interval in [1, 3, 7] {
        let frame = with_restarts(interval);
        let picture = decoded(&frame);
        let (mut count, mut unread) = (0, 0);
        for (name, odd) in shown(&frame) {
            count += 1;
            let Some(files) = passed(&odd, &[CAMERA]) else {
                continue;
            };
            unread += 1;
            // Whoever decodes it passes over what is left over in it; some decoders refuse, and are no judges.
            if let Some(seen) = decoded(&files[0]) {
                assert!(Some(seen) == picture, "{name}, interval {interval}");
            }
            encode(&files[0], &[60]).expect("what is passed on is whole");
        }
        assert!(unread > 10 && unread < count, "{unread} of {count}");
    }
}

#[test]
fn a_frame_whose_markers_show_that_it_is_broken_is_not_passed_on() {
    // Inside of an interval nothing shows before it is read.
    let unseen = ["half an interval", "a code that no table has"];
    for interval in [3, 7] {
        for (name, broken) in broken(&with_restarts(interval)) {
            let shows = !unseen.contains(&name);
            assert_eq!(
                passed(&broken, &[CAMERA]).is_none(),
                shows,
                "{name}, interval {interval}"
            );
        }
    }
}

#[test]
fn a_grey_cameras_quality_is_that_of_its_one_table() {
    let grey = camera(Sampling::Grey);
    assert!(passed(&grey, &[CAMERA - 1]).is_none());
    assert!(passed(&grey, &[CAMERA]).is_some());
}
