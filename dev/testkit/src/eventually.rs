//! Waiting for a condition instead of sleeping for a guess.

use std::fmt::Debug;
use std::panic::Location;
use std::time::{Duration, Instant};

/// How long [`eventually`] pauses between two looks: short beside every bound that a test sets, long beside a look's cost.
const PAUSE: Duration = Duration::from_millis(10);

/// What a probe may answer: `bool`, `Option<T>` or `Result<T, E>`.
pub trait Attempt {
    /// What [`eventually`] hands back once the probe succeeds.
    type Value;

    /// The value, or why it is not there yet.
    ///
    /// # Errors
    /// The reason in words, shown when time is up.
    fn settle(self) -> Result<Self::Value, String>;
}

impl Attempt for bool {
    type Value = ();
    fn settle(self) -> Result<(), String> {
        self.then_some(()).ok_or_else(|| "still false".to_owned())
    }
}

impl<T> Attempt for Option<T> {
    type Value = T;
    fn settle(self) -> Result<T, String> {
        self.ok_or_else(|| "still None".to_owned())
    }
}

impl<T, E: Debug> Attempt for Result<T, E> {
    type Value = T;
    fn settle(self) -> Result<T, String> {
        self.map_err(|error| format!("still {error:?}"))
    }
}

/// Calls `probe` until it answers `true`, `Some` or `Ok`, and panics at the caller's line with its last answer when that takes
/// longer than `within`. A probe that hangs is cut off at the deadline too.
#[track_caller]
pub fn eventually<P, F>(
    within: Duration,
    mut probe: P,
) -> impl Future<Output = <F::Output as Attempt>::Value>
where
    P: FnMut() -> F,
    F: Future,
    F::Output: Attempt,
{
    let caller = Location::caller();
    let deadline = Instant::now() + within;
    async move {
        let mut last = "no answer yet".to_owned();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, probe())
                .await
                .map(Attempt::settle)
            {
                Ok(Ok(value)) => return value,
                Ok(Err(why)) => last = why,
                Err(_) => last = format!("{last} (and the last look did not come back)"),
            }
            assert!(
                Instant::now() < deadline,
                "{caller}: not within {within:?}: {last}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_probe_is_asked_until_it_has_something() {
        let mut looks = 0;
        let value = eventually(Duration::from_secs(5), || {
            looks += 1;
            let now = looks;
            async move { (now == 3).then_some(now) }
        })
        .await;
        assert_eq!(value, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "still \"no camera\"")]
    async fn the_last_answer_is_in_the_panic() {
        eventually(Duration::from_millis(30), || async {
            Err::<(), _>("no camera")
        })
        .await;
    }

    #[tokio::test]
    #[should_panic(expected = "did not come back")]
    async fn a_probe_that_hangs_is_cut_off() {
        eventually(Duration::from_millis(30), std::future::pending::<bool>).await;
    }
}
