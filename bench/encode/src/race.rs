//! Competitors in turns: what each takes for the same work.

use crate::statistics::median;

/// CPU time of this thread in ms.
pub fn cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// One competitor: does the work once and gives the bytes it wrote and, if it is elsewhere, the time it took there.
pub type Run<'a> = Box<dyn FnMut() -> (usize, Option<f64>) + 'a>;

/// Median ms and bytes of each, taken in turns.
pub fn race(runs: &mut [Run<'_>], rounds: usize) -> Vec<(f64, usize)> {
    let mut times = vec![Vec::with_capacity(rounds); runs.len()];
    let mut sizes = vec![0; runs.len()];
    for _ in 0..rounds {
        for (i, run) in runs.iter_mut().enumerate() {
            // Twice, and the second time counts: what ran before must not decide whose caches are warm.
            run();
            let start = cpu_ms();
            let (bytes, elsewhere) = run();
            times[i].push(elsewhere.unwrap_or_else(|| cpu_ms() - start));
            sizes[i] = bytes;
        }
    }
    times
        .iter_mut()
        .zip(sizes)
        .map(|(times, size)| (median(times), size))
        .collect()
}
