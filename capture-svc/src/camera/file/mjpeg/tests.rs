//! The checks of the fuzz target `recording`, with bytes of our own, and how long is looked for a picture.

use super::*;

#[path = "../../../../fuzz/recording.rs"]
mod recording;

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&[shade; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .unwrap();
    bytes
}

#[test]
fn any_bytes_are_played_the_same_in_every_turn() {
    let scratch = testkit::Scratch::new("any-bytes");
    let path = scratch.path().join("any.mjpeg");
    let parts = [picture(10), picture(90), b"--boundary\r\n".to_vec()];
    let mut random = fastrand::Rng::with_seed(23);
    for _ in 0..200 {
        let mut bytes = Vec::new();
        for _ in 0..random.usize(1..6) {
            let part = &parts[random.usize(..parts.len())];
            let cut = random
                .usize(part.len() / 2..=2 * part.len())
                .min(part.len());
            bytes.extend_from_slice(&part[..cut]);
            if random.bool() {
                let at = random.usize(..bytes.len());
                bytes[at] = [0, 0xff, 0xd8, 0xd9, 0xda][random.usize(..5)];
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        recording::check(File::open(&path).unwrap(), &bytes);
    }
}

#[test]
fn a_machine_that_is_starved_looks_at_as_much_as_a_picture_can_be() {
    let second = Duration::from_secs(1);
    assert!(!looked_enough(4 << 20, second * 2), "hardly begun");
    assert!(!looked_enough(1 << 30, second), "a moment");
    assert!(looked_enough(1 << 30, second * 2));
    assert!(looked_enough(4 << 20, second * 6));
}
