//! The pictures of an `.mjpeg` file, one after the other and then from the beginning. Whatever stands between them is
//! stepped over: the part headers of a multipart stream, and pictures that are damaged, which are counted.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use super::super::{
    jpeg::Jpeg,
    jpeg_reader::{Found, JpegReader},
};

/// A JPEG larger than this is none: 8K at quality 100 is smaller.
const LARGEST_JPEG: usize = 64 << 20;

/// How much of the file is read at a time.
const CHUNK: u64 = 256 << 10;

/// How much is read before the caller is asked again: a few milliseconds' worth, so that closing is felt at once.
const CHUNKS_AT_ONCE: u32 = 16;

/// After so much without a whole picture there is none. Bytes and no time: a busy machine looks at as much as an idle one.
const LOOK_AT: u64 = 2 * LARGEST_JPEG as u64;

/// Pictures that were stepped over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Damaged {
    pub(super) count: u32,
    /// Where the last of them begins in the file.
    pub(super) last_at: u64,
}

/// The reader; owns the file's position.
pub(super) struct Pictures {
    file: File,
    reader: JpegReader,
    whole_in_this_turn: u32,
    damaged_in_this_turn: u32,
    /// Pictures of the last whole turn.
    turn: Option<u32>,
    /// Where the look for the next picture began.
    looking: Option<u64>,
    damaged: Damaged,
}

impl Pictures {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            reader: JpegReader::new(LARGEST_JPEG),
            whole_in_this_turn: 0,
            damaged_in_this_turn: 0,
            turn: None,
            looking: None,
            damaged: Damaged::default(),
        }
    }

    /// Looks for the next picture, for a few milliseconds; `None`: not found yet. Asked again before it is
    /// [taken](Self::take), it gives the same one.
    ///
    /// # Errors
    /// Words for a person: the file cannot be read, or there is no picture in it.
    pub(super) fn find(&mut self) -> Result<Option<Jpeg>, String> {
        let begun_at = self.reader.done();
        for _ in 0..CHUNKS_AT_ONCE {
            if let Some(found) = self.find_ahead() {
                self.looking = None;
                return Ok(Some(found));
            }
            self.read()?;
        }
        let here = self.reader.came();
        let from = *self.looking.get_or_insert(begun_at);
        let looked = here - from.min(here);
        if looked < LOOK_AT {
            return Ok(None);
        }
        Err(format!(
            "it holds no whole JPEG within {} MB from byte {from} on",
            looked >> 20
        ))
    }

    /// Moves the picture that was found to `into`.
    pub(super) fn take(&mut self, found: Jpeg, into: &mut Vec<u8>) {
        self.reader.take(found, into);
        self.whole_in_this_turn += 1;
    }

    /// The damage since this was asked last.
    pub(super) fn damaged(&mut self) -> Damaged {
        std::mem::take(&mut self.damaged)
    }

    /// How many pictures the file has, once it was played through.
    pub(super) fn turn(&self) -> Option<u32> {
        self.turn
    }

    fn find_ahead(&mut self) -> Option<Jpeg> {
        loop {
            match self.reader.find()? {
                Found::Whole(found) => return Some(found),
                Found::Damaged { at } => self.note_damage(at),
            }
        }
    }

    fn note_damage(&mut self, at: u64) {
        self.damaged.count += 1;
        self.damaged.last_at = at;
        self.damaged_in_this_turn += 1;
    }

    fn read(&mut self) -> Result<(), String> {
        let read = (&self.file)
            .take(CHUNK)
            .read_to_end(self.reader.more())
            .map_err(|cause| cause.to_string())?;
        if read == 0 {
            self.end()?;
        }
        Ok(())
    }

    /// The end of the file: what began and is not whole is damaged.
    fn end(&mut self) -> Result<(), String> {
        if let Some(Found::Damaged { at }) = self.reader.cut() {
            self.note_damage(at);
            return Ok(());
        }
        if self.whole_in_this_turn == 0 {
            return Err(match self.damaged_in_this_turn {
                0 => "it holds no whole JPEG".into(),
                damaged => format!("it holds no whole JPEG, but {damaged} damaged ones"),
            });
        }
        self.turn = Some(self.whole_in_this_turn);
        (self.whole_in_this_turn, self.damaged_in_this_turn) = (0, 0);
        self.reader.restart();
        self.file
            .seek(SeekFrom::Start(0))
            .map(drop)
            .map_err(|cause| cause.to_string())
    }
}

#[cfg(test)]
mod tests;
