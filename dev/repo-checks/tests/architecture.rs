//! `docs/architecture.md` cannot rot: every file on it exists, every constant of the age budget has the value that it says,
//! and what a newcomer looks for is where its name says.

use std::path::Path;

use repo_checks::{files, read, relative, root};

fn page() -> String {
    read(&root().join("docs/architecture.md"))
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    word.chars().all(plain) && word.contains('/') && !word.contains("..")
}

#[test]
fn every_path_in_it_leads_to_a_file_or_folder() {
    let page = page();
    let (map, rest) = page
        .split_once("## Who may import whom")
        .expect("a map first");
    let mut paths: Vec<String> = quoted(rest)
        .into_iter()
        .filter(|word| is_path(word) && !word.starts_with('/'))
        .map(str::to_owned)
        .collect();
    // In the map rooms stand beside their folder.
    for row in map.lines().filter(|line| line.starts_with("| `")) {
        let words = quoted(row);
        paths.push(words[0].to_owned());
        let of_one = words[0].contains('/') || words[0] == "dev" || words[0] == "crates";
        let rooms = words[1..]
            .iter()
            .filter(|room| of_one && (room.ends_with('/') || room.contains('.')));
        paths.extend(rooms.map(|room| format!("{}/{room}", words[0])));
    }
    assert!(paths.len() > 60, "{}", paths.len());
    for path in paths {
        assert!(
            root().join(&path).exists(),
            "docs/architecture.md: there is no {path}"
        );
    }
}

/// A number and its unit in one word: times in µs, everything else as it is.
fn measured(number: &str, unit: &str) -> Option<f64> {
    let number: f64 = number.replace('_', "").parse().ok()?;
    Some(match unit {
        "ms" => number * 1e3,
        "s" => number * 1e6,
        // µs, or no time.
        _ => number,
    })
}

/// What the source says: the number behind `name` and its unit, by type or by the name's ending.
fn in_source(text: &str, name: &str) -> Option<f64> {
    let defines = |line: &&str| {
        let before = line.split_once(name).map(|(before, _)| before);
        let rest = line.split_once(name).map_or("", |(_, rest)| rest);
        before.is_some_and(|before| {
            before.contains("const ") || before.trim().is_empty() || before.ends_with('.')
        }) && rest.starts_with([':', ' ', '('])
            && rest.contains(|c: char| c.is_ascii_digit())
    };
    let line = text.lines().find(defines)?;
    let rest = line.split_once(name)?.1;
    let value = rest.split_once('=').map_or(rest, |(_, value)| value);
    let number = value.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = number.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.'));
    let (number, after) = number.split_at(end.unwrap_or(number.len()));
    let unit = match () {
        () if value.contains("from_millis") || name.ends_with("_MS") => "ms",
        () if value.contains("from_secs") || after.starts_with('s') => "s",
        () if name.ends_with("_US") => "µs",
        () => "",
    };
    measured(number, unit)
}

#[test]
fn every_bound_of_the_age_budget_has_the_value_that_the_table_says() {
    let page = page();
    let table = page.split_once("## Age budget").expect("an age budget").1;
    let mut rows = 0;
    for row in table.lines().filter(|line| line.contains("| `")) {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let (name, value, file) = (cells[2], cells[3], cells[4]);
        let (number, unit) = value.split_once(' ').unwrap_or((value, ""));
        let said = measured(number, unit);
        let found = in_source(&read(&root().join(file)), name);
        assert!(
            said.is_some() && said == found,
            "docs/architecture.md says {name} = {value}; {file} has {found:?} (µs, or as it stands)"
        );
        rows += 1;
    }
    assert!(rows > 12, "{rows}");
}

#[test]
fn every_crate_and_tool_has_its_row_in_the_readme() {
    let readme = read(&root().join("README.md"));
    for folder in ["crates", "dev"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("a folder");
        for entry in entries.flatten() {
            let row = format!("| `{folder}/{}` |", entry.file_name().to_string_lossy());
            assert!(
                readme.contains(&row),
                "README.md, Development: no row {row}"
            );
        }
    }
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| `crates/") || line.starts_with("| `dev/"));
    for row in rows {
        let folder = quoted(row)[0];
        assert!(
            root().join(folder).is_dir(),
            "README.md, Development: there is no {folder}"
        );
    }
}

