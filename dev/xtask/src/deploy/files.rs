//! Files of `deploy/` copied, and changed for the worse: a check that cannot fail checks nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{Environment, Outcome, run, say, workspace};

/// A copy of `deploy/` without what a person has set and keeps secret.
pub(crate) fn copy(environment: &Environment, to: &Path) -> Outcome<()> {
    let _ = fs::remove_dir_all(to);
    let mut copy = environment.command("cp");
    copy.arg("-a").arg(workspace().join("deploy")).arg(to);
    run("copying deploy/", &mut copy)?;
    for own in ["secrets", "sites"] {
        let _ = fs::remove_dir_all(to.join(own));
    }
    let _ = fs::remove_file(to.join(".env"));
    Ok(())
}

/// `file` with a fault, under the same name in `folder`.
pub(super) fn changed(file: &Path, right: &str, wrong: &str, folder: &Path) -> Outcome<PathBuf> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if !text.contains(right) {
        return Err(format!(
            "{} has no {right:?} any more: give it another fault",
            file.display()
        ));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    write(folder, &name, &text.replace(right, wrong))
}

pub(super) fn write(folder: &Path, name: &str, text: &str) -> Outcome<PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// A guard was taken away on purpose: who checks has to say no.
pub(super) fn must_fail(who: &str, command: &mut Command) -> Outcome<()> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if status.map_err(|error| format!("{who}: {error}"))?.success() {
        return Err(format!("{who} did not notice that something is wrong"));
    }
    say(&format!("{who} notices a fault"));
    Ok(())
}
