//! Which kernel is the fastest on this processor: a race, once in a process.
//!
//! The widest is not always: what a gather costs, or a branch that is guessed wrongly behind one, differs from maker to
//! maker, and what it will cost tomorrow no table here can know. All kernels write the same bytes, so
//! the choice changes nothing but the time. The race is the one place of the crate that looks at a clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::batch::{EncodeNow, Workspace};
use crate::block::Mcu;
use crate::interval::{Length, Picture};
use crate::kernel::Kernel;
use crate::request::Rungs;
use crate::size::{Rendition, Size};
use crate::source::{Plane, Range, Sampling, Source};
use crate::tables::Tables;
use crate::transform::{Input, Transform};

/// Two batches side by side and two rows of them: what a kernel does for a frame, in some ten microseconds.
const WIDTH: usize = 1024;
const HEIGHT: usize = 32;
/// As of three viewers of unequal lines.
const QUALITIES: [u8; 3] = [40, 60, 80];
/// Each with a strip of its own: a processor soon knows every branch of one that it sees again and again.
const ROUNDS: usize = 9;

/// How long each available kernel took for one strip, and so which is the fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Race {
    times: Vec<(Kernel, Duration)>,
}

impl Race {
    /// This process's race: run by who asks first, which takes some milliseconds, and remembered.
    pub fn get() -> &'static Self {
        static RACE: OnceLock<Race> = OnceLock::new();
        RACE.get_or_init(Self::run)
    }

    /// The kernel with the shortest time; the plainest of equals.
    #[must_use]
    pub fn fastest(&self) -> Kernel {
        self.times
            .iter()
            .min_by_key(|(_, time)| *time)
            .map_or(Kernel::Portable, |&(kernel, _)| kernel)
    }

    /// The available kernels, the plainest first, and the median time of each.
    #[must_use]
    pub fn times(&self) -> &[(Kernel, Duration)] {
        &self.times
    }

    /// Lets the kernels take turns, so that what else the machine does hits all alike, and takes medians.
    fn run() -> Self {
        let strips = strips();
        let kernels: Vec<Kernel> = Kernel::available().collect();
        let mut times = vec![[Duration::ZERO; ROUNDS]; kernels.len()];
        let mut track = Track::new();
        for (round, strip) in strips.chunks_exact(2 * WIDTH * HEIGHT).enumerate() {
            for (&kernel, times) in kernels.iter().zip(&mut times) {
                times[round] = track.time(kernel, strip);
            }
        }
        let median = |mut times: [Duration; ROUNDS]| {
            times.sort_unstable();
            times[ROUNDS / 2]
        };
        Self {
            times: kernels
                .into_iter()
                .zip(times.into_iter().map(median))
                .collect(),
        }
    }
}

impl std::fmt::Display for Race {
    /// `portable 146 µs, avx2 46 µs`: for logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, (kernel, time)) in self.times.iter().enumerate() {
            let comma = if n > 0 { ", " } else { "" };
            write!(f, "{comma}{kernel} {} µs", time.as_micros())?;
        }
        Ok(())
    }
}

impl Kernel {
    /// The fastest one on this processor, by [`Race::get`].
    #[must_use]
    pub fn best() -> Self {
        Race::get().fastest()
    }
}

/// What every run uses again.
struct Track {
    work: Workspace,
    tables: Vec<Option<Box<Tables>>>,
    out: [Vec<u8>; 3],
}

impl Track {
    fn new() -> Self {
        let tables = (0..=100u8)
            .map(|quality| {
                QUALITIES
                    .contains(&quality)
                    .then(|| Box::new(Tables::new(quality)))
            })
            .collect();
        Self {
            work: Workspace::new(),
            tables,
            out: Default::default(),
        }
    }

