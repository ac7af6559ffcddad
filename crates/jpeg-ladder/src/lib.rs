//! One frame in, JPEGs at every demanded quality out.
//!
//! Colour conversion and DCT are the same for every quality: here they are done once, and a small batch of blocks is
//! then quantised and coded for each quality while it is still in the cache. The bytes are those that libjpeg-turbo's
//! accurate encoder writes for the same samples and tables.
//!
//! No input or output beyond the buffers given, no allocation per frame after the first; no thread but `Duo`'s; no clock
//! but that of the `race`, once in a process, which finds the fastest kernel.
//! The README has the figures; `ladder` the encoder, `source` the input layouts, `strip` the samples, `kernel` the loops,
//! `symbols` and `bits` the entropy coding, `mjpeg` the frames of cameras that compress.

#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod batch;
mod bits;
mod block;
mod chroma;
mod colour;
mod decode;
mod duo;
mod encode;
mod error;
mod header;
mod hold;
mod holding;
mod interval;
mod kernel;
mod ladder;
mod mjpeg;
mod orientation;
mod race;
mod request;
mod samples;
mod shrink;
#[cfg(any(target_arch = "aarch64", test))]
mod signed_quant;
mod size;
mod smaller;
mod source;
mod span;
mod strip;
mod symbols;
mod tables;
mod transform;

pub use decode::check_decodable;
pub use duo::Duo;
pub use error::{Damage, EncodeError, JpegKind};
pub use hold::HoldSettings;
pub use holding::Intervals;
pub use kernel::Kernel;
pub use ladder::Ladder;
pub use mjpeg::Turner;
pub use orientation::Orientation;
pub use race::Race;
pub use size::{Rendition, Size};
pub use source::{MAX_SIDE, Plane, Range, Sampling, Source, Spec};
