//! Two threads for one frame, where one core would not be enough: each takes half of the qualities.
//!
//! By qualities and not by bands of rows: the files stay the same bytes, without restart markers. The price is that both
//! read and transform the frame, which is little against seven qualities. The second thread lives as long as the call:
//! so it may borrow the frame, and nobody has to own it. Starting it costs some 50 µs, against tens of ms that it saves.

use crate::error::EncodeError;
use crate::kernel::Kernel;
use crate::ladder::Ladder;
use crate::source::{Source, Spec};

/// An encoder that takes a second thread for frames that are large and wanted at many qualities.
#[derive(Debug)]
pub struct Duo {
    first: Ladder,
    /// Where there is a core for it; made when first needed, with tables and buffers of its own.
    second: Option<Ladder>,
    cores: usize,
    /// The least [`load`] that is shared.
    threshold: usize,
    /// What each of the two has to do; empty between frames, kept for its capacity.
    halves: [Half; 2],
}

#[derive(Debug, Default)]
struct Half {
    qualities: Vec<u8>,
    files: Vec<Vec<u8>>,
}

impl Duo {
    /// An encoder with the fastest kernel, and a second thread if the machine has more than one core.
    #[must_use]
    pub fn new() -> Self {
        let kernel = Kernel::best();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(kernel, cores, threshold(kernel))
    }

    /// One that shares every frame, for measuring.
    #[must_use]
    pub fn always() -> Self {
        Self::with(Kernel::best(), 2, 0)
    }

    fn with(kernel: Kernel, cores: usize, threshold: usize) -> Self {
        Self {
            first: Ladder::with_kernel(kernel),
            second: None,
            cores,
            threshold,
            halves: Default::default(),
        }
    }

    /// Whether two threads take such a frame at so many qualities.
    #[must_use]
    pub fn shares(&self, spec: &Spec, qualities: usize) -> bool {
        self.cores > 1 && qualities > 1 && load(*spec, qualities) >= self.threshold
    }

    /// As [`Ladder::encode_many`], the same bytes.
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
        if !self.shares(spec, qualities.len()) || qualities.len() != out.len() {
            return self
                .first
                .encode_many(spec, source, qualities, out, comment);
        }
        for (i, (&quality, file)) in qualities.iter().zip(&mut *out).enumerate() {
            let half = &mut self.halves[side(i)];
            half.qualities.push(quality);
            half.files.push(std::mem::take(file));
        }
        let [one, two] = &mut self.halves;
        let (kernel, first) = (self.first.kernel, &mut self.first);
        let second = self
            .second
            .get_or_insert_with(|| Ladder::with_kernel(kernel));
        let results = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                second.encode_many(spec, source, &two.qualities, &mut two.files, comment)
            });
            let mine = first.encode_many(spec, source, &one.qualities, &mut one.files, comment);
            let other = other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            [mine, other]
        });
        let mut files = [one.files.drain(..), two.files.drain(..)];
        for (i, file) in out.iter_mut().enumerate() {
            *file = files[side(i)].next().expect("as many as were put in");
        }
        drop(files);
        for half in &mut self.halves {
            half.qualities.clear();
        }
        let done: Result<(), EncodeError> = results.into_iter().collect();
        if done.is_err() {
            out.iter_mut().for_each(Vec::clear);
        }
        done
    }

    /// As [`Ladder::pass_through`]: there is nothing in it for a second thread.
    pub fn pass_through(
        &mut self,
        data: &[u8],
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> bool {
        self.first.pass_through(data, qualities, out, comment)
    }
}

impl Default for Duo {
    fn default() -> Self {
        Self::new()
    }
}

/// Whose quality `i` is: 0 1 1 0, so that neither has all the dearer ones of a rising list.
fn side(i: usize) -> usize {
    usize::from(matches!(i % 4, 1 | 2))
}

/// Pixels times qualities, and once more for what is done once.
fn load(spec: Spec, qualities: usize) -> usize {
    usize::from(spec.width) * usize::from(spec.height) * (qualities + 1)
}

