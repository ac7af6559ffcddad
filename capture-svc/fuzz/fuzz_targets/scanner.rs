//! Any bytes as a JPEG of which more and more is there.
#![no_main]

#[path = "../camera.rs"]
#[allow(dead_code, reason = "each target checks one of them")]
mod camera;

libfuzzer_sys::fuzz_target!(|data: &[u8]| camera::scanner::check(data));
