//! Turned and mirrored JPEGs beside `jpegtran`'s, which must be the same picture to the last bit.

use jpeg_ladder::{Orientation, Turner};

use crate::case::Case;
use crate::turbo;

/// What each is to `jpegtran`. Source: its usage, `-trim`: what has no whole MCU is left out.
const WAYS: [(Orientation, &[&str]); 5] = [
    (Orientation::MIRRORED, &["-flip", "horizontal"]),
    (Orientation::FLIPPED, &["-flip", "vertical"]),
    (Orientation::QUARTER, &["-rotate", "90"]),
    (Orientation::HALF, &["-rotate", "180"]),
    (Orientation::THREE_QUARTERS, &["-rotate", "270"]),
];

/// Cases that are large enough, and of the kind that is turned by its coefficients.
const LARGE_ENOUGH: [&str; 6] = [
    "96x64 ",
    "67x45 ",
    "sampled ",
    "restart in blocks",
    "quality 1,",
    "one table",
];

/// How many were turned alike, and how many otherwise.
pub(crate) fn run(cases: &[Case]) -> anyhow::Result<(usize, usize)> {
    let mut turner = Turner::new();
    let (mut alike, mut otherwise) = (0, 0);
    for Case { name, jpeg } in cases {
        let whole = LARGE_ENOUGH.iter().any(|begin| name.starts_with(begin));
        // Chroma of its own sampling: the general decoder's.
        if !whole || name.contains(',') && name.starts_with("sampled") {
            continue;
        }
        for (orientation, switches) in WAYS {
            let mut ours = Vec::new();
            if turner.turn(jpeg, orientation, &mut ours).is_err() {
                continue;
            }
            let switches = [switches, &["-trim"]].concat();
            let theirs = turbo::decode(&turbo::transform(&switches, jpeg)?)?;
            let same = match (turbo::decode(&ours)?, theirs) {
                (Some(ours), Some(theirs)) => {
                    (ours.width, ours.height, ours.rgb) == (theirs.width, theirs.height, theirs.rgb)
                }
                _ => false,
            };
            if same {
                alike += 1;
            } else {
                otherwise += 1;
                println!("{name}: {switches:?} is another picture");
            }
        }
    }
    Ok((alike, otherwise))
}
