//! The checks of the fuzz target `recording`, with bytes of our own, and how far is looked for a picture.

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
fn a_picture_is_found_behind_as_much_as_one_can_be_and_no_further() {
    let scratch = testkit::Scratch::new("far");
    let path = scratch.path().join("far.mjpeg");
    for (before, found) in [(LOOK_AT / 2, true), (2 * LOOK_AT, false)] {
        let mut file = File::create(&path).unwrap();
        file.set_len(before).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        std::io::Write::write_all(&mut file, &picture(10)).unwrap();
        let mut pictures = Pictures::new(File::open(&path).unwrap());
        let end = loop {
            match pictures.find() {
                Ok(None) => {}
                Ok(Some(_)) => break true,
                Err(words) => {
                    assert!(words.contains("128 MB from byte 0 on"), "{words}");
                    break false;
                }
            }
        };
        assert_eq!(end, found, "{before}");
    }
}
