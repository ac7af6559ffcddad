//! Any bytes as what a camera sends, however they come.
#![no_main]

#[path = "../camera.rs"]
#[allow(dead_code, reason = "each target checks one of them")]
mod camera;

libfuzzer_sys::fuzz_target!(|data: &[u8]| camera::reader::check(data));
