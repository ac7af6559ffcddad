//! What must hold for any bytes as a delta or as its base; the fuzz target brings new ones, `tests/damage.rs` damaged
//! golden ones.

use std::sync::LazyLock;

use serde_json::Value;
use wire::Stamp;
use wire::delta::{Intervals, apply, encode};

/// The golden deltas, each as (base, delta, JPEG).
pub(crate) static GOLDEN: LazyLock<Vec<[Vec<u8>; 3]>> = LazyLock::new(|| {
    let golden: Value = serde_json::from_str(include_str!("../golden/delta.json")).expect("JSON");
    let rows = golden["deltas"].as_array().expect("a list");
    let bytes = |hex: &Value| {
        let pairs = hex.as_str().expect("hex").as_bytes().chunks(2);
        let digits = pairs.map(|pair| std::str::from_utf8(pair).expect("ASCII"));
        digits
            .map(|digits| u8::from_str_radix(digits, 16).expect("hex"))
            .collect()
    };
    let row = |row: &Value| ["base", "delta", "jpeg"].map(|name| bytes(&row[name]));
    rows.iter().map(row).collect()
});

/// Any bytes against every golden base, and against themselves: no panic, no more memory than both have, and what comes
/// out as a frame is one that can be sent on in the same way.
pub(crate) fn delta(data: &[u8]) {
    for [base, ..] in GOLDEN.iter() {
        check(base, data);
    }
    let (base, delta) = data.split_at(data.len() / 2);
    check(base, delta);
    let _ = Intervals::of(data);
}

fn check(base: &[u8], delta: &[u8]) {
    let Ok(jpeg) = apply(base, delta) else {
        return;
    };
    assert!(jpeg.len() <= base.len() + delta.len());
    let before = Intervals::of(base).expect("it was a base");
    // The patch may have made the header anything.
    let (Some(after), Ok(patch)) = (Intervals::of(&jpeg), Stamp::variable_part(&jpeg)) else {
        return;
    };
    let same = |nth: usize| base[before.range(nth)] == jpeg[after.range(nth)];
    let header = |jpeg: &[u8]| [&jpeg[..patch.start], &jpeg[patch.end..after.header()]].concat();
    if before.header() == after.header()
        && before.count() == after.count()
        && header(base) == header(&jpeg)
    {
        let seq = Stamp::read(base).expect("it was a base").seq;
        let again = encode((&jpeg, &after), seq, patch, |nth| !same(nth), usize::MAX);
        assert_eq!(apply(base, &again.expect("no limit")).as_ref(), Ok(&jpeg));
    }
}
