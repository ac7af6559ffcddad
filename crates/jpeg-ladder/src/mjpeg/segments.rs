//! The segments of a camera's frame, up to its scan.
//!
//! Cameras leave out what they think is known: no DHT means the standard tables, an APP0 that says AVI1 is as good as
//! none. What stands between two segments is passed over. Source: ITU-T T.81 annex B; USB video class MJPEG payload 1.5;
//! AVI MJPEG DIB format; libjpeg's jdmarker.c.

use std::ops::Range;

use super::frame::{Colours, FrameHeader, Kind};
use super::huffman::Huffman;
use super::markers::{STANDALONE, next_marker, segment_end};
use crate::block::Mcu;
use crate::error::{At, Damage, JpegKind};
use crate::tables::STANDARD_HUFFMAN;

/// What a frame is, by its segments. Huffman tables are kept from frame to frame and made anew when they change.
pub(crate) struct Segments {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) mcu: Mcu,
    /// In the whole frame.
    pub(crate) mcus: usize,
    /// MCUs between restart markers; 0 for none.
    pub(crate) restart: usize,
    pub(crate) components: [Component; 3],
    header: FrameHeader,
    colours: Colours,
    /// By table number, in zigzag order.
    pub(crate) steps: [[u16; 64]; 4],
    /// Those that the frame defines.
    have_steps: [bool; 4],
    pub(crate) dc: [Huffman; 4],
    pub(crate) ac: [Huffman; 4],
    /// Those that the frame defines, by class and number as DHT has it: DC 0x00 to 0x03, AC 0x10 to 0x13.
    have_codes: [bool; 0x14],
    /// What a decoder needs of the segments before SOS.
    pub(crate) needed: Vec<Range<usize>>,
    /// SOS; the scan's bits follow.
    pub(crate) start_of_scan: Range<usize>,
}

/// One component's tables.
#[derive(Clone, Copy, Default)]
pub(crate) struct Component {
    id: u8,
    pub(crate) steps: usize,
    pub(crate) dc: usize,
    pub(crate) ac: usize,
}

impl Segments {
    pub(crate) fn new() -> Self {
        Self {
            width: 0,
            height: 0,
            mcu: Mcu {
                across: 1,
                down: 1,
                colour: false,
            },
            mcus: 0,
            restart: 0,
            components: [Component::default(); 3],
            header: FrameHeader::default(),
            colours: Colours::default(),
            steps: [[0; 64]; 4],
            have_steps: [false; 4],
            dc: std::array::from_fn(|_| Huffman::new()),
            ac: std::array::from_fn(|_| Huffman::new()),
            have_codes: [false; 0x14],
            needed: Vec::new(),
            start_of_scan: 0..0,
        }
    }

    /// Whether the frame uses a Huffman table (numbered as in DHT) that it does not define.
    pub(crate) fn lacks(&self, table: u8) -> bool {
        let class = table >> 4;
        let used = self.components().iter().any(|component| {
            let number = if class == 0 {
                component.dc
            } else {
                component.ac
            };
            number == usize::from(table & 3)
        });
        used && !self.have_codes[usize::from(table)]
    }

    /// See [`FrameHeader::contradicts`].
    pub(super) fn contradicts(&self) -> bool {
        self.header.contradicts(self.colours)
    }

    /// The components that the frame has.
    pub(crate) fn components(&self) -> &[Component] {
        &self.components[..if self.mcu.colour { 3 } else { 1 }]
    }

    /// Reads everything up to the scan.
    pub(crate) fn read(&mut self, data: &[u8]) -> Result<Kind, At> {
        if !data.starts_with(&[0xff, 0xd8]) {
            return Err((0, Damage::NoStart));
        }
        self.restart = 0;
        self.mcus = 0;
        self.header = FrameHeader::default();
        self.colours = Colours::default();
        self.have_steps = [false; 4];
        self.have_codes = [false; 0x14];
        self.needed.clear();
        let mut kind = Kind::Baseline;
        let mut at = 2;
        loop {
            let marker;
            (at, marker) = next_marker(data, at).ok_or((at, Damage::Segment))?;
            if STANDALONE.contains(&marker) {
                at += 2;
                continue;
            }
            let end = segment_end(data, at).ok_or((at, Damage::Segment))?;
            let body = data.get(at + 4..end).unwrap_or_default();
            if marker == 0xda {
                self.start_of_scan = at..end;
                return self.scan(body).map_err(|()| (at, Damage::Segment));
            }
            if let 0xe0..=0xef | 0xfe = marker {
                self.colours.read(marker, body);
            } else {
                let read = self.table(marker, body, kind);
                kind = read.map_err(|damage| (at, damage))?;
                if !body.is_empty() {
                    self.needed.push(at..end);
                }
            }
            if let Kind::Unread(_) = kind {
                return Ok(kind);
            }
            at = end;
        }
    }

