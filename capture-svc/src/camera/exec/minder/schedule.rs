//! PURE: when which signal is sent to a program that is to end.

use std::time::{Duration, Instant};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// SIGINT, as by Ctrl-C: programs of cameras close them then.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGKILL.
    Kill,
}

/// How long after the order what is done: within 2 s nothing is left.
const GENTLY: [(Duration, Step); 3] = [
    (Duration::ZERO, Step::Interrupt),
    (Duration::from_millis(900), Step::Terminate),
    (Duration::from_millis(1600), Step::Kill),
];

/// A camera that must not look is closed within 200 ms, of which the way here takes a part.
const AT_ONCE: [(Duration, Step); 2] = [
    (Duration::ZERO, Step::Interrupt),
    (Duration::from_millis(80), Step::Kill),
];

/// Who is still there after it (a process that was just begun) is killed again so often.
const AGAIN: Duration = Duration::from_millis(50);

/// The order to end, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// When what comes next is due.
    steps: Vec<(Instant, Step)>,
    begun: bool,
    at_once: bool,
}

impl Schedule {
    /// Begins the end, if it has not begun; `at_once` hurries one that has.
    pub(super) fn begin(&mut self, now: Instant, at_once: bool) {
        if self.begun && (self.at_once || !at_once) {
            return;
        }
        let steps: &[_] = if at_once { &AT_ONCE } else { &GENTLY };
        // The first is done first: taken from the end.
        self.steps = steps
            .iter()
            .rev()
            .map(|(after, step)| (now + *after, *step))
            .collect();
        (self.begun, self.at_once) = (true, at_once);
    }

    /// What is to be done now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Step> {
        let &(at, step) = self.steps.last()?;
        if at > now {
            return None;
        }
        self.steps.pop();
        if self.steps.is_empty() {
            self.steps.push((now + AGAIN, Step::Kill));
        }
        Some(step)
    }

    /// When something is to be done next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.steps.last().map(|(at, _)| *at)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin; no test waits for it to pass"
)]
mod tests {
    use super::*;

    /// What is done at which milliseconds, of an end that begins at 0 and is hurried at `hurried`.
    fn done(at_once: bool, hurried: Option<u64>) -> Vec<(u64, Step)> {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        schedule.begin(start, at_once);
        let mut done = Vec::new();
        for ms in 0..1700 {
            let now = start + Duration::from_millis(ms);
            if hurried == Some(ms) {
                schedule.begin(now, true);
            }
            // A second order of the same kind changes nothing.
            schedule.begin(now, at_once);
            done.extend(schedule.due(now).map(|step| (ms, step)));
        }
        done
    }

    #[test]
    fn a_program_is_asked_twice_and_killed_within_two_seconds() {
        use Step::{Interrupt, Kill, Terminate};
        let all = done(false, None);
        assert_eq!(all[..3], [(0, Interrupt), (900, Terminate), (1600, Kill)]);
        assert_eq!(all[3..], [(1650, Kill)], "again, for who is still there");
    }

    #[test]
    fn who_does_not_want_to_be_seen_waits_for_no_program() {
        assert_eq!(
            done(true, None)[..2],
            [(0, Step::Interrupt), (80, Step::Kill)]
        );
        assert_eq!(
            done(false, Some(500))[..3],
            [
                (0, Step::Interrupt),
                (500, Step::Interrupt),
                (580, Step::Kill)
            ]
        );
    }

    #[test]
    fn nothing_is_due_before_the_order() {
        let mut schedule = Schedule::default();
        assert_eq!(
            (schedule.next(), schedule.due(Instant::now())),
            (None, None)
        );
    }
}
