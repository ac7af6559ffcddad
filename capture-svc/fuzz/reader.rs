//! What must hold of the reader of JPEGs, for any bytes and however they come.

use super::{Found, JpegReader};

/// Small enough that a fuzzer reaches it.
const LARGEST: usize = 4096;

/// All that is found when the bytes come `step` at a time.
fn found(bytes: &[u8], step: usize) -> (Vec<Vec<u8>>, Vec<u64>) {
    let mut reader = JpegReader::new(LARGEST);
    let (mut pictures, mut damaged) = (Vec::new(), Vec::new());
    let mut picture = Vec::new();
    let mut note = |reader: &mut JpegReader, found| match found {
        Found::Whole(jpeg) => {
            assert!(reader.find() == Some(found), "it waits to be taken");
            reader.take(jpeg, &mut picture);
            assert!(picture.len() == jpeg.len && jpeg.len <= LARGEST);
            pictures.push(picture.clone());
        }
        Found::Damaged { at } => damaged.push(at),
    };
    for part in bytes.chunks(step) {
        let held = reader.more();
        assert!(held.len() <= LARGEST, "{} bytes are held", held.len());
        held.extend_from_slice(part);
        while let Some(found) = reader.find() {
            note(&mut reader, found);
        }
    }
    while let Some(cut) = reader.cut() {
        note(&mut reader, cut);
        while let Some(found) = reader.find() {
            note(&mut reader, found);
        }
    }
    assert!(reader.came() == bytes.len() as u64);
    (pictures, damaged)
}

/// The first byte says how much comes at once.
pub(crate) fn check(data: &[u8]) {
    let Some((&step, bytes)) = data.split_first() else {
        return;
    };
    let (pictures, damaged) = found(bytes, usize::from(step).max(1));
    let mut from = 0;
    for picture in &pictures {
        assert!(picture.starts_with(&[0xff, 0xd8]) && picture.ends_with(&[0xff, 0xd9]));
        let rest = &bytes[from..];
        let at = rest.windows(picture.len()).position(|part| part == picture);
        from += at.expect("pictures come in their order") + picture.len();
    }
    assert!(damaged.windows(2).all(|pair| pair[0] < pair[1]));
    // How much is dropped with a picture that is too large depends on how it comes; nothing else does.
    if bytes.len() <= LARGEST {
        assert!((pictures, damaged) == found(bytes, bytes.len().max(1)));
    }
}
