//! Any bytes as what a camera asks for before it shows anything.
#![no_main]

#[path = "../http.rs"]
#[allow(dead_code, reason = "one part of the files is fuzzed")]
mod http;

libfuzzer_sys::fuzz_target!(|data: &[u8]| http::challenge::check(data));
