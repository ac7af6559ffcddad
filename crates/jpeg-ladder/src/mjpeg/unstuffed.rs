//! A scan's bytes without stuffed zeros and restart markers, so that the reader can take eight at a time unseen.
//!
//! Here a scan ends at the first marker that is not the restart marker due next. Whether that is too early is not asked:
//! only who reads the blocks knows. Source: ITU-T T.81 B.1.1.5.

use std::ops::Range;

use crate::kernel::portable::position_of_ff;

/// The scan's bits without what is not data, by restart intervals.
#[derive(Default)]
pub(super) struct Unstuffed {
    /// Eight zeros follow the data.
    pub(super) bytes: Vec<u8>,
    pub(super) intervals: Vec<Interval>,
    /// The marker that ends the scan; `None` if the buffer ends first.
    pub(super) marker: Option<u8>,
}

/// A restart interval: where it lies in the unstuffed bytes, and where in the frame.
pub(super) struct Interval {
    pub(super) bytes: Range<usize>,
    pub(super) frame: Range<usize>,
    /// The marker that ends it; what stands between is fill bytes.
    pub(super) marker: usize,
}

impl Interval {
    /// The place in the frame of one of its bytes; its end for what lies beyond.
    pub(super) fn place(&self, data: &[u8], byte: usize) -> usize {
        let (mut at, mut count) = (self.frame.start, self.bytes.start);
        while count < byte && at < self.frame.end {
            (at, count) = match data[at..] {
                [0xff, 0, ..] => (at + 2, count + 1),
                // One of several FF before a zero.
                [0xff, ..] => (at + 1, count),
                _ => (at + 1, count + 1),
            };
        }
        at
    }
}

impl Unstuffed {
    /// Takes the scan of a frame, interval by interval, up to the first marker that does not begin the next one, or to
    /// the end of the buffer. Whether that is too early is known when the blocks are read.
    #[inline(always)]
    pub(super) fn read(&mut self, data: &[u8], start: usize) {
        self.bytes.clear();
        self.intervals.clear();
        let mut interval = Interval {
            bytes: 0..0,
            frame: start..start,
            marker: 0,
        };
        let mut at = start;
        self.marker = loop {
            let Some(ff) = position_of_ff(&data[at..]) else {
                self.bytes.extend_from_slice(&data[at..]);
                at = data.len();
                break None;
            };
            self.bytes.extend_from_slice(&data[at..at + ff]);
            at += ff;
            // Any number of FF may stand before a marker.
            let fill = data[at + 1..]
                .iter()
                .take_while(|&&byte| byte == 0xff)
                .count();
            let behind = at + 2 + fill;
            match data.get(behind - 1) {
                Some(0) => self.bytes.push(0xff),
                Some(&number @ 0xd0..=0xd7)
                    if usize::from(number & 7) == self.intervals.len() % 8 =>
                {
                    interval.bytes.end = self.bytes.len();
                    interval.frame.end = at;
                    interval.marker = behind - 2;
                    self.intervals.push(interval);
                    interval = Interval {
                        bytes: self.bytes.len()..0,
                        frame: behind..0,
                        marker: 0,
                    };
                }
                other => break other.copied(),
            }
            at = behind;
        };
        interval.bytes.end = self.bytes.len();
        interval.frame.end = at;
        interval.marker = at;
        self.intervals.push(interval);
        self.bytes.extend_from_slice(&[0; 8]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two intervals with a fill byte between, then the marker `last`, all behind two bytes of something else.
    fn read(last: u8) -> Unstuffed {
        let data = [
            9, 9, 1, 0xff, 0, 2, 0xff, 0xff, 0xd0, 3, 0xff, 0xff, 0, 0xff, last, 5,
        ];
        let mut unstuffed = Unstuffed::default();
        unstuffed.read(&data, 2);
        for (interval, places) in unstuffed
            .intervals
            .iter()
            .zip([[2, 3, 5, 6], [9, 10, 13, 13]])
        {
            let found: [usize; 4] =
                std::array::from_fn(|i| interval.place(&data, interval.bytes.start + i));
            assert_eq!(found, places);
        }
        unstuffed
    }

    #[test]
    fn stuffed_zeros_fill_bytes_and_restart_markers_are_no_data() {
        let unstuffed = read(0xd9);
        assert_eq!(
            unstuffed.bytes,
            [1, 0xff, 2, 3, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]
        );
        let [first, second] = &unstuffed.intervals[..] else {
            panic!("two intervals");
        };
        assert_eq!((first.bytes.clone(), second.bytes.clone()), (0..3, 3..5));
        assert_eq!((first.frame.clone(), second.frame.clone()), (2..6, 9..13));
        assert_eq!((first.marker, second.marker), (7, 13));
        assert_eq!(unstuffed.marker, Some(0xd9));
    }

    #[test]
    fn a_scan_ends_at_any_marker_but_the_restart_marker_due_next() {
        for last in [0xd0, 0xd2, 0xd8, 0xfe, 0x01] {
            let unstuffed = read(last);
            assert_eq!(unstuffed.intervals.len(), 2);
            assert_eq!(unstuffed.marker, Some(last));
        }
        let unstuffed = read(0xd1);
        assert_eq!(unstuffed.intervals.len(), 3);
        assert_eq!(unstuffed.marker, None);
    }
}
