//! The loops over pixels and coefficients, once in plain Rust and once for each instruction set that is worth it.
//!
//! A kernel is a token: to hold one is the proof that the processor has what it needs, so its methods are safe to
//! call. All of them give the same bytes; the tests hold them to it.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod halve;
#[cfg(target_arch = "x86_64")]
mod halve_avx2;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod loops;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(crate) mod packed;
pub(crate) mod portable;
pub(crate) mod squares;
#[cfg(target_arch = "x86_64")]
mod squares_avx2;

pub(crate) use halve::Means;
pub(crate) use loops::{Job, Loops};
pub(crate) use squares::Squares;

/// Which loops do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernel {
    /// Plain Rust; runs everywhere.
    Portable,
    /// Every 64-bit ARM.
    Neon,
    /// x86-64 with AVX2, BMI and MOVBE: Intel since 2013, AMD since 2015.
    Avx2,
    /// x86-64 with AVX-512 BW, VL, VBMI, VBMI2 and VNNI, but symbols one by one: the fastest on AMD's since 2022.
    Avx512NoGather,
    /// The same with gathers, sixteen symbols at once: the fastest on Intel's servers since 2019.
    Avx512,
}

impl Kernel {
    /// All of them, the plainest first.
    pub const ALL: [Self; 5] = [
        Self::Portable,
        Self::Neon,
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
            Self::Neon => "neon",
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
            Self::Neon => cfg!(target_arch = "aarch64"),
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

impl Kernel {
    /// Runs a job with this kernel, or with the portable one where the processor lacks it.
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Portable | Self::Neon => {}
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
        #[cfg(target_arch = "aarch64")]
        if self == Self::Neon {
            return neon::Neon.run(job);
        }
        job.run(portable::Portable)
    }
}

#[cfg(test)]
mod tests;
