//! PURE: pictures out of what a program writes, whatever it is. The newest whole one is kept.

use super::{
    super::jpeg_reader::{Found, JpegReader},
    frames::{Frames, LostFrame},
};

/// A JPEG of a program that is longer is none: what it costs to wait for its end is bounded.
const LONGEST_JPEG: usize = 16 << 20;

/// Pictures out of what the program writes.
pub(super) enum Content {
    Jpegs {
        reader: JpegReader,
        newest: Vec<u8>,
        whole: bool,
        skipped: u32,
        damaged: u32,
    },
    Frames(Frames),
}

impl Content {
    pub(super) fn jpegs() -> Self {
        Self::Jpegs {
            reader: JpegReader::new(LONGEST_JPEG),
            newest: Vec::new(),
            whole: false,
            skipped: 0,
            damaged: 0,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), LostFrame> {
        match self {
            Self::Frames(frames) => frames.feed(bytes),
            Self::Jpegs {
                reader,
                newest,
                whole,
                skipped,
                damaged,
            } => {
                reader.more().extend_from_slice(bytes);
                while let Some(found) = reader.find() {
                    match found {
                        Found::Whole(found) => {
                            reader.take(found, newest);
                            *skipped += u32::from(std::mem::replace(whole, true));
                        }
                        Found::Damaged { .. } => *damaged += 1,
                    }
                }
                Ok(())
            }
        }
    }

    /// Puts the newest picture that was not taken yet into `into`: how many older ones had to make way for it.
    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> Option<u32> {
        match self {
            Self::Frames(frames) => frames.take(into),
            Self::Jpegs {
                newest,
                whole,
                skipped,
                ..
            } => {
                if !std::mem::take(whole) {
                    return None;
                }
                std::mem::swap(newest, into);
                Some(std::mem::take(skipped))
            }
        }
    }

    /// Takes back a picture, unless a newer one has come.
    pub(super) fn put_back(&mut self, picture: Vec<u8>) {
        if let Self::Jpegs { newest, whole, .. } = self
            && !*whole
        {
            (*newest, *whole) = (picture, true);
        }
    }

    /// Damaged pictures since this was asked last.
    pub(super) fn damaged(&mut self) -> u32 {
        match self {
            Self::Frames(_) => 0,
            Self::Jpegs { damaged, .. } => std::mem::take(damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(shade: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&[shade; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
            .unwrap();
        bytes
    }

    #[test]
    fn of_pictures_that_come_at_once_the_newest_is_taken_and_the_others_are_counted() {
        let mut content = Content::jpegs();
        let part = |shade| {
            [
                b"--x\r\nContent-Type: image/jpeg\r\n\r\n".to_vec(),
                jpeg(shade),
            ]
            .concat()
        };
        let half = jpeg(4).len() / 2;
        content
            .feed(&[part(1), part(2), part(3), jpeg(4)[..half].to_vec()].concat())
            .unwrap();
        let mut taken = Vec::new();
        assert_eq!((content.take(&mut taken), &taken), (Some(2), &jpeg(3)));
        assert_eq!(content.take(&mut taken), None);
        content.feed(&jpeg(4)[half..]).unwrap();
        assert_eq!((content.take(&mut taken), &taken), (Some(0), &jpeg(4)));
    }

    #[test]
    fn a_picture_without_end_is_cut_at_16_mb_and_counted() {
        let mut content = Content::jpegs();
        // Up to its entropy-coded data, which then never ends.
        let picture = jpeg(9);
        content.feed(&picture[..picture.len() - 4]).unwrap();
        for _ in 0..17 {
            content.feed(&vec![0; 1 << 20]).unwrap();
        }
        assert_eq!(content.damaged(), 1);
        content.feed(&picture).unwrap();
        assert_eq!(content.take(&mut Vec::new()), Some(0));
    }

    #[test]
    fn a_picture_that_was_taken_too_early_is_put_back_unless_a_newer_one_came() {
        let mut content = Content::jpegs();
        let mut taken = Vec::new();
        content.put_back(jpeg(1));
        content.put_back(jpeg(2));
        assert_eq!((content.take(&mut taken), &taken), (Some(0), &jpeg(1)));
    }
}
