//! The loops over pixels and coefficients, once in plain Rust and once for each instruction set that is worth it.
//!
//! A kernel is a token: to hold one is the proof that the processor has what it needs, so its methods are safe to
//! call. All of them give the same bytes; the tests hold them to it.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod lanes;
pub(crate) mod portable;

use crate::entropy::{BATCH_BLOCKS, Quantised};
use crate::tables::Quant;

/// Which loops do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernel {
    /// Plain Rust; runs everywhere.
    Portable,
    /// x86-64 with AVX2, BMI and MOVBE: Intel since 2013, AMD since 2015.
    Avx2,
    /// x86-64 with AVX-512 BW, VL and VBMI2: Intel's servers since 2019, AMD since 2022.
    Avx512,
}

impl Kernel {
    /// All of them, the plainest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The fastest one that this processor can run.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL
            .into_iter()
            .rev()
            .find(|kernel| kernel.is_available())
            .unwrap_or(Self::Portable)
    }

    /// Whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::Avx512::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }
}

/// Work that is compiled once for each kernel.
pub(crate) trait Job {
    type Output;
    /// Must be `#[inline(always)]`, and so must be all that is hot in it: only then it may use the instructions.
    fn run<K: Loops>(self, kernel: K) -> Self::Output;
}

impl Kernel {
    /// Runs a job with this kernel, or with the portable one where the processor lacks it.
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Portable => {}
            Self::Avx2 => {
                if let Some(kernel) = avx2::Avx2::detect() {
                    return kernel.run(job);
                }
            }
            Self::Avx512 => {
                if let Some(kernel) = avx512::Avx512::detect() {
                    return kernel.run(job);
                }
            }
        }
        job.run(portable::Portable)
    }
}

/// Coefficients scaled by 8 in zigzag order, in the order of the scan, with room for one surplus pair.
#[repr(C, align(64))]
pub(crate) struct Coefficients {
    pub(crate) blocks: [[i16; 64]; BATCH_BLOCKS + 2],
    /// The largest magnitude in each block's second half.
    pub(crate) peaks: [u16; BATCH_BLOCKS + 2],
}

/// What a kernel can do.
pub(crate) trait Loops: Copy {
    /// Transforms pairs of blocks: 16 bytes of each of 8 rows, from the place in `samples` that is named first, are two
    /// blocks side by side and become those that are named second.
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: impl Iterator<Item = (usize, [usize; 2])>,
        coefficients: &mut Coefficients,
    );

    /// Divides block `block` by the steps.
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    );

    /// Appends `bytes` with a zero after every 0xFF.
    fn stuff(self, bytes: &[u8], out: &mut Vec<u8>);

    /// Takes every second byte of `packed`, from `FIRST` on.
    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        portable::luma::<FIRST>(packed, out);
    }

    /// Averages two rows of `.U.V` (or `U.V.`, by `FIRST`) and sorts them into groups of 8 U and 8 V.
    ///
    /// Halves are rounded up. `out` holds 16 bytes for each 32 of the rows, the last ones perhaps in part.
    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        portable::chroma::<FIRST>(above, below, out);
    }
}
