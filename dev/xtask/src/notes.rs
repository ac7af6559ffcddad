//! `cargo xtask notes v1.2.3 notes.md`: writes what the release of that tag says about itself, its section of CHANGELOG.md;
//! refuses a tag that is not the version of Cargo.toml, and a version without a section.

use std::fs;
use std::path::PathBuf;

use crate::shell::{Outcome, workspace};
use crate::version::VERSION;

pub(crate) fn command(words: &[String]) -> Outcome<()> {
    let (tag, to, file) = match words {
        [tag, to] => (tag, to, workspace().join("CHANGELOG.md")),
        [tag, to, file] => (tag, to, PathBuf::from(file)),
        _ => return Err("cargo xtask notes TAG FILE [changelog]".to_owned()),
    };
    let changes =
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let notes = format!("{}\n", of(tag, VERSION, &changes)?);
    fs::write(to, notes).map_err(|error| format!("{to}: {error}"))
}

/// The section of `tag` in `changes`.
fn of<'a>(tag: &str, version: &str, changes: &'a str) -> Outcome<&'a str> {
    if tag.strip_prefix('v') != Some(version) {
        return Err(format!(
            "the tag {tag} is not the version of Cargo.toml, {version}: the tag of that is v{version}"
        ));
    }
    let title = |line: &str| {
        line.strip_prefix("## ")
            .and_then(|title| title.split(' ').next())
            == Some(version)
    };
    let missing = || format!("CHANGELOG.md has no section \"## {version}\" with anything in it");
    let heading = changes
        .lines()
        .find(|line| title(line))
        .ok_or_else(missing)?;
    let after = changes.split_once(heading).map_or("", |(_, after)| after);
    let section = after.split("\n## ").next().unwrap_or_default().trim();
    if section.is_empty() {
        Err(missing())
    } else {
        Ok(section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: &str = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 1.2.3 (2026-12-01)\n\n- One.\n- Two.\n\n## 1.2.2\n\n";

    #[test]
    fn a_release_says_its_own_section_and_no_other() {
        assert_eq!(of("v1.2.3", "1.2.3", CHANGES), Ok("- One.\n- Two."));
    }

    #[test]
    fn a_tag_that_is_not_the_version_is_refused_with_the_one_that_is() {
        for tag in ["v1.2.4", "1.2.3"] {
            let why = of(tag, "1.2.3", CHANGES).unwrap_err();
            assert!(why.contains(tag) && why.contains("v1.2.3"), "{why}");
        }
    }

    #[test]
    fn a_version_without_changes_is_no_release() {
        for version in ["1.2.2", "1.2", "9.9.9"] {
            let why = of(&format!("v{version}"), version, CHANGES).unwrap_err();
            assert!(why.contains(&format!("## {version}\"")), "{why}");
        }
    }
}
