//! Where each block and each coefficient of a turned frame comes from, and its header.

use super::segments::Segments;
use crate::block::Mcu;
use crate::header;
use crate::interval::{Length, Picture};
use crate::orientation::Orientation;
use crate::tables::ZIGZAG;

/// Where each block and each coefficient of the result comes from.
pub(super) struct Plan {
    orientation: Orientation,
    /// The result.
    pub(super) picture: Picture,
    /// The source's: MCUs in a row, and what one is.
    source_across: usize,
    source_mcu: Mcu,
    /// By zigzag position of the result.
    places: [u8; 64],
    signs: [i16; 64],
}

impl Plan {
    /// `None` if there is no whole MCU on a side that comes to the front.
    pub(super) fn of(segments: &Segments, orientation: Orientation) -> Option<Self> {
        let mcu = segments.mcu;
        let side = |pixels: u16, blocks: usize, reversed: bool| {
            let mcu = 8 * blocks as u16;
            let kept = if reversed { pixels / mcu * mcu } else { pixels };
            (kept > 0).then_some(kept)
        };
        let (from_right, from_bottom) = orientation.reversed();
        let width = side(segments.width, mcu.across, from_right)?;
        let height = side(segments.height, mcu.down, from_bottom)?;
        let (width, height) = orientation.sides((width, height));
        let (across, down) = orientation.sides((mcu.across, mcu.down));
        let turned = Mcu {
            across,
            down,
            colour: mcu.colour,
        };
        let (places, signs) = permutation(orientation);
        Some(Self {
            orientation,
            picture: Picture::new(turned, width, height, Length::Long),
            source_across: usize::from(segments.width).div_ceil(8 * mcu.across),
            source_mcu: mcu,
            places,
            signs,
        })
    }

    /// The place in the source's scan of block `i` of MCU `n` of the result.
    pub(super) fn source(&self, n: usize, i: usize) -> usize {
        let Picture { mcu, geometry, .. } = self.picture;
        let (column, row) = (n % geometry.mcus_across, n / geometry.mcus_across);
        let luma = geometry.luma_blocks;
        // A component's blocks in an MCU, of the result and of the source, and which of the result's it is.
        let ((ours, theirs), (x, y), first) = if i < luma {
            let theirs = (self.source_mcu.across, self.source_mcu.down);
            let place = (i % mcu.across, i / mcu.across);
            (((mcu.across, mcu.down), theirs), place, 0)
        } else {
            (((1, 1), (1, 1)), (0, 0), i)
        };
        let place = (column * ours.0 + x, row * ours.1 + y);
        let sides = (geometry.mcus_across * ours.0, geometry.mcus_down * ours.1);
        let (u, v) = self.orientation.source(place, sides);
        let from = v / theirs.1 * self.source_across + u / theirs.0;
        let within = v % theirs.1 * theirs.0 + u % theirs.0;
        from * geometry.blocks_per_mcu + first + within
    }

    /// One block as it becomes; whether anything is in its second half.
    #[inline(always)]
    pub(super) fn block(&self, from: &[i16; 64], to: &mut [i16; 64]) -> bool {
        if self.orientation.swapped {
            for (i, to) in to.iter_mut().enumerate() {
                *to = from[usize::from(self.places[i])] * self.signs[i];
            }
        } else {
            for (i, to) in to.iter_mut().enumerate() {
                *to = from[i] * self.signs[i];
            }
        }
        to[32..].iter().any(|coefficient| *coefficient != 0)
    }

    /// Everything before the first bit: the camera's quantisation, the standard Huffman tables.
    pub(super) fn write_header(&self, segments: &Segments, out: &mut Vec<u8>) {
        out.extend_from_slice(&header::START);
        let components = segments.components();
        let used = |number: usize| components.iter().any(|component| component.steps == number);
        let mut wide = false;
        for number in (0..4).filter(|number| used(*number)) {
            let steps = &segments.steps[number];
            let steps = self.places.map(|place| steps[usize::from(place)]);
            let two = steps.iter().any(|step| *step > 255);
            wide |= two;
            let length = if two { 2 + 1 + 128 } else { 2 + 1 + 64 };
            out.extend_from_slice(&[0xff, 0xdb, 0, length, u8::from(two) << 4 | number as u8]);
            for step in steps {
                out.extend_from_slice(&step.to_be_bytes()[usize::from(!two)..]);
            }
        }
        let count = components.len() as u8;
        let Picture {
            mcu,
            width,
            height,
            geometry,
            ..
        } = self.picture;
        let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
        // Steps of 16 bits are not baseline. Source: ITU-T T.81 B.2.4.1.
        let kind = if wide { 0xc1 } else { 0xc0 };
        out.extend_from_slice(&[0xff, kind, 0, 8 + 3 * count, 8, h1, h0, w1, w0, count]);
        for (id, component) in (1..).zip(components) {
            let factors = if id == 1 {
                (mcu.across << 4 | mcu.down) as u8
            } else {
                0x11
            };
            out.extend_from_slice(&[id, factors, component.steps as u8]);
        }
        header::write_huffman(out, |table| mcu.colour || matches!(table, 0x00 | 0x10));
        let [high, low] = (geometry.interval_mcus as u16).to_be_bytes();
        out.extend_from_slice(&[0xff, 0xdd, 0, 4, high, low]);
        out.extend_from_slice(&[0xff, 0xda, 0, 6 + 2 * count, count]);
        for id in 1..=count {
            out.extend_from_slice(&[id, if id == 1 { 0 } else { 0x11 }]);
        }
        out.extend_from_slice(&[0, 63, 0]);
    }
}

/// By zigzag position of the result: the source's, and the sign.
fn permutation(orientation: Orientation) -> ([u8; 64], [i16; 64]) {
    let places = ZIGZAG.map(|place| {
        let (row, column) = (place >> 3, place & 7);
        let (column, row) = orientation.sides((column, row));
        let from = row << 3 | column;
        let at = ZIGZAG.iter().position(|other| *other == from);
        at.expect("it has all 64") as u8
    });
    let signs = ZIGZAG.map(|place| {
        let odd_column = orientation.across && place & 1 != 0;
        let odd_row = orientation.down && place >> 3 & 1 != 0;
        if odd_column == odd_row { 1 } else { -1 }
    });
    (places, signs)
}
