//! What a frame header and the segments around it say about how a frame is to be read, before a bit of it is.
//!
//! libjpeg's reading decides: what its decoder and the browsers' show is right. A frame that the general decoder (see
//! `decode`) would show otherwise is not given to it; it is refused by the name of its kind.
//! Source: ITU-T T.81 B.2.2; libjpeg's jdmarker.c and `default_decompress_parms` of jdapimin.c.

use crate::block::Mcu;
use crate::error::JpegKind;

/// The most pixels of a frame that is decoded whole, before anything of it is shown: those of a camera of 4K, 4096 by 2304.
/// A progressive one takes 16 bytes a pixel, and of a camera on a network nothing but the frame itself says how many
/// there are.
const DECODED_PIXELS_MAX: u32 = 4096 * 2304;

/// How a frame is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One interleaved baseline scan of grey or YCbCr: [`Segments`](super::Segments) describes it.
    Baseline,
    /// By the general decoder.
    Decodable,
    /// Not at all.
    Unread(JpegKind),
}

/// What APP0 and APP14 say about the colours.
#[derive(Clone, Copy, Default)]
pub(super) struct Colours {
    jfif: bool,
    /// Adobe's number for the transform.
    adobe: Option<u8>,
}

impl Colours {
    /// Takes note of an APP segment.
    pub(super) fn read(&mut self, marker: u8, body: &[u8]) {
        match marker {
            0xe0 if body.len() >= 14 && body.starts_with(b"JFIF\0") => self.jfif = true,
            0xee if body.len() >= 12 && body.starts_with(b"Adobe") => self.adobe = Some(body[11]),
            _ => {}
        }
    }

    /// Whether three components of these names are R, G and B. JFIF knows no others than Y, Cb and Cr, whatever else
    /// stands there.
    fn rgb(self, ids: [u8; 3]) -> bool {
        !self.jfif
            && self
                .adobe
                .map_or(ids == *b"RGB", |transform| transform == 0)
    }

    /// Whether the general decoder thinks so.
    fn rgb_for_decoder(self, ids: [u8; 3]) -> bool {
        ids == *b"RGB" || self.adobe == Some(0)
    }
}

/// A frame header.
#[derive(Clone, Copy, Default)]
pub(super) struct FrameHeader {
    marker: u8,
    precision: u8,
    pub(super) width: u16,
    pub(super) height: u16,
    count: usize,
    /// Of up to four components: name, sampling factors, number of the quantisation table.
    pub(super) ids: [u8; 4],
    sampling: [(usize, usize); 4],
    pub(super) steps: [usize; 4],
}

impl FrameHeader {
    /// Reads what follows SOF's length.
    pub(super) fn read(marker: u8, body: &[u8]) -> Result<Self, ()> {
        let &[precision, h1, h0, w1, w0, count, ref components @ ..] = body else {
            return Err(());
        };
        if components.len() != 3 * usize::from(count) {
            return Err(());
        }
        let mut header = Self {
            marker,
            precision,
            width: u16::from_be_bytes([w1, w0]),
            height: u16::from_be_bytes([h1, h0]),
            count: count.into(),
            ..Self::default()
        };
        for (i, spec) in components.chunks_exact(3).take(4).enumerate() {
            header.ids[i] = spec[0];
            header.sampling[i] = (usize::from(spec[1] >> 4), usize::from(spec[1] & 15));
            header.steps[i] = usize::from(spec[2] & 3);
        }
        Ok(header)
    }

    /// Whether there was one, of a picture.
    pub(super) fn exists(&self) -> bool {
        self.width > 0 && self.height > 0
    }

    /// What kind it is by itself; only [`Kind::Unread`] is final.
    pub(super) fn kind(&self) -> Kind {
        let unread = match self.marker {
            0xc3 => JpegKind::Lossless,
            0xc5..=0xc7 => JpegKind::Hierarchical,
            0xc9..=0xcf => JpegKind::Arithmetic,
            _ if self.precision != 8 => JpegKind::Precision(self.precision),
            _ if !matches!(self.count, 1 | 3 | 4) => JpegKind::Components(self.count as u8),
            _ if !self.luma_is_finest() => JpegKind::Sampling,
            0xc2 => return Kind::Decodable,
            _ => return Kind::Baseline,
        };
        Kind::Unread(unread)
    }

    /// What kind it is with what the other segments say and a first scan of components of these names.
    pub(super) fn kind_with<'a>(
        &self,
        colours: Colours,
        in_scan: impl ExactSizeIterator<Item = &'a u8>,
    ) -> Kind {
        let kind = self.kind();
        let ids = [self.ids[0], self.ids[1], self.ids[2]];
        let rgb = self.count == 3 && colours.rgb(ids);
        let (first, in_scan) = (self.ids[0], in_scan);
        let scans = in_scan.len() != self.count;
        let in_order = in_scan.take(1).all(|id| *id == first);
        let decoded = match kind {
            Kind::Unread(_) => return kind,
            Kind::Baseline if !scans && !rgb && self.usual() => return kind,
            Kind::Baseline if scans && !(in_order && self.narrow_only()) => JpegKind::Scans,
            _ if self.contradicts(colours) => JpegKind::Colours,
            _ if self.is_large() => JpegKind::Large(self.width, self.height),
            _ => return Kind::Decodable,
        };
        Kind::Unread(decoded)
    }

    /// Whether it has more pixels than are decoded whole.
    fn is_large(&self) -> bool {
        u32::from(self.width) * u32::from(self.height) > DECODED_PIXELS_MAX
    }

    /// Whether the general decoder would see other colours than libjpeg does.
    pub(super) fn contradicts(&self, colours: Colours) -> bool {
        let ids = [self.ids[0], self.ids[1], self.ids[2]];
        self.count == 3 && colours.rgb(ids) != colours.rgb_for_decoder(ids)
    }

    /// The MCU of a frame with one scan.
    pub(super) fn mcu(&self) -> Mcu {
        // A scan of one component has MCUs of one block, whatever the factors say.
        let (across, down) = if self.count == 1 {
            (1, 1)
        } else {
            self.sampling[0]
        };
        Mcu {
            across,
            down,
            colour: self.count > 1,
        }
    }

    fn chroma(&self) -> &[(usize, usize)] {
        self.sampling[..self.count.min(4)].get(1..).unwrap_or(&[])
    }

    /// Whether no component has more samples than the first; twice as many rows are right as well.
    fn luma_is_finest(&self) -> bool {
        let (across, down) = self.sampling[0];
        (self.count != 1 || across * down > 0)
            && self
                .chroma()
                .iter()
                .all(|&(h, v)| h >= 1 && v >= 1 && h <= across && (v <= down || v == 2 * down))
    }

    /// Whether a scan has a block of each colour for some of luma.
    fn usual(&self) -> bool {
        let (across, down) = self.sampling[0];
        self.count == 1
            || (self.count == 3
                && (1..=4).contains(&across)
                && (1..=4).contains(&down)
                && across * down <= 8
                && self.chroma().iter().all(|factors| *factors == (1, 1)))
    }

    /// Whether chroma is coarser in width at most: only then the general decoder puts several scans together rightly.
    fn narrow_only(&self) -> bool {
        self.count == 3
            && self.sampling[0].1 == 1
            && self.chroma().iter().all(|factors| *factors == (1, 1))
    }
}
