//! PURE: the JPEGs in bytes that come one after the other, with anything between them: the boundaries and part headers of
//! a multipart stream, whatever is wrong with those, and damage. Holds what has begun and is not whole; where the bytes
//! come from is the caller's.
//!
//! Pictures are found by their own markers and by nothing else: boundaries that are missing, doubled or other than
//! announced, and lengths that are missing or wrong, then make no difference.

use super::jpeg::{Jpeg, Progress, Scan};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A whole picture, which waits to be [taken](JpegReader::take); until then it is found again.
    Whole(Jpeg),
    /// A picture that began and is none, or is too large; it is stepped over.
    Damaged {
        /// Where it began, in bytes since the reader's.
        at: u64,
    },
}

/// The reader.
#[derive(Debug)]
pub(super) struct JpegReader {
    /// A picture larger than this is none.
    largest: usize,
    /// Came and is not used: what stands before `begin` is done with.
    ahead: Vec<u8>,
    begin: usize,
    /// Of the picture that begins at `begin`, if one does.
    scan: Option<Scan>,
    /// Bytes that came before `ahead`.
    passed: u64,
}

impl JpegReader {
    /// A reader of pictures of at most `largest` bytes.
    pub(super) fn new(largest: usize) -> Self {
        Self {
            largest,
            ahead: Vec::new(),
            begin: 0,
            scan: None,
            passed: 0,
        }
    }

    /// Where the next bytes are to be appended. Append less than a few megabytes before all in them is found.
    pub(super) fn more(&mut self) -> &mut Vec<u8> {
        self.forget();
        &mut self.ahead
    }

    /// The next picture or damage in what came; `None`: more must come first.
    pub(super) fn find(&mut self) -> Option<Found> {
        loop {
            let unused = &self.ahead[self.begin..];
            let Some(scan) = &mut self.scan else {
                let Some(start) = start_marker(unused) else {
                    // The last byte may be the first half of a start marker.
                    let half = usize::from(unused.last() == Some(&0xff));
                    self.begin = self.ahead.len() - half;
                    return None;
                };
                self.begin += start;
                self.scan = Some(Scan::default());
                continue;
            };
            match scan.go_on(unused) {
                Progress::Whole(found) if found.len <= self.largest => {
                    return Some(Found::Whole(found));
                }
                Progress::Whole(found) => return Some(self.step_over_damage(found.len)),
                Progress::Unfinished if unused.len() <= self.largest => return None,
                Progress::Unfinished => {
                    let damaged = self.step_over_damage(self.ahead.len() - self.begin);
                    self.forget();
                    // What was kept of it is given back.
                    self.ahead = Vec::new();
                    return Some(damaged);
                }
                Progress::Broken { resume } => return Some(self.step_over_damage(resume)),
            }
        }
    }

    /// Moves the picture that was found to `into`.
    pub(super) fn take(&mut self, found: Jpeg, into: &mut Vec<u8>) {
        into.clear();
        let behind = self.ahead.len() - found.len.min(self.ahead.len());
        if self.begin == 0 && behind < found.len {
            // The buffers change places, and only what stands behind the picture is moved.
            into.extend_from_slice(&self.ahead[found.len..]);
            std::mem::swap(&mut self.ahead, into);
            into.truncate(found.len);
            self.passed += found.len as u64;
            self.scan = None;
        } else {
            into.extend_from_slice(&self.ahead[self.begin..self.begin + found.len]);
            self.step(found.len);
        }
    }

    /// Nothing follows what came so far: a picture that has begun is damaged then, and may hide others if its lengths are
    /// wrong, so that [`Self::find`] is to be asked again. `None`: nothing had begun.
    pub(super) fn cut(&mut self) -> Option<Found> {
        let scan = self.scan.take()?;
        let certain = scan.certain(self.ahead.len() - self.begin);
        Some(self.step_over_damage(certain))
    }

    /// Begins anew: what follows are the first bytes again.
    pub(super) fn restart(&mut self) {
        self.ahead.clear();
        (self.begin, self.passed, self.scan) = (0, 0, None);
    }

    /// How many bytes came.
    pub(super) fn came(&self) -> u64 {
        self.passed + self.ahead.len() as u64
    }

    /// How many of them are done with.
    pub(super) fn done(&self) -> u64 {
        self.passed + self.begin as u64
    }

    fn step_over_damage(&mut self, len: usize) -> Found {
        let at = self.done();
        self.step(len);
        Found::Damaged { at }
    }

    fn step(&mut self, len: usize) {
        self.begin += len;
        self.scan = None;
    }

    /// Drops what is done with.
    fn forget(&mut self) {
        self.passed += self.begin as u64;
        self.ahead.drain(..self.begin);
        self.begin = 0;
    }
}

/// Where the first start marker stands. Whole blocks are passed over first: that is many times quicker than a look at each
/// pair of bytes, where much stands between two pictures.
fn start_marker(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 4096;
    let blocks = (0..bytes.len()).step_by(BLOCK);
    blocks
        .filter(|at| bytes[*at..bytes.len().min(at + BLOCK)].contains(&0xff))
        .find_map(|at| {
            // A marker may begin with the block's last byte.
            let mut pairs = bytes[at..bytes.len().min(at + BLOCK + 1)].windows(2);
            let start = pairs.position(|pair| pair == [0xff, 0xd8]);
            start.map(|start| at + start)
        })
}

#[cfg(test)]
mod tests;
