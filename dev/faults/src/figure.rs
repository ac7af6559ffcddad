//! PURE: what was measured in one run of a fault, and in all runs of it together.

use std::time::Duration;

use testkit::statistics::{median, percentile};

/// The longest time without a new picture.
pub(crate) const GAP: &str = "longest gap";
/// The age of the oldest picture that was shown.
pub(crate) const OLDEST: &str = "oldest shown";

/// One measured number beside what it should be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    pub(crate) what: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What the issue asks for, on a quiet machine.
    pub(crate) goal: Option<f64>,
    /// What a busy machine may make of it; more is a failure.
    pub(crate) bound: Option<f64>,
}

impl Figure {
    /// A time that only informs.
    pub(crate) fn time(what: &'static str, value: Duration) -> Self {
        Self {
            what,
            value: value.as_secs_f64() * 1000.0,
            unit: "ms",
            goal: None,
            bound: None,
        }
    }

    /// A time with its goal and bound, in ms.
    pub(crate) fn within(what: &'static str, value: Duration, goal: u32, bound: u32) -> Self {
        Self {
            goal: Some(goal.into()),
            bound: Some(bound.into()),
            ..Self::time(what, value)
        }
    }

    /// Any other number with its goal, which is its bound too.
    pub(crate) fn number(what: &'static str, value: f64, unit: &'static str, goal: f64) -> Self {
        Self {
            what,
            value,
            unit,
            goal: Some(goal),
            bound: Some(goal),
        }
    }
}

/// What one run of a fault showed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) figures: Vec<Figure>,
    /// What capture did, in words.
    pub(crate) capture: String,
}

/// A fault after all its runs.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) required: &'static str,
    pub(crate) runs: Vec<Result<Seen, String>>,
}

/// A figure over all runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) median: f64,
    pub(crate) worst: f64,
    pub(crate) goal: Option<f64>,
    pub(crate) bound: Option<f64>,
}

impl Row {
    /// Every figure of the runs that came to an end, in the order in which they were measured.
    pub(crate) fn summaries(&self) -> Vec<Summary> {
        let seen: Vec<&Seen> = self.runs.iter().flatten().collect();
        let first = seen.first().map_or(&[][..], |seen| &seen.figures);
        let summary = |figure: &Figure| {
            let of = |seen: &&Seen| {
                let same = seen.figures.iter().find(|other| other.what == figure.what);
                same.map(|figure| figure.value)
            };
            let mut values: Vec<f64> = seen.iter().filter_map(of).collect();
            Summary {
                what: figure.what,
                unit: figure.unit,
                median: median(&mut values),
                worst: percentile(&mut values, 100),
                goal: figure.goal,
                bound: figure.bound,
            }
        };
        first.iter().map(summary).collect()
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<String> {
        if let Some(why) = self.runs.iter().find_map(|run| run.as_ref().err()) {
            return Some(why.clone());
        }
        let broken = |summary: &Summary| summary.bound.is_some_and(|bound| summary.worst > bound);
        let broken = self.summaries().into_iter().find(broken)?;
        Some(format!(
            "{}: {:.0} {} is more than {:.0}",
            broken.what,
            broken.worst,
            broken.unit,
            broken.bound.unwrap_or_default()
        ))
    }

    /// Whether nothing failed.
    pub(crate) fn passed(&self) -> bool {
        self.failure().is_none()
    }

    /// The figures whose median missed their goal.
    pub(crate) fn missed(&self) -> Vec<&'static str> {
        let summaries = self.summaries();
        let missed = summaries
            .iter()
            .filter(|summary| summary.goal.is_some_and(|goal| summary.median > goal));
        missed.map(|summary| summary.what).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(gaps: &[u64]) -> Row {
        let run = |gap: &u64| {
            let gap = Duration::from_millis(*gap);
            Ok(Seen {
                figures: vec![Figure::within(GAP, gap, 150, 1000)],
                capture: String::new(),
            })
        };
        Row {
            name: "killed".to_owned(),
            required: "",
            runs: gaps.iter().map(run).collect(),
        }
    }

    #[test]
    fn the_median_is_held_against_the_goal_and_the_worst_against_the_bound() {
        let good = row(&[30, 900, 40]);
        let summary = &good.summaries()[0];
        assert!((summary.median - 40.0).abs() < 0.1 && (summary.worst - 900.0).abs() < 0.1);
        assert!(good.passed() && good.missed().is_empty());
        let slow = row(&[200, 900, 40]);
        assert!(slow.passed());
        assert_eq!(slow.missed(), [GAP]);
        let failure = row(&[30, 1001, 30]).failure().expect("broken");
        assert!(
            failure.contains("1001") && failure.contains("1000"),
            "{failure}"
        );
    }

    #[test]
    fn one_run_that_broke_is_a_failure_whatever_the_others_say() {
        let mut row = row(&[30, 30]);
        row.runs.push(Err("no frame within 10 s".to_owned()));
        assert_eq!(row.failure().as_deref(), Some("no frame within 10 s"));
        assert_eq!(row.summaries().len(), 1);
    }
}