/// What takes about three quarters of the time between two frames at 34 a second on the machine of the README.
fn threshold(kernel: Kernel) -> usize {
    match kernel {
        Kernel::Portable => 16_000_000,
        Kernel::Avx2 | Kernel::Avx512NoGather | Kernel::Avx512 => 64_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Damage, Plane, Range, Sampling};

    const ALL: [u8; 14] = [30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95];

    fn spec(width: u16, height: u16) -> Spec {
        Spec {
            width,
            height,
            sampling: Sampling::S420,
            range: Range::Full,
        }
    }

    #[test]
    fn two_threads_write_the_bytes_of_one() {
        let spec = spec(150, 70);
        let pixels: Vec<u8> = (0..300 * 70u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 / 2 + (i / 300) as u8)
            .collect();
        let yuyv = Source::Yuyv(Plane::new(&pixels, 300));
        let mut camera = [Vec::new()];
        Ladder::new()
            .encode_many(&spec, yuyv, &[85], &mut camera, &[])
            .expect("a good frame");
        let mut duo = Duo::always();
        for source in [yuyv, Source::Mjpeg(&camera[0])] {
            for count in 0..=ALL.len() {
                let (mut ours, mut theirs) = (vec![vec![7]; count], vec![Vec::new(); count]);
                let comment = [0xff, 0xfe, 0, 3, 42];
                duo.encode_many(&spec, source, &ALL[..count], &mut ours, &comment)
                    .expect("a good frame");
                Ladder::new()
                    .encode_many(&spec, source, &ALL[..count], &mut theirs, &comment)
                    .expect("a good frame");
                assert!(ours == theirs, "{count} qualities");
            }
        }
        assert!(duo.second.is_some());
    }

    #[test]
    fn what_is_wrong_is_one_error_and_leaves_no_file_and_the_next_frame_is_good() {
        let spec = spec(64, 48);
        let pixels = vec![90; 128 * 48];
        let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
        let mut out = vec![Vec::new(); ALL.len()];
        let mut duo = Duo::always();
        duo.encode_many(&spec, yuyv, &ALL, &mut out, &[])
            .expect("a good frame");
        let cut = out[13][..out[13].len() - 9].to_vec();
        let error = duo.encode_many(&spec, Source::Mjpeg(&cut), &ALL, &mut out, &[]);
        let short = matches!(
            error,
            Err(EncodeError::Damaged {
                damage: Damage::Short { .. } | Damage::Code { .. },
                ..
            })
        );
        assert!(short, "{error:?}");
        assert!(out.iter().all(Vec::is_empty));
        // Only the second thread has a quality that does not exist.
        let error = duo.encode_many(&spec, yuyv, &[30, 0], &mut out[..2], &[]);
        assert_eq!(error, Err(EncodeError::Quality(0)));
        assert!(out.iter().all(Vec::is_empty));
        let error = duo.encode_many(&spec, yuyv, &ALL, &mut out[..2], &[]);
        assert!(matches!(error, Err(EncodeError::Outputs { .. })));
        duo.encode_many(&spec, yuyv, &ALL, &mut out, &[])
            .expect("a good frame");
    }

    #[test]
    fn files_keep_their_memory() {
        let spec = spec(64, 48);
        let pixels = vec![90; 128 * 48];
        let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
        let mut out = ALL.map(|_| Vec::with_capacity(100_000));
        let memory = out.each_ref().map(|file: &Vec<u8>| file.as_ptr());
        Duo::always()
            .encode_many(&spec, yuyv, &ALL, &mut out, &[])
            .expect("a good frame");
        assert!(
            out.iter()
                .zip(memory)
                .all(|(file, memory)| file.as_ptr() == memory)
        );
    }

    #[test]
    fn one_core_does_what_one_core_can() {
        let shares = |kernel, width, height, count| {
            Duo::with(kernel, 2, threshold(kernel)).shares(&spec(width, height), count)
        };
        for kernel in [Kernel::Avx2, Kernel::Avx512NoGather, Kernel::Avx512] {
            assert!(!shares(kernel, 1280, 720, 14));
            assert!(!shares(kernel, 1920, 1080, 14));
            assert!(!shares(kernel, 3840, 2160, 4));
            assert!(shares(kernel, 3840, 2160, 14));
        }
        assert!(!shares(Kernel::Portable, 1280, 720, 14));
        assert!(shares(Kernel::Portable, 1920, 1080, 14));
        // Without a second core there is nothing to share.
        let mut duo = Duo::with(Kernel::best(), 1, 0);
        let pixels = [90; 128 * 48];
        let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
        duo.encode_many(
            &spec(64, 48),
            yuyv,
            &[40, 60],
            &mut [Vec::new(), Vec::new()],
            &[],
        )
        .expect("a good frame");
        assert!(duo.second.is_none());
    }
}