    /// How long a kernel takes for a strip.
    #[expect(
        clippy::disallowed_methods,
        reason = "a race needs a clock, and its result changes no byte"
    )]
    fn time(&mut self, kernel: Kernel, strip: &[u8]) -> Duration {
        self.out.iter_mut().for_each(Vec::clear);
        let start = Instant::now();
        let mcu = Mcu::new(Sampling::S420);
        let picture = Picture::new(mcu, WIDTH as u16, HEIGHT as u16, Length::Long);
        kernel.run(Transform {
            work: &mut self.work,
            input: Input::Pixels(&Source::Yuyv(Plane::new(strip, 2 * WIDTH)), Range::Full),
            picture,
            half: None,
            sink: Some(EncodeNow {
                picture,
                size: Size::Full,
                rungs: Rungs {
                    renditions: &QUALITIES.map(Rendition::full),
                    tables: &self.tables,
                    own: u8::MAX,
                },
                out: &mut self.out,
            }),
        });
        start.elapsed()
    }
}

/// YUYV as a camera might see it: slopes with edges and a sensor's noise, some ten coefficients a block at quality 80.
fn strips() -> Vec<u8> {
    let mut random = 1u32;
    (0..2 * WIDTH * HEIGHT * ROUNDS)
        .map(|i| {
            let (x, y) = (i % (2 * WIDTH) / 2, i / (2 * WIDTH));
            // Knuth's linear congruential generator; its upper bits are the good ones.
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (random >> 29) + (random >> 26 & 7);
            let slope = (3 * x + 5 * y) / 4 % 96;
            let edge = if (x / 29 + y / 17).is_multiple_of(3) {
                48
            } else {
                0
            };
            if i % 2 == 0 {
                (40 + slope + edge) as u8 + noise as u8
            } else {
                (110 + slope / 8 + edge / 4) as u8 + noise as u8 / 4
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn race(times: &[(Kernel, u64)]) -> Race {
        Race {
            times: times
                .iter()
                .map(|&(kernel, micros)| (kernel, Duration::from_micros(micros)))
                .collect(),
        }
    }

    #[test]
    fn the_shortest_time_wins_and_not_the_widest_register() {
        use Kernel::{Avx2, Avx512, Avx512NoGather, Portable};
        let all = |times: [u64; 4]| {
            race(&[
                (Portable, times[0]),
                (Avx2, times[1]),
                (Avx512NoGather, times[2]),
                (Avx512, times[3]),
            ])
        };
        assert_eq!(all([90, 30, 35, 41]).fastest(), Avx2);
        assert_eq!(all([90, 30, 28, 41]).fastest(), Avx512NoGather);
        assert_eq!(all([90, 30, 28, 25]).fastest(), Avx512);
        assert_eq!(race(&[(Portable, 90), (Avx2, 90)]).fastest(), Portable);
        assert_eq!(race(&[(Portable, 90)]).fastest(), Portable);
        let text = race(&[(Portable, 90), (Avx512NoGather, 28)]).to_string();
        assert_eq!(text, "portable 90 µs, avx512-no-gather 28 µs");
    }

    #[test]
    fn every_available_kernel_runs_and_the_result_stays() {
        let race = Race::get();
        assert!(
            race.times
                .iter()
                .map(|(kernel, _)| *kernel)
                .eq(Kernel::available())
        );
        assert!(race.times.iter().all(|(_, time)| *time > Duration::ZERO));
        assert_eq!(Kernel::best(), race.fastest());
        assert!(std::ptr::eq(race, Race::get()));
    }

    #[test]
    fn every_kernel_does_the_same_work_on_the_strips() {
        let strips = strips();
        let mut track = Track::new();
        let mut first: Option<[Vec<u8>; 3]> = None;
        for kernel in Kernel::available() {
            track.time(kernel, &strips);
            let out = &track.out;
            assert!(first.get_or_insert_with(|| out.clone()) == out, "{kernel}");
        }
        // Bits a pixel at quality 80, as of an ordinary scene.
        let bits = 8 * track.out[2].len() * 100 / (WIDTH * HEIGHT);
        assert!((80..200).contains(&bits), "{bits} hundredths of a bit");
    }
}
