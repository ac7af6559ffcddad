//! PURE: whether a nats-server survives what it allows itself: bytes that wait for gateways which do not read, and
//! JetStream's memory, below Go's soft limit, and that below the limit at which the kernel kills.
//!
//! Measured with 256 MB, 16 MB of `max_pending` and no soft limit: twelve gateways that stop reading killed it within a
//! second, and with it went every stream and the demand bucket.

/// What a server has without any of that, MiB.
const BASE_MIB: u64 = 32;

/// As many gateways as the front of compose.yaml finds without being told.
pub(crate) const GATEWAYS: u64 = 20;

/// What is wrong with `gomemlimit` and the container's `limit` for `nats.conf` and so many gateways, if anything is.
pub(crate) fn overrun(
    conf: &str,
    gomemlimit: Option<&str>,
    limit: Option<&str>,
    gateways: u64,
) -> Option<String> {
    let setting = |name: &str| {
        let line = conf
            .lines()
            .find_map(|line| line.trim().strip_prefix(name)?.trim().strip_prefix(':'));
        line.and_then(|value| mib(value.trim()))
    };
    let (Some(pending), Some(jetstream)) = (setting("max_pending"), setting("max_mem")) else {
        return Some("nats.conf has no max_pending or no max_mem".into());
    };
    let Some(limit) = limit.and_then(mib) else {
        return Some("NATS has no limit of memory".into());
    };
    let Some(soft) = gomemlimit.and_then(mib) else {
        return Some("NATS has no GOMEMLIMIT: its own limit kills it".into());
    };
    // Go frees in time only with some room above the soft limit.
    if soft * 10 > limit * 9 {
        return Some(format!(
            "GOMEMLIMIT {soft} MiB leaves less than a tenth of the limit of {limit} MiB"
        ));
    }
    let needed = pending * gateways + jetstream + BASE_MIB;
    (needed > soft).then(|| {
        format!(
            "{gateways} gateways that do not read take {needed} MiB of NATS; GOMEMLIMIT is {soft} MiB"
        )
    })
}

/// `16MB`, `512Mi`, `440MiB`, `512m`, `1g` in MiB.
fn mib(text: &str) -> Option<u64> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().ok()?;
    match unit.to_ascii_lowercase().chars().next() {
        Some('m') => Some(number),
        Some('g') => Some(number * 1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{mib, overrun};

    const CONF: &str = "max_pending: 16MB\njetstream {\n  max_mem: 64MB\n}\n";

    #[test]
    fn sizes_are_read_as_nats_go_docker_and_kubernetes_write_them() {
        for (text, size) in [("16MB", 16), ("512Mi", 512), ("440MiB", 440), ("1g", 1024)] {
            assert_eq!(mib(text), Some(size), "{text}");
        }
        assert_eq!(mib("16"), None);
    }

    #[test]
    fn a_server_that_its_own_limit_would_kill_is_seen() {
        let why = |soft, limit, gateways| overrun(CONF, soft, limit, gateways);
        assert_eq!(why(Some("440MiB"), Some("512m"), 20), None);
        for (soft, limit, gateways, word) in [
            (None, Some("256Mi"), 10, "no GOMEMLIMIT"),
            (Some("200MiB"), None, 10, "no limit"),
            (Some("200MiB"), Some("256Mi"), 10, "that do not read"),
            (Some("500MiB"), Some("512Mi"), 10, "a tenth"),
            (Some("440MiB"), Some("512Mi"), 30, "that do not read"),
        ] {
            let found = why(soft, limit, gateways).expect("it does not fit");
            assert!(found.contains(word), "{found}");
        }
        assert!(overrun("", Some("1GiB"), Some("2g"), 1).is_some());
    }
}
