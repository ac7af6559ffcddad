//! The encoder that a camera has: tables and buffers, kept from frame to frame.

use crate::batch::{EncodePixels, Rungs, Workspace};
use crate::block::Mcu;
use crate::decode;
use crate::error::{Damage, EncodeError};
use crate::header;
use crate::kernel::Kernel;
use crate::mjpeg::{Kind, Reader, Requantise};
use crate::source::{Source, Spec};
use crate::tables::Tables;

/// The encoder: its tables and buffers, to be kept from frame to frame. One for each camera.
pub struct Ladder {
    pub(crate) kernel: Kernel,
    /// By quality; made when first asked for.
    tables: Vec<Option<Box<Tables>>>,
    work: Box<Workspace>,
    reader: Box<Reader>,
}

impl Ladder {
    /// An encoder with the fastest kernel of this processor.
    #[must_use]
    pub fn new() -> Self {
        Self::with_kernel(Kernel::best())
    }

    /// An encoder with a kernel of choice; the portable one stands in where the processor lacks it.
    #[must_use]
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self {
            kernel,
            tables: std::iter::repeat_with(|| None).take(101).collect(),
            work: Box::new(Workspace::new()),
            reader: Box::new(Reader::new()),
        }
    }

    /// Encodes one frame at every quality of `qualities` (1 to 100), each into the buffer at the same place of `out`.
    ///
    /// The buffers are cleared first and keep their capacity. `comment` is a finished COM segment (FF FE, its length,
    /// its text) that is written right after the JFIF APP0, or nothing.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffers are empty then.
    pub fn encode_many(
        &mut self,
        spec: &Spec,
        source: Source<'_>,
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<(), EncodeError> {
        out.iter_mut().for_each(Vec::clear);
        if qualities.len() != out.len() {
            return Err(EncodeError::Outputs {
                qualities: qualities.len(),
                outputs: out.len(),
            });
        }
        if !comment.is_empty() && !is_comment(comment) {
            return Err(EncodeError::Comment);
        }
        for &quality in qualities {
            if !(1..=100).contains(&quality) {
                return Err(EncodeError::Quality(quality));
            }
            self.tables[usize::from(quality)].get_or_insert_with(|| Box::new(Tables::new(quality)));
        }
        let done = match source {
            Source::Mjpeg(data) => self.encode_jpeg(*spec, data, qualities, out, comment),
            _ => self.encode_pixels(*spec, &source, qualities, out, comment),
        };
        for out in out {
            match done {
                Ok(()) => out.extend_from_slice(&header::END),
                Err(_) => out.clear(),
            }
        }
        done
    }

    fn encode_pixels(
        &mut self,
        spec: Spec,
        source: &Source<'_>,
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<(), EncodeError> {
        source.check(spec.width, spec.height)?;
        let mcu = Mcu::new(source.output(spec.sampling));
        let rungs = Rungs {
            qualities,
            tables: &self.tables,
        };
        for (&quality, out) in qualities.iter().zip(&mut *out) {
            header::write(
                out,
                spec.width,
                spec.height,
                mcu,
                rungs.tables(quality),
                comment,
            );
        }
        self.kernel.run(EncodePixels {
            work: &mut self.work,
            source,
            range: spec.range,
            mcu,
            width: usize::from(spec.width),
            height: usize::from(spec.height),
            rungs,
            out,
        });
        Ok(())
    }

    fn encode_jpeg(
        &mut self,
        spec: Spec,
        data: &[u8],
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<(), EncodeError> {
        let damaged = |(at, damage)| EncodeError::Damaged { at, damage };
        match self.reader.begin(data).map_err(damaged)? {
            Kind::Baseline => {}
            Kind::Unread(kind) => return Err(EncodeError::Kind(kind)),
            Kind::Decodable => {
                let picture = decode::decode(data).ok_or(EncodeError::Damaged {
                    at: 0,
                    damage: Damage::Undecodable,
                })?;
                let spec = Spec {
                    width: picture.width,
                    height: picture.height,
                    ..spec
                };
                return self.encode_pixels(spec, &picture.source(), qualities, out, comment);
            }
        }
        let own = self.reader.quality();
        let rungs = Rungs {
            qualities,
            tables: &self.tables,
        };
        for (&quality, out) in qualities.iter().zip(&mut *out) {
            if quality >= own {
                self.reader.write_own_header(data, out, comment);
            } else {
                self.reader
                    .write_header(rungs.tables(quality), out, comment);
            }
        }
        self.kernel
            .run(Requantise {
                work: &mut self.work,
                reader: &mut self.reader,
                data,
                own,
                rungs,
                out,
            })
            .map_err(damaged)
    }
}

impl Default for Ladder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Ladder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ladder")
            .field("kernel", &self.kernel)
            .finish_non_exhaustive()
    }
}

/// Whether the bytes are one whole COM segment.
fn is_comment(bytes: &[u8]) -> bool {
    let [0xff, 0xfe, high, low, ..] = *bytes else {
        return false;
    };
    usize::from(u16::from_be_bytes([high, low])) + 2 == bytes.len()
}
