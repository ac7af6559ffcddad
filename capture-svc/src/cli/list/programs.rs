//! The programs of this machine that can be a camera.

use std::{fmt::Write, path::PathBuf};

use serde_json::{Value, json};

use crate::camera::exec::{
    known::{KNOWN_PROGRAMS, KnownProgram},
    lookup,
};

/// Those that are on the PATH, and where.
pub(super) fn found() -> Vec<(KnownProgram, PathBuf)> {
    let known = KNOWN_PROGRAMS.into_iter();
    known
        .filter_map(|program| Some((program, lookup::on_path(program.name)?)))
        .collect()
}

/// For a person.
pub(super) fn text((program, path): &(KnownProgram, PathBuf)) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}  a program, for {}", path.display(), program.of);
    let _ = writeln!(out, "    {}", program.settings());
    out
}

/// For a program.
pub(super) fn json((program, path): &(KnownProgram, PathBuf)) -> Value {
    json!({
        "path": path, "name": program.name, "kind": "program", "source": format!("exec:{}", program.command),
        "exec_format": program.format, "formats": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_listed_with_the_very_line_that_makes_it_a_camera() {
        let pi = (KNOWN_PROGRAMS[0], PathBuf::from("/usr/bin/rpicam-vid"));
        assert!(text(&pi).contains(
            "CAPTURE_EXEC_FORMAT=yuv420p:1280x720 CAPTURE_SOURCE='exec:rpicam-vid -t 0 -n --codec yuv420"
        ));
        assert_eq!(json(&pi)["exec_format"], "yuv420p:1280x720");
    }
}
