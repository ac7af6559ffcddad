//! Any bytes as a recording.
#![no_main]

#[path = "../camera.rs"]
#[allow(dead_code, reason = "each target checks one of them")]
mod camera;

use std::io::{Seek, Write};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let path = std::env::temp_dir().join(format!("recording-{}.mjpeg", std::process::id()));
    let mut file = std::fs::File::options();
    let file = file.read(true).write(true).create(true).truncate(true);
    let mut file = file.open(path).expect("a scratch file");
    file.write_all(data).expect("room");
    file.rewind().expect("a file");
    camera::file::recording::check(file, data);
});
