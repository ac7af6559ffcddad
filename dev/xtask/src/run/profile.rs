//! PURE: which build of both services `cargo xtask run` starts.

use crate::shell::Outcome;

/// How both services are compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// In seconds after a change; for whoever develops.
    Debug,
    /// As they are shipped.
    Release,
}

impl Profile {
    /// Below cargo's target directory.
    pub(super) const fn directory(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }

    /// What cargo is told.
    pub(super) const fn build(self) -> &'static [&'static str] {
        match self {
            // The workspace's features rather than two packages', so that `run` and `test` share one build.
            Self::Debug => &["build", "--workspace", "--bins"],
            Self::Release => &[
                "build",
                "--release",
                "--package=capture-svc",
                "--package=gateway-svc",
            ],
        }
    }

    /// As the command line has it.
    pub(super) fn asked(arguments: &[String]) -> Outcome<Self> {
        match arguments {
            [] => Ok(Self::Debug),
            [only] if only == "--release" => Ok(Self::Release),
            _ => Err(format!(
                "run takes --release or nothing, not {:?}",
                arguments.join(" ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;

    #[test]
    fn nothing_is_a_debug_build_and_another_word_is_refused() {
        let asked = |words: &[&str]| {
            Profile::asked(
                &words
                    .iter()
                    .map(|&word| word.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(asked(&[]) == Ok(Profile::Debug));
        assert!(asked(&["--release"]) == Ok(Profile::Release));
        let refused = asked(&["--relase", "x"]);
        assert!(refused.is_err_and(|why| why.contains("--relase x")));
    }
}
