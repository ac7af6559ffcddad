//! PURE: what the command line asks for.

use std::time::Duration;

/// How a fault is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mode {
    /// Shorter faults and fewer viewers, for the gate.
    pub(crate) quick: bool,
    /// TLS and nkeys.
    pub(crate) secure: bool,
    /// Links are cables between network namespaces; it is for whoever starts us to give us one of our own.
    pub(crate) cables: bool,
}

impl Mode {
    /// How long a fault lasts: `full` seconds, or `quick` ones in the gate.
    pub(crate) const fn lasts(self, full: u64, quick: u64) -> Duration {
        Duration::from_secs(if self.quick { quick } else { full })
    }
}

/// What to play, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How often each fault is played.
    pub(crate) runs: usize,
    /// How each is played.
    pub(crate) mode: Mode,
    /// Parts of the names of the faults to play; none: all.
    pub(crate) names: Vec<String>,
}

impl Plan {
    /// Reads the arguments.
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut plan = Self {
            runs: 1,
            mode: Mode::default(),
            names: Vec::new(),
        };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => plan.mode.quick = true,
                "--secure" => plan.mode.secure = true,
                "--cables" => plan.mode.cables = true,
                "--runs" => {
                    let number = arguments.next().unwrap_or_default();
                    plan.runs = number
                        .parse()
                        .ok()
                        .filter(|runs| (1..=100).contains(runs))
                        .ok_or(format!(
                            "--runs takes a number from 1 to 100, not {number:?}"
                        ))?;
                }
                other if other.starts_with('-') => {
                    return Err(format!(
                        "no option {other:?}; there are --runs N, --quick, --secure, --cables, and names of faults"
                    ));
                }
                name => plan.names.push(name.to_owned()),
            }
        }
        Ok(plan)
    }

    /// Whether the fault `name` is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|part| name.contains(part.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Plan, String> {
        Plan::read(line.split_whitespace().map(str::to_owned))
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
