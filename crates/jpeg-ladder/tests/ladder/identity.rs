//! Every kernel writes what libjpeg-turbo writes.
//!
//! `identity.txt` holds fingerprints of libjpeg-turbo's own files, so that this needs no C. It is made, and some
//! hundred thousand files more are compared whole, by `cargo xtask bench encode identity`.

use crate::common::cases::{case, fingerprint};
use crate::common::full;
use jpeg_ladder::{HoldSettings, Kernel, Ladder};

#[test]
fn every_kernel_writes_the_bytes_of_libjpeg_turbo() {
    for kernel in Kernel::available() {
        let (mut plain, mut holding) = (Ladder::with_kernel(kernel), Ladder::with_kernel(kernel));
        holding.hold(Some(HoldSettings {
            refresh_frames: 1,
            settles: false,
        }));
        let mut lines = [0, 0];
        for line in include_str!("identity.txt").lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let (number, holds, fingerprints) = match &fields[..] {
                [number, "held", fingerprints @ ..] => (number, true, fingerprints),
                [number, fingerprints @ ..] => (number, false, fingerprints),
                [] => panic!("identity.txt: a line without a number"),
            };
            let ladder = if holds { &mut holding } else { &mut plain };
            ladder.forget();
            let case = case(number.parse().expect("a number"));
            let mut out = vec![Vec::new(); case.qualities.len()];
            ladder
                .encode_many(
                    &case.spec,
                    case.source.source(),
                    &full(&case.qualities),
                    &mut out,
                    &[],
                )
                .expect("a good frame");
            let ours: Vec<String> = out
                .iter()
                .map(|jpeg| format!("{:016x}", fingerprint(jpeg)))
                .collect();
            assert_eq!(
                ours, fingerprints,
                "{kernel:?}, case {number}, holds: {holds}, {:?}",
                case.spec
            );
            lines[usize::from(holds)] += 1;
        }
        assert!(
            lines[0] >= 400 && lines[1] >= 50,
            "identity.txt has {lines:?} lines: `cargo xtask bench encode golden` makes it"
        );
    }
}
