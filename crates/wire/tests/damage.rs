//! Golden deltas, damaged at random: what fuzzing checks, in every run of the tests.

#[path = "../fuzz/checks.rs"]
mod checks;

#[test]
fn damaged_deltas_are_refused_or_make_a_frame_and_nothing_else() {
    let mut random = fastrand::Rng::with_seed(23);
    let golden = &checks::GOLDEN;
    for _ in 0..3000 {
        let [base, delta, _] = &golden[random.usize(0..golden.len())];
        let mut bytes = if random.u8(..) < 64 {
            [&base[..], delta].concat()
        } else {
            delta.clone()
        };
        for _ in 0..random.usize(0..4) {
            let at = random.usize(0..bytes.len());
            match random.u8(0..4) {
                0 => bytes[at] = random.u8(..),
                1 => bytes[at] ^= 1 << random.u8(0..8),
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, [0, 0xff, 0xd0, 0xd9][random.usize(0..4)]),
            }
        }
        checks::delta(&bytes);
    }
}
