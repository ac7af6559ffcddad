//! Reading files of the repository, with their names in what went wrong.

use std::fs;
use std::path::Path;

/// The text of `file`.
pub(crate) fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
