//! A baseline scan to coefficients.
//!
//! First the stuffed zeros and restart markers are taken out of the bits, so that the reader can take eight bytes at a
//! time without looking at them. What a table does not know, what leads out of a block and what is left over is damage.
//! Source: ITU-T T.81 F.2, B.1.1.5.

use super::At;
use super::huffman::{END_OF_BLOCK, Huffman, extend};
use super::segments::Segments;
use crate::error::Damage;
use crate::kernel::Coefficients;
use crate::kernel::portable::position_of_ff;

/// The scan's bits without what is not data.
#[derive(Default)]
pub(super) struct Unstuffed {
    /// Eight zeros follow the data.
    bytes: Vec<u8>,
    /// Where each restart interval ends.
    ends: Vec<usize>,
    /// Where the marker behind the scan stands in the frame, if there is one.
    end: Option<usize>,
}

impl Unstuffed {
    /// Takes the scan of a frame up to EOI or the end of the buffer.
    #[inline(always)]
    pub(super) fn read(&mut self, data: &[u8], start: usize) -> Result<(), At> {
        self.bytes.clear();
        self.ends.clear();
        self.end = None;
        let mut at = start;
        while let Some(ff) = position_of_ff(&data[at..]) {
            self.bytes.extend_from_slice(&data[at..at + ff]);
            at += ff;
            // Any number of FF may stand before a marker.
            let fill = data[at + 1..]
                .iter()
                .take_while(|&&byte| byte == 0xff)
                .count();
            let marker = at + 1 + fill;
            match data.get(marker) {
                Some(0) => self.bytes.push(0xff),
                // Half an EOI.
                None => {
                    at = data.len();
                    break;
                }
                Some(&number @ 0xd0..=0xd7) => {
                    if usize::from(number & 7) != self.ends.len() % 8 {
                        return Err((at, Damage::Restart));
                    }
                    self.ends.push(self.bytes.len());
                }
                Some(0xd9) => {
                    self.end = Some(at);
                    break;
                }
                Some(&number) => return Err((at, Damage::Marker(number))),
            }
            at = marker + 1;
        }
        if self.end.is_none() {
            self.bytes.extend_from_slice(&data[at..]);
        }
        self.ends.push(self.bytes.len());
        self.bytes.extend_from_slice(&[0; 8]);
        Ok(())
    }

    /// The place in the frame of a byte of ours.
    pub(super) fn place(data: &[u8], start: usize, byte: usize) -> usize {
        let (mut at, mut count) = (start, 0);
        while count < byte && at < data.len() {
            (at, count) = match data[at..] {
                [0xff, 0, ..] => (at + 2, count + 1),
                [0xff, 0xd0..=0xd7, ..] => (at + 2, count),
                [0xff, ..] => (at + 1, count),
                _ => (at + 1, count + 1),
            };
        }
        at
    }

    /// Where the scan ends in the frame, if `used` bytes of ours are in use.
    pub(super) fn end(&self, data: &[u8], start: usize, used: usize) -> usize {
        self.end.unwrap_or_else(|| Self::place(data, start, used))
    }
}

/// The reading of one scan. Errors come with the place in the unstuffed bytes.
pub(super) struct Scan<'a> {
    segments: &'a Segments,
    unstuffed: &'a Unstuffed,
    bits: Bits<'a>,
    /// Which restart interval this is, and the MCUs that it still has.
    interval: usize,
    left: usize,
    done: usize,
    predictions: [i32; 3],
    /// By component: the steps scaled as coefficients are.
    steps: [[i32; 64]; 3],
}

impl<'a> Scan<'a> {
    pub(super) fn new(segments: &'a Segments, unstuffed: &'a Unstuffed) -> Self {
        let mut steps = [[0; 64]; 3];
        for (steps, component) in steps.iter_mut().zip(segments.components()) {
            *steps = segments.steps[component.steps].map(|step| i32::from(step) * 8);
        }
        Self {
            segments,
            unstuffed,
            bits: Bits::new(&unstuffed.bytes, 0),
            interval: 0,
            left: if segments.restart == 0 {
                segments.mcus
            } else {
                segments.restart
            },
            done: 0,
            predictions: [0; 3],
            steps,
        }
    }

    /// Reads the next so many MCUs.
    #[inline(always)]
    pub(super) fn read(&mut self, coefficients: &mut Coefficients, mcus: usize) -> Result<(), At> {
        let mcu = self.segments.mcu;
        let luma = mcu.across * mcu.down;
        let mut block = 0;
        for _ in 0..mcus {
            if self.left == 0 {
                self.next_interval()?;
            }
            let mut magnitudes = 0;
            for i in 0..mcu.blocks() {
                let c = if i < luma { 0 } else { 1 + i - luma };
                let component = &self.segments.components[c];
                let reading = Block {
                    dc: &self.segments.dc[component.dc],
                    ac: &self.segments.ac[component.ac],
                    steps: &self.steps[c],
                };
                let out = &mut coefficients.blocks[block];
                let (last, magnitude) = reading
                    .read(&mut self.bits, &mut self.predictions[c], out)
                    .ok_or_else(|| self.damage(Damage::Code { mcu: self.done }))?;
                magnitudes |= magnitude;
                coefficients.peaks[block] = if last < 32 { 0 } else { u16::MAX };
                block += 1;
            }
            if self.bits.position() > self.unstuffed.ends[self.interval] {
                return Err(self.damage(Damage::Short {
                    mcu: self.done,
                    of: self.segments.mcus,
                }));
            }
            if magnitudes >= LIMIT {
                return Err(self.damage(Damage::Range { mcu: self.done }));
            }
            self.left -= 1;
            self.done += 1;
        }
        Ok(())
    }