#[test]
fn the_page_is_no_longer_than_two_screens() {
    assert!(page().lines().count() <= 120);
}

/// What a newcomer looks for, the part of a file's name that comes to mind first, and where it must lead.
const ONE_GUESS: &[(&str, &str, &str)] = &[
    (
        "where is a lease renewed",
        "lease",
        "gateway-svc/src/relay/leases.rs",
    ),
    (
        "where is the age of a frame bounded",
        "lateness",
        "gateway-svc/src/relay/lateness.rs",
    ),
    (
        "where is the quality chosen",
        "adapt",
        "web/src/stream/adapt.ts",
    ),
    (
        "where is Origin checked",
        "origin",
        "gateway-svc/src/access/origin.rs",
    ),
    (
        "where is the viewer limit",
        "admission",
        "gateway-svc/src/session/admission.rs",
    ),
    (
        "where is MJPEG served",
        "mjpeg",
        "gateway-svc/src/http/mjpeg.rs",
    ),
    (
        "where is it decided that the camera closes",
        "open_policy",
        "capture-svc/src/open_policy.rs",
    ),
    (
        "where is the client's real address",
        "client_ip",
        "gateway-svc/src/access/client_ip.rs",
    ),
    (
        "where are wrong tokens slowed",
        "login_limiter",
        "gateway-svc/src/access/login_limiter.rs",
    ),
    (
        "where is a slow viewer skipped",
        "send_window",
        "gateway-svc/src/viewer/send_window.rs",
    ),
    (
        "where is SIGTERM handled",
        "signal",
        "crates/process/src/signals.rs",
    ),
    (
        "where is the stamp written",
        "stamp",
        "crates/wire/src/stamp.rs",
    ),
    (
        "where is a snapshot served",
        "snapshot",
        "gateway-svc/src/http/snapshot.rs",
    ),
    (
        "where does a stand-by take over",
        "failover",
        "capture-svc/src/bus/failover.rs",
    ),
    (
        "where is a camera's format chosen",
        "negotiate",
        "capture-svc/src/camera/v4l2/negotiate.rs",
    ),
    (
        "where is the frame rate held",
        "pacer",
        "capture-svc/src/pacer.rs",
    ),
    (
        "where is the privacy switch set",
        "privacy",
        "capture-svc/src/cli/privacy.rs",
    ),
    (
        "where is the status of a camera published",
        "status",
        "capture-svc/src/bus/status.rs",
    ),
    (
        "where does the page reconnect",
        "backoff",
        "web/src/stream/backoff.ts",
    ),
    (
        "where is the NATS login",
        "login",
        "crates/bus/src/login.rs",
    ),
];

/// Where the gateway, capture, the crates and the client have their sources.
const SHIPPED: [&str; 4] = ["gateway-svc/src", "capture-svc/src", "crates", "web/src"];

#[test]
fn a_newcomer_finds_eighteen_of_twenty_places_by_the_files_name() {
    let shipped: Vec<String> = SHIPPED
        .iter()
        .flat_map(|folder| files(folder, &["rs", "ts", "tsx"]))
        .map(|file| relative(&file))
        .collect();
    let named = |file: &str, guess: &str| {
        let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
        stem.is_some_and(|stem| stem.contains(guess))
    };
    let missed: Vec<&str> = ONE_GUESS
        .iter()
        .filter(|(_, guess, place)| {
            !named(place, guess) || !shipped.iter().any(|file| file == place)
        })
        .map(|(question, ..)| *question)
        .collect();
    assert!(
        missed.len() <= ONE_GUESS.len() - 18,
        "not found by name: {missed:#?}"
    );
    // A guess that fits a dozen files is none.
    for (question, guess, _) in ONE_GUESS {
        let fits = shipped.iter().filter(|file| named(file, guess)).count();
        assert!(fits <= 8, "{question}: {guess} fits {fits} files");
    }
}
