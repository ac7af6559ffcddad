//! A viewer that is read all the time and remembers when each picture came and how old it was.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use testkit::statistics::at_percent;
use testkit::{Closed, Said, Viewer, eventually, read_stamp};
use tokio::task::AbortHandle;

use crate::plan::RECOVERY_WITHIN;

/// Longer than any fault: a viewer that hears nothing goes on waiting.
const NEXT_WITHIN: Duration = Duration::from_secs(3600);
/// A second of pictures: the gateway knows the clocks, and the stream is steady.
const SETTLED_PICTURES: usize = 34;

/// One picture as it was shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shown {
    pub(crate) at: Instant,
    pub(crate) run: u32,
    pub(crate) age: Duration,
}

#[derive(Debug, Default)]
struct Log {
    shown: Vec<Shown>,
    closed: Option<(Instant, Closed)>,
}

/// Ends with its value.
#[derive(Debug)]
pub(crate) struct Watcher {
    log: Arc<Mutex<Log>>,
    task: AbortHandle,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watcher {
    /// Begins to read `viewer`.
    pub(crate) fn of(mut viewer: Viewer) -> Self {
        let log = Arc::new(Mutex::new(Log::default()));
        let heard = Arc::clone(&log);
        let task = tokio::spawn(async move {
            while let Some(said) = viewer.next(NEXT_WITHIN).await {
                let at = Instant::now();
                let mut log = lock(&heard);
                match said {
                    Said::Frame(jpeg) => {
                        let stamp = read_stamp(&jpeg).expect("a good frame");
                        let captured = Duration::from_micros(stamp.captured_at_us);
                        log.shown.push(Shown {
                            at,
                            run: stamp.run,
                            age: wall().saturating_sub(captured),
                        });
                    }
                    Said::Text(_) => {}
                    Said::Closed(closed) => {
                        log.closed = Some((at, closed));
                        return;
                    }
                }
            }
        });
        Self {
            log,
            task: task.abort_handle(),
        }
    }

    /// Waits until pictures flow.
    pub(crate) async fn settled(self) -> Self {
        self.shown(SETTLED_PICTURES).await
    }

    /// Waits until so many pictures were shown.
    pub(crate) async fn shown(self, pictures: usize) -> Self {
        eventually(RECOVERY_WITHIN, || async {
            let count = lock(&self.log).shown.len();
            (count >= pictures).then_some(()).ok_or(count)
        })
        .await;
        self
    }

    /// The first picture that was captured after `then`, once it is there.
    pub(crate) async fn captured_after(&self, then: Instant, within: Duration) -> Shown {
        self.first(within, |shown| shown.at > then + shown.age)
            .await
    }

    /// The first picture of another run than `run` that was captured after `then`.
    pub(crate) async fn of_another_run(&self, run: u32, then: Instant, within: Duration) -> Shown {
        let captured_after = |shown: &Shown| shown.at > then + shown.age;
        self.first(within, |shown| shown.run != run && captured_after(shown))
            .await
    }

    async fn first(&self, within: Duration, wanted: impl Fn(&Shown) -> bool) -> Shown {
        eventually(within, || async {
            let log = lock(&self.log);
            let found = log.shown.iter().find(|shown| wanted(shown)).copied();
            found.ok_or_else(|| format!("{} pictures, closed: {:?}", log.shown.len(), log.closed))
        })
        .await
    }

    /// The last picture so far.
    pub(crate) fn last(&self) -> Shown {
        *lock(&self.log).shown.last().expect("a settled watcher")
    }

    /// When and how the gateway said goodbye.
    pub(crate) async fn closed(&self, within: Duration) -> (Instant, Closed) {
        eventually(within, || async { lock(&self.log).closed.clone() }).await
    }

    /// The longest time without a new picture from `from` until now.
    pub(crate) fn gap_since(&self, from: Instant) -> Duration {
        gap(&lock(&self.log).shown, from, Instant::now())
    }

    /// The age of the oldest picture shown since `from`.
    pub(crate) fn oldest_since(&self, from: Instant) -> Duration {
        self.ages_since(from).last().copied().unwrap_or_default()
    }

    /// The age that 99 of 100 pictures since `from` did not exceed.
    pub(crate) fn p99_since(&self, from: Instant) -> Duration {
        at_percent(&self.ages_since(from), 99).expect("pictures since then")
    }

    fn ages_since(&self, from: Instant) -> Vec<Duration> {
        let log = lock(&self.log);
        let since = log.shown.iter().filter(|shown| shown.at >= from);
        let mut ages: Vec<Duration> = since.map(|shown| shown.age).collect();
        ages.sort_unstable();
        ages
    }
}

/// Between two pictures, or between the last one and `to`; what was over before `from` does not count.
fn gap(shown: &[Shown], from: Instant, to: Instant) -> Duration {
    let first = shown.partition_point(|shown| shown.at < from);
    let begin = first.checked_sub(1).map_or(from, |last| shown[last].at);
    let times = std::iter::once(begin)
        .chain(shown[first..].iter().map(|shown| shown.at.min(to)))
        .chain(std::iter::once(to));
    let times: Vec<Instant> = times.collect();
    let gaps = times
        .windows(2)
        .map(|pair| pair[1].saturating_duration_since(pair[0]));
    gaps.max().unwrap_or_default()
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wall() -> Duration {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_the_longest_time_between_two_pictures_or_until_now() {
        let start = Instant::now();
        let ms = |ms| start + Duration::from_millis(ms);
        let shown: Vec<Shown> = [0, 400, 430, 460, 560]
            .map(|at| Shown {
                at: ms(at),
                run: 1,
                age: Duration::ZERO,
            })
            .to_vec();
        let gap = |from, to| gap(&shown, ms(from), ms(to)).as_millis();
        assert_eq!(gap(440, 570), 100);
        assert_eq!(gap(410, 900), 340, "until now");
        assert_eq!(gap(300, 900), 400, "begun before the fault");
        assert_eq!(gap(401, 470), 30);
    }
}