    fn damage(&self, damage: Damage) -> At {
        (self.bits.position(), damage)
    }

    #[cold]
    fn next_interval(&mut self) -> Result<(), At> {
        let end = self.unstuffed.ends[self.interval];
        if self.bits.position() != end {
            let bytes = end - self.bits.position();
            return Err(self.damage(Damage::LeftOver { bytes }));
        }
        self.interval += 1;
        if self.interval == self.unstuffed.ends.len() {
            return Err(self.damage(Damage::Short {
                mcu: self.done,
                of: self.segments.mcus,
            }));
        }
        self.bits = Bits::new(&self.unstuffed.bytes, end);
        self.predictions = [0; 3];
        self.left = self.segments.restart;
        Ok(())
    }

    /// Checks that nothing follows; gives the number of bytes used. Zeros may follow where there is no EOI.
    pub(super) fn finish(&self) -> Result<usize, At> {
        let used = self.bits.position();
        let end = self.unstuffed.bytes.len() - 8;
        let padded = self.unstuffed.end.is_none()
            && self.unstuffed.bytes[used..].iter().all(|&byte| byte == 0);
        if used != end && !padded {
            return Err(self.damage(Damage::LeftOver { bytes: end - used }));
        }
        Ok(used)
    }
}

/// No coefficient of 8-bit samples is as large, even if its step was large and it was rounded up; scaled by 8.
const LIMIT: u32 = 2048 * 8;

/// How to read one component's blocks.
struct Block<'a> {
    dc: &'a Huffman,
    ac: &'a Huffman,
    steps: &'a [i32; 64],
}

impl Block<'_> {
    /// Reads a block; gives the place of its last coefficient and a number not less than any magnitude in it.
    /// `None` if the bits are no block.
    #[inline(always)]
    fn read(
        &self,
        bits: &mut Bits<'_>,
        prediction: &mut i32,
        out: &mut [i16; 64],
    ) -> Option<(usize, u32)> {
        *out = [0; 64];
        bits.refill();
        let difference = match self.dc.whole(bits.next) {
            Ok((value, _, length)) => {
                bits.skip(length);
                value
            }
            Err(part) => {
                let (size, length) = self.dc.symbol(part, bits.next)?;
                bits.skip(length);
                if size > 11 {
                    return None;
                }
                bits.value(size.into())
            }
        };
        *prediction += difference;
        let dc = *prediction * self.steps[0];
        // What the DCT of 8-bit samples gives; rounding to large steps may lead a little beyond.
        out[0] = dc.clamp(-8192, 8184) as i16;
        let mut magnitudes = dc.unsigned_abs();
        if magnitudes >= LIMIT {
            return Some((0, magnitudes));
        }
        let mut at = 1;
        loop {
            bits.refill();
            // Two symbols of at most 26 bits each from one refill.
            for _ in 0..2 {
                let value = match self.ac.whole(bits.next) {
                    Ok((value, run, length)) => {
                        bits.skip(length);
                        at += run as usize;
                        if at > 63 {
                            return (run == END_OF_BLOCK)
                                .then(|| (at - END_OF_BLOCK as usize - 1, magnitudes));
                        }
                        value
                    }
                    Err(part) => {
                        let (symbol, length) = self.ac.symbol(part, bits.next)?;
                        bits.skip(length);
                        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                        match (run, size) {
                            (0, 0) => return Some((at - 1, magnitudes)),
                            (15, 0) => {
                                at += 16;
                                continue;
                            }
                            (_, 1..=10) => at += run,
                            _ => return None,
                        }
                        if at > 63 {
                            return None;
                        }
                        bits.value(size)
                    }
                };
                let value = value * self.steps[at];
                magnitudes |= value.unsigned_abs();
                out[at] = value.clamp(-8184, 8184) as i16;
                at += 1;
                if at == 64 {
                    return Some((63, magnitudes));
                }
            }
        }
    }
}

/// The bits to come.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The byte after those in `next`.
    at: usize,
    /// From the top.
    next: u64,
    /// Of `next`, those that are there.
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            next: 0,
            count: 0,
        }
    }

    /// Makes at least 56 bits available; behind the end all are zero.
    #[inline(always)]
    fn refill(&mut self) {
        let word = self.bytes.get(self.at..self.at + 8).map_or(0, |eight| {
            u64::from_be_bytes(eight.try_into().expect("eight bytes"))
        });
        self.next |= word >> self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.next <<= count;
        self.count -= count;
    }

    /// The value of so many bits, 0 to 11.
    #[inline(always)]
    fn value(&mut self, size: u32) -> i32 {
        let bits = (self.next >> 1 >> (63 - size)) as u32;
        self.skip(size);
        extend(bits, size)
    }

    /// The byte after the last one of which a bit was used.
    fn position(&self) -> usize {
        self.at - (self.count >> 3) as usize
    }
}
