//! A baseline scan to coefficients.
//!
//! The rule: what a decoder needs is never spoilt by what follows it. Once the MCUs of a restart interval or of the
//! picture are all there, whatever stands before the next restart marker, before EOI or instead of it is left over:
//! padding, junk, segments, more MCUs than the picture has. It is no damage, as it is none for libjpeg, and it is not
//! passed on. Damage is what libjpeg would show broken: an interval that ends or is broken off before its last MCU, a
//! restart marker that is missing or out of turn, a code that no table has, a coefficient out of all range.
//!
//! One sign tells what is left over from bits that were read out of step: an encoder fills a byte that it ends in with
//! ones (T.81 F.1.2.3). Where something follows and they are not, the blocks before it are damaged.
//! Source: ITU-T T.81 F.2; libjpeg's jdmarker.c (`next_marker`, `jpeg_resync_to_restart`).

use std::ops::Range;

use super::block_reader::{BitReader, BlockReader, Steps};
use super::segments::Segments;
use super::unstuffed::{Interval, Unstuffed};
use crate::block::Coefficients;
use crate::error::{At, Damage};

/// The most blocks that an MCU has.
const MCU_BLOCKS: usize = 10;

/// The reading of one scan. Errors come with the place in the frame.
pub(super) struct Scan<'a> {
    segments: &'a Segments,
    data: &'a [u8],
    unstuffed: &'a Unstuffed,
    /// The parts of the frame that hold the scan without what is left over.
    kept: &'a mut Vec<Range<usize>>,
    /// Where the part begins that is not in `kept` yet.
    keep_from: usize,
    bits: BitReader<'a>,
    /// Which restart interval this is, and the MCUs that it still has.
    interval: usize,
    left: usize,
    done: usize,
    predictions: [i32; 3],
    /// By component.
    steps: [Steps; 3],
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        segments: &'a Segments,
        data: &'a [u8],
        unstuffed: &'a Unstuffed,
        kept: &'a mut Vec<Range<usize>>,
    ) -> Self {
        let steps = |c: usize| Steps::new(&segments.steps[segments.components[c].steps]);
        kept.clear();
        Self {
            segments,
            data,
            unstuffed,
            kept,
            keep_from: segments.start_of_scan.end,
            bits: BitReader::new(&unstuffed.bytes, 0),
            interval: 0,
            left: if segments.restart == 0 {
                segments.mcus
            } else {
                segments.restart
            },
            done: 0,
            predictions: [0; 3],
            steps: std::array::from_fn(steps),
        }
    }

    /// The same, with coefficients as they were quantised, times 8.
    pub(super) fn quantised(mut self) -> Self {
        self.steps = std::array::from_fn(|_| Steps::new(&[1; 64]));
        self
    }

    /// Reads the next so many MCUs.
    #[inline(always)]
    pub(super) fn read(&mut self, coefficients: &mut Coefficients, mcus: usize) -> Result<(), At> {
        let mcu = self.segments.mcu;
        let luma = mcu.across * mcu.down;
        let component = |i: usize| if i < luma { 0 } else { 1 + i - luma };
        let mut dc = [0; MCU_BLOCKS];
        let mut block = 0;
        for _ in 0..mcus {
            if self.left == 0 {
                self.next_interval()?;
            }
            let first = block;
            for (i, dc) in dc.iter_mut().enumerate().take(mcu.blocks()) {
                let c = component(i);
                let component = &self.segments.components[c];
                let reading = BlockReader {
                    dc: &self.segments.dc[component.dc],
                    ac: &self.segments.ac[component.ac],
                };
                let out = &mut coefficients.blocks[block];
                let (difference, last) = reading
                    .read(&mut self.bits, out)
                    .ok_or_else(|| self.broken())?;
                self.predictions[c] = self.predictions[c].wrapping_add(difference);
                *dc = self.predictions[c];
                coefficients.peaks[block] = if last < 32 { 0 } else { u16::MAX };
                block += 1;
            }
            if self.bits.position() > self.interval().bytes.end {
                return Err(self.ran_out());
            }
            let mut within = true;
            for (i, block) in coefficients.blocks[first..block].iter_mut().enumerate() {
                within &= self.steps[component(i)].multiply(block, dc[i]);
            }
            if !within {
                return Err(self.damage(Damage::Range { mcu: self.done }));
            }
            self.left -= 1;
            self.done += 1;
        }
        Ok(())
    }

    fn interval(&self) -> &'a Interval {
        &self.unstuffed.intervals[self.interval]
    }

    /// Where the bits are in the frame.
    fn place(&self) -> usize {
        self.interval().place(self.data, self.bits.position())
    }

    fn damage(&self, damage: Damage) -> At {
        (self.place(), damage)
    }

    /// The bits are no block, perhaps because behind their end only zeros are read.
    #[cold]
    fn broken(&self) -> At {
        if self.bits.position() > self.interval().bytes.end {
            self.ran_out()
        } else {
            self.damage(Damage::Code { mcu: self.done })
        }
    }

    /// The interval ends before its last MCU does, or there is none for the next MCU.
    #[cold]
    fn ran_out(&self) -> At {
        let last = self.interval + 1 == self.unstuffed.intervals.len();
        let damage = match self.unstuffed.marker.filter(|_| last) {
            None | Some(0xd9) => Damage::Short {
                mcu: self.done,
                of: self.segments.mcus,
            },
            Some(0xd0..=0xd7) => Damage::Restart,
            Some(number) => Damage::Marker(number),
        };
        self.damage(damage)
    }

    #[cold]
    fn next_interval(&mut self) -> Result<(), At> {
        if self.interval + 1 == self.unstuffed.intervals.len() {
            return Err(self.ran_out());
        }
        self.leave_out_rest()?;
        self.interval += 1;
        self.bits = BitReader::new(&self.unstuffed.bytes, self.interval().bytes.start);
        self.predictions = [0; 3];
        self.left = self.segments.restart;
        Ok(())
    }

    /// Keeps the frame up to the interval's last block, and goes on at the marker behind what is left over.
    fn leave_out_rest(&mut self) -> Result<(), At> {
        let interval = self.interval();
        let bytes = interval.bytes.end - self.bits.position();
        if bytes > 0 && !self.bits.padded() {
            return Err(self.damage(Damage::LeftOver { bytes }));
        }
        if bytes > 0 || interval.frame.end < interval.marker {
            self.kept.push(self.keep_from..self.place());
            self.keep_from = interval.marker;
        }
        Ok(())
    }

    /// Ends the reading when all MCUs are read; `kept` is then whole.
    pub(super) fn finish(mut self) -> Result<(), At> {
        self.leave_out_rest()?;
        let end = self.interval().frame.end;
        if self.keep_from < end {
            self.kept.push(self.keep_from..end);
        }
        Ok(())
    }
}
