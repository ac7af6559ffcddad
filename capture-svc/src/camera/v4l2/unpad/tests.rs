//! Layouts as drivers have them, with and without padding, in one piece of memory and in several.

use super::super::negotiate::understood;
use super::*;

/// What is made of a 4x2 frame in these pieces, of which each has a stride.
fn of(fourcc: [u8; 4], strides: &[u32], pieces: &[&[u8]]) -> Vec<u8> {
    let format = understood(fourcc).expect("a format that is read").0;
    let layout = Layout::new(fourcc, format, (4, 2), strides);
    let mut into = vec![9; 3];
    unpad(pieces.iter().copied(), &layout, &mut into);
    into
}

#[test]
fn padding_between_rows_is_left_out_of_every_plane() {
    let tight: Vec<u8> = (0..12).collect();
    assert_eq!(of(*b"NV12", &[4], &[&tight]), tight);
    assert_eq!(of(*b"NV12", &[0], &[&tight]), tight);
    let padded = [0, 1, 2, 3, 99, 99, 4, 5, 6, 7, 99, 99, 8, 9, 10, 11, 99, 99];
    assert_eq!(of(*b"NV12", &[6], &[&padded]), tight);
    let planes = [0, 1, 2, 3, 99, 99, 4, 5, 6, 7, 99, 99, 8, 9, 99, 10, 11, 99];
    assert_eq!(of(*b"YU12", &[6], &[&planes]), tight);
    // The last row of a buffer may end without its padding.
    assert_eq!(of(*b"YU12", &[6], &[&planes[..17]]), tight);
}

#[test]
fn every_layout_has_its_own_length_of_a_row() {
    // Bytes of a row and how many rows there are, plane by plane, at 6x4; each row is padded to the stride.
    for (fourcc, planes) in [
        (b"YUYV", &[(12, 4)][..]),
        (b"UYVY", &[(12, 4)]),
        (b"GREY", &[(6, 4)]),
        (b"RGB3", &[(18, 4)]),
        (b"BGR3", &[(18, 4)]),
        (b"NV12", &[(6, 4), (6, 2)]),
        (b"YU12", &[(6, 4), (3, 2), (3, 2)]),
    ] {
        let stride = planes[0].0 + 4;
        let (mut padded, mut tight) = (Vec::new(), Vec::new());
        for (at, &(row, rows)) in planes.iter().enumerate() {
            let halved = fourcc == b"YU12" && at > 0;
            for number in 0..rows {
                let mut bytes = vec![(at * 10 + number) as u8; row];
                tight.extend_from_slice(&bytes);
                bytes.resize(if halved { stride / 2 } else { stride }, 99);
                padded.extend_from_slice(&bytes);
            }
        }
        let mut into = Vec::new();
        let format = understood(*fourcc).expect("a format that is read").0;
        let layout = Layout::new(*fourcc, format, (6, 4), &[stride as u32]);
        unpad([&padded[..]].into_iter(), &layout, &mut into);
        assert_eq!(into, tight, "{}", fourcc.escape_ascii());
    }
}

/// Luma 1 to 8, U 20 and 21 (and 22, 23), V 30 and 31 (and 32, 33).
#[test]
fn chroma_is_put_into_our_order() {
    let luma = [1, 2, 3, 4, 5, 6, 7, 8];
    let yuyv = [1, 20, 2, 30, 3, 21, 4, 31, 5, 22, 6, 32, 7, 23, 8, 33];
    let yvyu = [1, 30, 2, 20, 3, 31, 4, 21, 5, 32, 6, 22, 7, 33, 8, 23];
    assert_eq!(of(*b"YVYU", &[8], &[&yvyu]), yuyv);
    let quarter = [&luma[..], &[20, 21, 30, 31]].concat();
    for (fourcc, chroma) in [
        (b"YU12", [20, 21, 30, 31]),
        (b"YV12", [30, 31, 20, 21]),
        (b"NV21", [30, 20, 31, 21]),
    ] {
        let delivered = [&luma[..], &chroma].concat();
        assert_eq!(of(*fourcc, &[4], &[&delivered]), quarter, "{fourcc:?}");
    }
    let half = [&luma[..], &[20, 21, 22, 23, 30, 31, 32, 33]].concat();
    for (fourcc, chroma) in [
        (b"NV16", [20, 30, 21, 31, 22, 32, 23, 33]),
        (b"NV61", [30, 20, 31, 21, 32, 22, 33, 23]),
    ] {
        let delivered = [&luma[..], &chroma].concat();
        assert_eq!(of(*fourcc, &[4], &[&delivered]), half, "{fourcc:?}");
    }
}

#[test]
fn planes_in_pieces_of_their_own_are_put_together() {
    let luma = [1, 2, 3, 4, 99, 5, 6, 7, 8, 99];
    let tight = [1, 2, 3, 4, 5, 6, 7, 8];
    let pairs = [20, 30, 21, 31, 99, 99];
    let nv12 = [&tight[..], &pairs[..4]].concat();
    assert_eq!(of(*b"NM12", &[5, 6], &[&luma, &pairs]), nv12);
    let planar = [&tight[..], &[20, 21, 30, 31]].concat();
    assert_eq!(
        of(*b"YM12", &[5, 2, 3], &[&luma, &[20, 21], &[30, 31, 99]]),
        planar
    );
    assert_eq!(
        of(*b"YM21", &[5, 3, 2], &[&luma, &[30, 31, 99], &[20, 21]]),
        planar
    );
    assert_eq!(of(*b"NM21", &[5, 0], &[&luma, &[30, 20, 31, 21]]), planar);
    // What lies behind a plane's rows is none of its.
    let longer = [&luma[..], &[77; 5]].concat();
    assert_eq!(of(*b"NM12", &[5, 6], &[&longer, &pairs]), nv12);
}

#[test]
fn a_payload_that_is_short_or_empty_stays_so() {
    assert_eq!(of(*b"YUYV", &[8], &[&[1, 2, 3]]), [1, 2, 3]);
    assert_eq!(of(*b"NV12", &[0], &[&[]]), Vec::<u8>::new());
    assert_eq!(of(*b"NM12", &[4, 4], &[&[1; 8]]).len(), 8);
    assert_eq!(of(*b"NV16", &[4], &[&[1; 9]]).len(), 8);
    assert_eq!(of(*b"NV12", &[4], &[]), Vec::<u8>::new());
    assert_eq!(of(*b"MJPG", &[0], &[&[0xff, 0xd8]]), [0xff, 0xd8]);
}
