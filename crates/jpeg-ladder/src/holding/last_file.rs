//! A quality's scan of before: where each interval's bytes are, and how a new scan takes them over.

/// The last scan that a quality had.
#[derive(Debug, Default)]
pub(super) struct LastFile {
    /// The number of the frame that it is of; 0 if there is none.
    number: u64,
    /// Without what ends the picture.
    scan: Vec<u8>,
    /// Where each interval ends in it, its marker included.
    ends: Vec<usize>,
}

impl LastFile {
    /// Is of no frame any more.
    pub(super) fn forget(&mut self) {
        self.number = 0;
    }

    /// Whether it lacks what an interval has been since the frame of this number.
    #[inline(always)]
    pub(super) fn lacks(&self, changed_at: u64) -> bool {
        changed_at > self.number
    }
}

/// The making of a quality's next scan, interval by interval.
#[derive(Debug)]
pub(super) struct NextFile {
    pub(super) file: Box<LastFile>,
    /// The header, and what is written of the scan.
    pub(super) out: Vec<u8>,
    /// Where the scan begins in `out`.
    start: usize,
    /// The intervals that are written.
    written: usize,
    /// Where the last scan goes on behind them.
    old: usize,
    /// How much of the last scan is in the new one unchanged and in the same place.
    same: usize,
}

impl NextFile {
    /// Goes on behind the header in `out`.
    pub(super) fn new(mut file: Box<LastFile>, out: Vec<u8>, intervals: usize) -> Self {
        if file.number == 0 {
            file.scan.clear();
            file.ends.clear();
            file.ends.resize(intervals, 0);
        }
        Self {
            start: out.len(),
            file,
            out,
            written: 0,
            old: 0,
            same: usize::MAX,
        }
    }

    /// Takes over the bytes of all intervals up to `interval`.
    #[inline(always)]
    pub(super) fn hold_until(&mut self, interval: usize) {
        if self.written == interval {
            return;
        }
        let ends = &mut self.file.ends[self.written..interval];
        let old_end = ends[ends.len() - 1];
        let new = self.out.len() - self.start;
        self.out
            .extend_from_slice(&self.file.scan[self.old..old_end]);
        if new != self.old {
            for end in ends {
                *end = *end - self.old + new;
            }
        }
        self.old = old_end;
        self.written = interval;
    }

    /// Says that `out` now ends where the interval behind the written ones ends: it was coded anew.
    #[inline(always)]
    pub(super) fn coded(&mut self) {
        let end = &mut self.file.ends[self.written];
        // What is in its place from here on is not what was.
        self.same = self.same.min(self.old);
        self.old = *end;
        *end = self.out.len() - self.start;
        self.written += 1;
    }

    /// Takes over the rest; from now on this is the quality's last file, or there is none if it is not kept.
    pub(super) fn finish(&mut self, number: u64, keeps: bool) {
        self.hold_until(self.file.ends.len());
        if !keeps {
            self.file.forget();
            return;
        }
        let scan = &self.out[self.start..];
        let LastFile {
            number: of,
            scan: kept,
            ..
        } = &mut *self.file;
        *of = number;
        if self.same < usize::MAX {
            kept.truncate(self.same);
            kept.extend_from_slice(&scan[self.same..]);
        }
    }
}
