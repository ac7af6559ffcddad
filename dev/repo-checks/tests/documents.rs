//! The documents lead somewhere: every relative link and anchor, every path of a command, every alert's section.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(directory) = open.pop() {
        let entries = std::fs::read_dir(&directory).expect("a directory of the repository");
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                // What is built or fetched, and what is hidden, is not ours.
                let name = name.to_string_lossy();
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines outside of fenced blocks.
fn prose(text: &str) -> Vec<&str> {
    let mut fenced = false;
    text.lines()
        .filter(|line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .collect()
}

/// As GitHub makes them: lower case, punctuation gone, blanks to dashes.
fn anchors(text: &str) -> Vec<String> {
    prose(text)
        .into_iter()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

/// The targets of `[words](target)`.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text).join("\n");
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// Why `link` in `document` leads nowhere.
fn broken(document: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() {
        document.to_owned()
    } else {
        document.parent().expect("a file").join(file)
    };
    if !target.exists() {
        return Some(format!("{}: no file {link}", document.display()));
    }
    if anchor.is_empty() || anchors(&read(&target)).iter().any(|known| known == anchor) {
        return None;
    }
    Some(format!("{}: no section {link}", document.display()))
}

#[test]
fn every_relative_link_of_every_document_leads_to_a_file_and_a_section() {
    let documents = documents();
    assert!(documents.len() >= 5, "{documents:?}");
    let broken: Vec<String> = documents
        .iter()
        .flat_map(|document| {
            let links = links(&read(document));
            links
                .into_iter()
                .filter_map(|link| broken(document, &link))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_link_to_a_missing_file_or_section_is_seen() {
    let document = root().join("README.md");
    assert!(broken(&document, "docs/nowhere.md").is_some());
    assert!(broken(&document, "README.md#nowhere").is_some());
    assert!(broken(&document, "#settings").is_none());
    assert_eq!(links("[a](b.md) and\n```\n[c](d)\n```\n"), ["b.md"]);
}

#[test]
fn every_alert_has_its_section_in_the_operators_document() {
    let rules = read(&root().join("deploy/prometheus/rules.yml"));
    let sections = anchors(&read(&root().join("docs/operating.md")));
    let alerts: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(!alerts.is_empty(), "rules.yml names no alert");
    for alert in alerts {
        assert!(
            sections.contains(&alert.to_lowercase()),
            "docs/operating.md has no section {alert}"
        );
    }
}

#[test]
fn every_xtask_command_in_a_document_exists() {
    let source = read(&root().join("dev/xtask/src/main.rs"));
    for document in documents() {
        let text = read(&document);
        for rest in text.split("cargo xtask ").skip(1) {
            let word = |letter: &char| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '-'
            };
            let name: String = rest.chars().take_while(word).collect();
            assert!(
                name.is_empty() || source.contains(&format!("\"{name}\",")),
                "{}: cargo xtask {name} does not exist",
                document.display()
            );
        }
    }
}

/// The words of `text` made of `of`, which begin with one of `beginnings`.
fn words(text: &str, beginnings: &[&str], of: impl Fn(char) -> bool) -> Vec<String> {
    text.split(|c: char| !of(c))
        .filter(|word| beginnings.iter().any(|start| word.starts_with(start)))
        .map(|word| word.trim_end_matches('_').to_owned())
        .collect()
}

#[test]
fn every_setting_and_metric_that_a_document_names_is_in_the_readmes_tables() {
    let readme = read(&root().join("README.md"));
    for document in documents() {
        let text = read(&document);
        let capitals = |c: char| c.is_ascii_uppercase() || c == '_';
        // GATEWAY_BIN and CAPTURE_BIN are the tests'.
        for setting in words(&text, &["CAPTURE_", "GATEWAY_"], capitals) {
            assert!(
                readme.contains(&format!("| `{setting}` |")) || setting.ends_with("_BIN"),
                "{}: the setting {setting} does not exist",
                document.display()
            );
        }
        let small = |c: char| c.is_ascii_lowercase() || c == '_';
        for metric in words(&text, &["capture_", "gateway_"], small) {
            assert!(
                readme.contains(&format!("| `{metric}`"))
                    || readme.contains(&format!("| `{metric}{{"))
                    || metric == "capture_svc",
                "{}: the metric {metric} does not exist",
                document.display()
            );
        }
    }
}

#[test]
fn every_subcommand_of_the_services_in_a_document_exists() {
    let source = read(&root().join("capture-svc/src/config/cli.rs")).to_lowercase();
    for document in documents() {
        let text = read(&document);
        for rest in text.split("`capture-svc ").skip(1) {
            let word = |letter: &char| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '-'
            };
            let name: String = rest.chars().take_while(word).collect();
            assert!(
                source.contains(&format!("    {name}")),
                "{}: capture-svc {name} does not exist",
                document.display()
            );
        }
    }
}

/// All Rust sources below `directory`, in one text.
fn sources(directory: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(directory).expect("sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &read(&path);
        }
    }
    text
}

#[test]
fn every_test_that_the_security_document_names_exists() {
    let places = [
        "capture-svc/src",
        "capture-svc/tests",
        "crates/process/src",
        "gateway-svc/src",
        "gateway-svc/tests",
        "dev/end-to-end/tests",
        "dev/repo-checks/tests",
    ];
    let sources: String = places
        .iter()
        .map(|place| sources(&root().join(place)))
        .collect();
    let document = read(&root().join("docs/security.md"));
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let named: Vec<String> = words(&document, &[""], small)
        .into_iter()
        .filter(|word| word.matches('_').count() > 3)
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for test in named {
        assert!(
            sources.contains(&format!("fn {test}(")),
            "there is no test {test}"
        );
    }
}

#[test]
fn every_route_is_documented_and_every_documented_route_exists() {
    let source = read(&root().join("gateway-svc/src/http/routes.rs"))
        + &read(&root().join("crates/process/src/admin.rs"));
    let readme = read(&root().join("README.md"));
    let documents = readme.clone() + &read(&root().join("docs/protocol.md"));
    let routes: Vec<&str> = source
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    assert!(routes.len() > 5, "{routes:?}");
    for route in &routes {
        assert!(documents.contains(route), "no document names {route}");
    }
    for rest in readme.split("`GET ").skip(1) {
        let path = rest.split(['?', '`', ',']).next().unwrap_or_default();
        assert!(
            path == "/" || routes.contains(&path),
            "README.md: the gateway serves no {path}"
        );
    }
}
