//! PURE: where the audit log goes, as the operator spells it.

use std::path::PathBuf;
use std::str::FromStr;

/// Where the audit log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Nowhere.
    Off,
    /// Standard output; the log is on standard error.
    Stdout,
    /// Appended to a file.
    File(PathBuf),
}

/// None of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of off, stdout, file:/var/log/gateway-audit.jsonl would do")]
pub(crate) struct DestinationError;

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        match (text, text.strip_prefix("file:")) {
            ("off", _) => Ok(Self::Off),
            ("stdout", _) => Ok(Self::Stdout),
            (_, Some(path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(DestinationError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_log_goes_to_one_of_three() {
        let read = |text: &str| text.parse::<Destination>();
        assert_eq!(read("off"), Ok(Destination::Off));
        assert_eq!(read("stdout"), Ok(Destination::Stdout));
        assert_eq!(read("file:/a/b"), Ok(Destination::File("/a/b".into())));
        for bad in ["", "file:", "/a/b", "syslog", "Off"] {
            assert_eq!(read(bad), Err(DestinationError), "{bad}");
        }
    }
}
