//! Any bytes as a camera's frame.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target checks one of the two")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::mjpeg(data));
