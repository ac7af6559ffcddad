//! Where a program is, as a shell would find it; said in words when it is not.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};

use super::super::error::CameraError;

/// The program called `name` on the PATH, if there is one.
#[must_use]
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    candidates(name).into_iter().find(|path| runs(path))
}

/// Whether `program`, which `setting` names, can be started.
///
/// # Errors
/// Why not, with the word as it was written.
pub(super) fn check(program: &str, setting: &str) -> Result<(), CameraError> {
    let places = if program.contains('/') {
        vec![PathBuf::from(program)]
    } else {
        candidates(program)
    };
    if places.iter().any(|path| runs(path)) {
        return Ok(());
    }
    if let Some(there) = places.iter().find(|path| path.is_file()) {
        return Err(CameraError::Forbidden(format!(
            "the program {} is not allowed to be run by this user: chmod +x",
            there.display()
        )));
    }
    Err(CameraError::NotFound(if program.contains('/') {
        format!("there is no program {program:?}, which {setting}=exec: names")
    } else {
        format!(
            "there is no program {program:?} on the PATH, which {setting}=exec: names; in a container it must be part of \
             the image (docs/cameras.md, Programs)"
        )
    }))
}

fn candidates(name: &str) -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the PATH is the system's and no setting of ours"
    )]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = path.as_bytes().split(|byte| *byte == b':');
    folders
        .filter(|folder| !folder.is_empty())
        .map(|folder| Path::new(OsStr::from_bytes(folder)).join(name))
        .collect()
}

fn runs(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use wire::Reason;

    use super::*;

    #[test]
    fn a_program_is_found_by_its_name_and_by_its_path() {
        assert!(on_path("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(on_path("no-such-program"), None);
        check("sh", "CAPTURE_SOURCE").unwrap();
        check("/bin/sh", "CAPTURE_SOURCE").unwrap();
    }

    #[test]
    fn a_program_that_cannot_be_started_is_named_with_the_reason() {
        let scratch = testkit::Scratch::new("lookup");
        let file = scratch.path().join("no-program");
        std::fs::write(&file, "text").unwrap();
        for (program, reason) in [
            ("rpicam-vidd", Reason::NotFound),
            ("/no/such/program", Reason::NotFound),
            (file.to_str().unwrap(), Reason::Permission),
        ] {
            let error = check(program, "CAPTURE_SOURCE").unwrap_err();
            assert_eq!(error.reason(), reason);
            assert!(error.to_string().contains(program), "{error}");
        }
    }
}