    /// Reads a segment that a decoder needs; gives the kind as far as it is known.
    fn table(&mut self, marker: u8, body: &[u8], kind: Kind) -> Result<Kind, Damage> {
        let read = match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => self.frame(marker, body),
            // The general decoder reads its tables itself.
            0xdb | 0xc4 | 0xdd if kind != Kind::Baseline => Ok(kind),
            0xdb => self.quantisation(body).map(|()| kind),
            0xc4 => self.huffman(body).map(|()| kind),
            0xdd => self.restart_interval(body).map(|()| kind),
            0xcc => Ok(Kind::Unread(JpegKind::Arithmetic)),
            0xde => Ok(Kind::Unread(JpegKind::Hierarchical)),
            _ => return Err(Damage::Marker(marker)),
        };
        read.map_err(|()| Damage::Segment)
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<(), ()> {
        while let Some((&id, rest)) = body.split_first() {
            let (wide, number) = (id >> 4, usize::from(id & 3));
            if wide > 1 || id & 0x0c != 0 {
                return Err(());
            }
            let (steps, rest) = rest.split_at_checked(64 << wide).ok_or(())?;
            for (i, step) in self.steps[number].iter_mut().enumerate() {
                *step = match wide {
                    0 => u16::from(steps[i]),
                    _ => u16::from_be_bytes([steps[2 * i], steps[2 * i + 1]]),
                };
                if *step == 0 {
                    return Err(());
                }
            }
            self.have_steps[number] = true;
            body = rest;
        }
        Ok(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), ()> {
        while let Some((&id, rest)) = body.split_first() {
            if id & 0xec != 0 {
                return Err(());
            }
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(())?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(total).ok_or(())?;
            self.huffman_table(id).set(counts, symbols, id < 0x10)?;
            self.have_codes[usize::from(id)] = true;
            body = rest;
        }
        Ok(())
    }

    /// The Huffman table of a number as in DHT.
    fn huffman_table(&mut self, id: u8) -> &mut Huffman {
        let tables = if id < 0x10 {
            &mut self.dc
        } else {
            &mut self.ac
        };
        &mut tables[usize::from(id & 3)]
    }

    fn frame(&mut self, marker: u8, body: &[u8]) -> Result<Kind, ()> {
        // A second one would be of another picture.
        if self.header.exists() {
            return Err(());
        }
        let header = FrameHeader::read(marker, body)?;
        self.header = header;
        if header.kind() != Kind::Baseline {
            return Ok(header.kind());
        }
        (self.width, self.height, self.mcu) = (header.width, header.height, header.mcu());
        for (i, component) in self.components.iter_mut().enumerate() {
            (component.id, component.steps) = (header.ids[i], header.steps[i]);
        }
        let blocks = |pixels: u16, side: usize| usize::from(pixels).div_ceil(8 * side);
        self.mcus = blocks(self.width, self.mcu.across) * blocks(self.height, self.mcu.down);
        Ok(Kind::Baseline)
    }

    fn restart_interval(&mut self, body: &[u8]) -> Result<(), ()> {
        let &[high, low] = body else {
            return Err(());
        };
        self.restart = usize::from(u16::from_be_bytes([high, low]));
        Ok(())
    }

    fn scan(&mut self, body: &[u8]) -> Result<Kind, ()> {
        let (&in_scan, rest) = body.split_first().ok_or(())?;
        // No SOF before it, or its size was nothing.
        if !self.header.exists() || rest.len() != 2 * usize::from(in_scan) + 3 {
            return Err(());
        }
        let specs = rest[..2 * usize::from(in_scan)].chunks_exact(2);
        let ids = specs.clone().map(|spec| &spec[0]);
        let kind = self.header.kind_with(self.colours, ids);
        if kind != Kind::Baseline {
            return Ok(kind);
        }
        for (component, spec) in self.components.iter_mut().zip(specs) {
            if spec[0] != component.id || spec[1] & 0xcc != 0 {
                return Err(());
            }
            component.dc = usize::from(spec[1] >> 4);
            component.ac = usize::from(spec[1] & 15);
            if !self.have_steps[component.steps] {
                return Err(());
            }
        }
        for (id, spec) in STANDARD_HUFFMAN {
            if self.lacks(id) {
                self.huffman_table(id)
                    .set(&spec.counts, spec.symbols, id < 0x10)?;
            }
        }
        // There is no standard table 2 or 3.
        if [0x02, 0x03, 0x12, 0x13]
            .into_iter()
            .any(|id| self.lacks(id))
        {
            return Err(());
        }
        Ok(Kind::Baseline)
    }

    /// The steps of luma, and of the last component if there is more than one.
    pub(crate) fn luma_and_chroma(&self) -> (&[u16; 64], Option<&[u16; 64]>) {
        let steps = |component: usize| &self.steps[self.components[component].steps];
        (steps(0), self.mcu.colour.then(|| steps(2)))
    }
}
