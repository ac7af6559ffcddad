//! Our files of a case.

use jpeg_ladder::{HoldSettings, Kernel, Ladder, Rendition, Size, Source};

use crate::common::cases::Case;

/// An encoder that holds what is still, or does not.
pub(super) fn ladder(kernel: Kernel, holds: bool) -> Ladder {
    let mut ladder = Ladder::with_kernel(kernel);
    ladder.hold(holds.then_some(HoldSettings {
        refresh_frames: 1,
        settles: false,
    }));
    ladder
}

/// Every quality of a case in every size.
pub(super) fn renditions(case: &Case) -> Vec<Rendition> {
    let of = |&quality: &u8| Size::ALL.map(|size| Rendition::new(quality, size));
    case.qualities.iter().flat_map(of).collect()
}

/// Our files of a case.
pub(super) fn encode(
    ladder: &mut Ladder,
    case: &Case,
    source: Source,
    renditions: &[Rendition],
) -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new(); renditions.len()];
    ladder.forget();
    ladder
        .encode_many(&case.spec, source, renditions, &mut out, &[])
        .expect("a good frame");
    out
}
