//! What must hold of a recording's reader, for any bytes as the file.

use std::fs::File;

use super::Pictures;

/// Turns of at most so many pictures are played.
const MOST: usize = 1000;

/// The pictures of the next turn; none when there is none in the file.
fn turn(pictures: &mut Pictures, count: Option<usize>) -> Vec<Vec<u8>> {
    let mut taken = Vec::new();
    while taken.len() < count.unwrap_or(MOST) && (count.is_some() || pictures.turn().is_none()) {
        match pictures.find() {
            Ok(Some(found)) if count.is_none() && pictures.turn().is_some() => {
                // The first one of the second turn, which is asked for again.
                assert_eq!(pictures.find(), Ok(Some(found)));
            }
            Ok(Some(found)) => {
                let mut picture = Vec::new();
                pictures.take(found, &mut picture);
                assert!(picture.starts_with(&[0xff, 0xd8]) && picture.ends_with(&[0xff, 0xd9]));
                taken.push(picture);
            }
            Ok(None) => {}
            Err(words) => {
                assert!(
                    taken.is_empty() && words.contains("no whole JPEG"),
                    "{words}"
                );
                return taken;
            }
        }
    }
    taken
}

/// `file` holds `bytes`.
pub(crate) fn check(file: File, bytes: &[u8]) {
    let mut pictures = Pictures::new(file);
    let first = turn(&mut pictures, None);
    assert!(first.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    for picture in &first {
        assert!(bytes.windows(picture.len()).any(|part| part == picture));
    }
    if first.is_empty() || first.len() == MOST {
        return;
    }
    assert!(pictures.turn() == Some(first.len() as u32));
    assert!(
        turn(&mut pictures, Some(first.len())) == first,
        "another second turn"
    );
}
