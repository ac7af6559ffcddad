//! The checks of the fuzz target `reader`, with bytes of our own, and what the reader holds.

use super::*;

#[path = "../../../fuzz/reader.rs"]
mod reader;

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&[shade; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .unwrap();
    bytes
}

#[test]
fn any_bytes_are_read_the_same_however_they_come() {
    let parts = [
        picture(10),
        picture(90),
        b"\r\n--x\r\nContent-Type: image/jpeg\r\n\r\n".to_vec(),
    ];
    let mut random = fastrand::Rng::with_seed(29);
    for _ in 0..2000 {
        let mut bytes = vec![random.u8(..)];
        for _ in 0..random.usize(1..6) {
            let part = &parts[random.usize(..parts.len())];
            let cut = random
                .usize(part.len() / 2..=2 * part.len())
                .min(part.len());
            bytes.extend_from_slice(&part[..cut]);
            if random.bool() {
                let at = random.usize(1..bytes.len());
                bytes[at] = [0, 0xff, 0xd8, 0xd9, 0xda][random.usize(..5)];
            }
        }
        reader::check(&bytes);
    }
}

#[test]
fn a_picture_without_an_end_is_damage_and_its_memory_is_given_back() {
    let mut reader = JpegReader::new(1 << 20);
    let whole = picture(60);
    reader.more().extend_from_slice(&whole[..whole.len() - 2]);
    assert_eq!(reader.find(), None);
    let mut damaged = 0;
    for _ in 0..20 {
        reader.more().extend_from_slice(&vec![0; 200_000]);
        while let Some(found) = reader.find() {
            assert_eq!(found, Found::Damaged { at: 0 });
            damaged += 1;
            assert_eq!(reader.ahead.capacity(), 0);
        }
        assert!(reader.ahead.len() <= 1 << 20);
    }
    assert_eq!(damaged, 1);
    reader.more().extend_from_slice(&whole);
    assert!(matches!(reader.find(), Some(Found::Whole(_))));
}

#[test]
fn taking_a_picture_leaves_what_stands_behind_it() {
    for behind in [0, 10, 100_000] {
        let mut reader = JpegReader::new(1 << 20);
        let whole = picture(60);
        reader.more().extend_from_slice(&whole);
        reader.more().resize(whole.len() + behind, b'-');
        reader.more().extend_from_slice(&whole);
        for _ in 0..2 {
            let Some(Found::Whole(found)) = reader.find() else {
                panic!("no picture");
            };
            let mut taken = vec![1; 10];
            reader.take(found, &mut taken);
            assert!(taken == whole);
        }
        assert_eq!(reader.find(), None);
        assert_eq!(reader.came(), (2 * whole.len() + behind) as u64);
    }
}

#[test]
fn a_start_marker_is_found_wherever_it_stands() {
    for at in [0, 1, 4094, 4095, 4096, 8191, 9998] {
        let mut bytes = vec![0; 10_000];
        bytes[at..at + 2].copy_from_slice(&[0xff, 0xd8]);
        assert_eq!(start_marker(&bytes), Some(at));
        bytes[at + 1] = 0;
        assert_eq!(start_marker(&bytes), None, "{at}: half of one");
    }
}
