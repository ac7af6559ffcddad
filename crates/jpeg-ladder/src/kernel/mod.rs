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

use crate::entropy::{BATCH_BLOCKS, Batch, Quantised, Symbols};
use crate::tables::Quant;

/// Which loops do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernel {
    /// Plain Rust; runs everywhere.
    Portable,
    /// x86-64 with AVX2, BMI and MOVBE: Intel since 2013, AMD since 2015.
    Avx2,
    /// x86-64 with AVX-512 BW, VL, VBMI, VBMI2 and VNNI, but symbols one by one: the fastest on AMD's since 2022.
    Avx512NoGather,
    /// The same with gathers, sixteen symbols at once: the fastest on Intel's servers since 2019.
    Avx512,
}

impl Kernel {
    /// All of them, the plainest first.
    pub const ALL: [Self; 4] = [
        Self::Portable,
        Self::Avx2,
        Self::Avx512NoGather,
        Self::Avx512,
    ];

    /// Those that this processor can run, the plainest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    /// Its name in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512NoGather => "avx512-no-gather",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512NoGather | Self::Avx512 => avx512::Avx512::<true>::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512NoGather | Self::Avx512 => false,
        }
    }
}

impl std::fmt::Display for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
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
            Self::Avx512NoGather => {
                if let Some(kernel) = avx512::Avx512::<false>::detect() {
                    return kernel.run(job);
                }
            }
            Self::Avx512 => {
                if let Some(kernel) = avx512::Avx512::<true>::detect() {
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
    /// The largest magnitude in each block's second half, for kernels that [`Divide`] block by block.
    pub(crate) peaks: [u16; BATCH_BLOCKS + 2],
}

/// Which pairs of neighbouring blocks a batch has, and where.
///
/// A description and not an iterator: a closure would not be inlined into functions that may use more instructions.
#[derive(Clone, Copy)]
pub(crate) struct Pairs {
    pub(crate) count: usize,
    /// Pairs on top of each other before the next column: 1 or 2.
    pub(crate) down: usize,
    /// From one of those to the one below it, in samples.
    pub(crate) row: usize,
    /// The first block; from one column's first block to the next one's; from a pair's left block to its right one.
    pub(crate) first: usize,
    pub(crate) column: usize,
    pub(crate) right: usize,
}

impl Pairs {
    /// Where pair `n` begins in the samples, and its left and right block.
    #[inline(always)]
    fn get(&self, n: usize) -> (usize, [usize; 2]) {
        let (column, y) = if self.down == 2 {
            (n / 2, n % 2)
        } else {
            (n, 0)
        };
        let left = self.first + column * self.column + 2 * y;
        (y * self.row + 16 * column, [left, left + self.right])
    }
}

/// What a kernel can do.
pub(crate) trait Loops: Copy {
    /// Transforms pairs of blocks: 16 bytes of each of 8 rows are two blocks side by side.
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    );

    /// Divides a batch by the steps of one quality and finds its symbols.
    fn symbols(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
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

/// What the kernels without AVX-512 do block by block.
pub(crate) trait Divide: Copy {
    /// Divides block `block` by the steps.
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    );

    /// [`Loops::symbols`] in two passes.
    #[inline(always)]
    fn symbols_by_block(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        for (component, block) in batch.scan() {
            self.quantise(batch.coefficients, block, batch.quant(component), quantised);
        }
        symbols.fill(batch, quantised, previous_dc);
    }
}
