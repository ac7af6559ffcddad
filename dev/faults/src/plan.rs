//! PURE: what the command line asks for.

use std::time::Duration;

use clap::Parser;
use clap::builder::RangedU64ValueParser;

/// For whatever takes milliseconds when nothing is wrong: a picture, a key, a service that is ready again.
pub(crate) const RECOVERY_WITHIN: Duration = Duration::from_secs(20);

/// How a fault is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Mode {
    /// Shorter faults and fewer viewers, for the gate.
    #[arg(long)]
    pub(crate) quick: bool,
    /// TLS and nkeys.
    #[arg(long)]
    pub(crate) secure: bool,
    /// Links are cables between network namespaces; it is for whoever starts this to give it a namespace of its own.
    #[arg(long)]
    pub(crate) cables: bool,
}

impl Mode {
    /// How long a fault lasts: `full` seconds, or `quick` ones in the gate.
    pub(crate) const fn lasts(self, full: u64, quick: u64) -> Duration {
        Duration::from_secs(if self.quick { quick } else { full })
    }
}

/// Plays faults of the bus on real processes and prints what a viewer saw.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
pub(crate) struct Plan {
    /// How often each fault is played, up to 100 times.
    #[arg(long, default_value = "1", value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub(crate) runs: usize,
    /// How each is played.
    #[command(flatten)]
    pub(crate) mode: Mode,
    /// Parts of the names of the faults to play; none: all.
    pub(crate) names: Vec<String>,
}

impl Plan {
    /// Whether the fault `name` is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|part| name.contains(part.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Plan, String> {
        let words = std::iter::once("faults").chain(line.split_whitespace());
        Plan::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn options_and_names_come_in_any_order() {
        let plan = read("link --runs 5 --secure bucket").expect("a plan");
        assert_eq!(
            (plan.runs, plan.mode.quick, plan.mode.secure),
            (5, false, true)
        );
        assert!(plan.wants("bucket-deleted") && plan.wants("capture-link-cut"));
        assert!(!plan.wants("gateway-killed"));
        assert!(read("").expect("a plan").wants("anything"));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        assert!(read("--runs many").expect_err("no number").contains("many"));
        assert!(read("--runs").is_err());
        assert!(read("--runs 0").is_err());
        assert!(read("--fast").expect_err("no option").contains("--fast"));
    }
}
