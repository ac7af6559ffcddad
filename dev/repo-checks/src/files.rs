//! The files of the repository: those that are ours, not what is built, fetched or hidden.

use std::path::{Path, PathBuf};

/// The top of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below `directory` (relative to the top) whose name ends in one of `extensions`, sorted.
///
/// # Panics
/// If the directory cannot be read.
#[must_use]
pub fn files(directory: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        let entries = std::fs::read_dir(&directory)
            .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !BUILT.contains(&name.as_ref()) {
                    open.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|found| extensions.iter().any(|one| found == *one))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

const BUILT: [&str; 4] = ["target", "node_modules", "dist", "test-results"];

/// The text of a file.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `path` as a reader of the repository would write it.
#[must_use]
pub fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string()
}
