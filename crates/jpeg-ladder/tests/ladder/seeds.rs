//! What fuzzing found worth keeping goes through the same checks again: inputs that each led somewhere new.
//!
//! `seeds.txt` holds them in hexadecimal, a line each, by check.

use crate::checks;

#[test]
fn seeds_of_fuzzing_find_nothing() {
    let mut done = [0; 2];
    for line in include_str!("seeds.txt").lines() {
        let (check, hex) = line.split_once(' ').expect("a check and bytes");
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        match check {
            "mjpeg" => checks::mjpeg(&bytes),
            "pixels" => checks::pixels(&bytes),
            other => panic!("no check {other}"),
        }
        done[usize::from(check == "mjpeg")] += 1;
    }
    assert!(done.iter().all(|&seeds| seeds >= 30), "{done:?}");
}
