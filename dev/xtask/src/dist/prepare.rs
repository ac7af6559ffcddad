//! What packages hold and the repository does not, in `target/dist`: NATS' configuration for one machine, and Debian's form
//! of the list of changes.

use std::fs;

use crate::shell::{Environment, Outcome, output, workspace};
use crate::version::VERSION;

/// What is different where everything runs on one machine: loopback alone, ports that Debian's own server leaves free, and
/// nothing that its version does not know.
const FOR_ONE_MACHINE: [(&str, &str); 5] = [
    ("listen: 0.0.0.0:4222", "listen: 127.0.0.1:4223"),
    ("http: 0.0.0.0:8222", "http: 127.0.0.1:8223"),
    ("no_fast_producer_stall: true\n", ""),
    (
        "nats-server 2.11 or later (2.10 does not\n# know no_fast_producer_stall).",
        "nats-server 2.10 or later; what\n# 2.11 does better is in nats-2.11.conf. For one of your own: /etc/rero-cctv/nats.conf.",
    ),
    (
        "# nats-server for ReRo CCTV:",
        "# rero-nats.service, the bus of this machine:",
    ),
];

/// Writes all of it.
pub(super) fn files(environment: &Environment) -> Outcome<()> {
    let folder = workspace().join("target/dist");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let nats = for_one_machine(&read("deploy/nats.conf")?)?;
    let mut date = environment.command("date");
    let time = environment
        .get("SOURCE_DATE_EPOCH")
        .map_or_else(|| "0".into(), |time| time.to_string_lossy());
    date.args(["--utc", "--rfc-email", &format!("--date=@{time}")]);
    let date = output(&mut date).ok_or("date does not run")?;
    let changes = changelog(VERSION, date.trim());
    for (name, text) in [("nats.conf", nats), ("changelog", changes)] {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn read(name: &str) -> Outcome<String> {
    fs::read_to_string(workspace().join(name)).map_err(|error| format!("{name}: {error}"))
}

fn for_one_machine(shipped: &str) -> Outcome<String> {
    let mut text = shipped.to_owned();
    for (from, to) in FOR_ONE_MACHINE {
        if !text.contains(from) {
            return Err(format!(
                "deploy/nats.conf has no {from:?} any more, which packages have otherwise: see dist/prepare.rs"
            ));
        }
        text = text.replace(from, to);
    }
    Ok(text)
}

/// Source: Debian Policy 4.4.
fn changelog(version: &str, date: &str) -> String {
    format!(
        "rero-cctv ({version}-1) stable; urgency=medium\n\n  * What changed: CHANGELOG.md of the project.\n\n -- ReRo CCTV <packages@rero-cctv.invalid>  {date}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bus_of_one_machine_listens_on_loopback_and_knows_no_newer_words() {
        let text = for_one_machine(&read("deploy/nats.conf").unwrap()).unwrap();
        assert!(!text.contains("0.0.0.0"), "{text}");
        assert!(!text.contains("no_fast_producer_stall"), "{text}");
        assert!(text.contains("max_pending"), "{text}");
        assert!(for_one_machine("listen: 0.0.0.0:4222").is_err());
    }
}
