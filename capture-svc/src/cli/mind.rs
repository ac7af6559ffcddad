//! `capture-svc mind`: the process between the service and a program that is its camera; started by the service alone.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::camera::exec::minder;

/// Runs `words` until nothing of it is left.
#[must_use]
pub fn mind(words: &[OsString]) -> ExitCode {
    minder::mind(words)
}
