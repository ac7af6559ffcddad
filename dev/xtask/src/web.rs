//! Builds the browser client, and only when something it is made of has changed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::shell::{Environment, Outcome, run, say, workspace};
use crate::tools;

/// What building leaves behind, and what does not go into a build.
const NOT_SOURCE: &[&str] = &[
    "node_modules",
    "dist",
    "test-results",
    "components",
    "e2e",
    "screenshot",
];

/// The client's directory.
pub(crate) fn root() -> PathBuf {
    workspace().join("web")
}

/// Where the gateway finds the built client.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// `npm ci`, unless the lock file is the one it was last run with.
pub(crate) fn install(environment: &Environment) -> Outcome<()> {
    let lock = hash_of(&[root().join("package-lock.json")])?;
    // Inside what it describes: who deletes or rebuilds node_modules by hand deletes it too.
    let mark = root().join("node_modules/.installed-from");
    if std::fs::read_to_string(&mark).is_ok_and(|last| last == lock) {
        say("client: node_modules is up to date");
        return Ok(());
    }
    npm(environment, &["ci", "--no-audit", "--no-fund"])?;
    write(&mark, &lock)
}

/// `npm run build` for the server that serves the page, unless the sources are those of the last one.
pub(crate) fn build(environment: &Environment) -> Outcome<()> {
    let sources = hash_of(&sources(&root())?)?;
    let mark = dist().join(".built-from");
    if std::fs::read_to_string(&mark).is_ok_and(|last| last == sources) {
        say("client: web/dist is up to date");
        return Ok(());
    }
    let mut environment = environment.clone();
    environment.set("VITE_BACKEND_URL", "/");
    npm(&environment, &["run", "build"])?;
    write(&mark, &sources)
}

/// The main ways of the page in every kind of browser; Chromium is in `environment` already.
pub(crate) fn in_all_browsers(environment: &mut Environment) -> Outcome<()> {
    tools::FIREFOX.get(environment)?;
    tools::WEBKIT.get(environment)?;
    npm(environment, &["run", "e2e:browsers"])
}

/// npm in the client's directory.
pub(crate) fn npm(environment: &Environment, arguments: &[&str]) -> Outcome<()> {
    let mut command = environment.command("npm");
    command.current_dir(root()).args(arguments);
    run(
        &format!("client: npm {}", arguments.join(" ")),
        &mut command,
    )
}

fn sources(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)
        .map_err(|error| format!("cannot read {}: {error}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries
        .flatten()
        .filter(|entry| !NOT_SOURCE.contains(&&*entry.file_name().to_string_lossy()))
    {
        if entry.path().is_dir() {
            files.extend(sources(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn hash_of(files: &[PathBuf]) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = std::fs::read(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        (file, bytes).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn write(file: &Path, text: &str) -> Outcome<()> {
    std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}
