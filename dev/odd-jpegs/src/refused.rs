//! What is refused though libjpeg-turbo shows something of it, and why.

/// The beginning of a name, and the reason.
const REASONS: &[(&str, &str)] = &[
    (
        "arithmetic",
        "of a kind that no camera sends: arithmetic coding",
    ),
    (
        "a scan for each component, 2x2",
        "no camera sends it, and the general decoder would show it green",
    ),
    (
        "a scan for luma, one for chroma, 2x2",
        "no camera sends it, and the general decoder would show it green",
    ),
    (
        "a scan for chroma first",
        "no camera sends it, and the general decoder does not take it",
    ),
    (
        "scans from the last",
        "no camera sends it, and the general decoder does not take it",
    ),
    (
        "sampled 1x1,2x2,2x2",
        "chroma finer than luma: no camera sends it",
    ),
    (
        "steps of nothing",
        "damaged: a step of 0, with which libjpeg-turbo shows plain grey",
    ),
    (
        "broken: ",
        "damaged: libjpeg-turbo shows a part of it grey or in the wrong place",
    ),
];

pub(crate) fn reason(name: &str) -> Option<&'static str> {
    let found = REASONS.iter().find(|(begin, _)| name.starts_with(begin));
    found.map(|(_, reason)| *reason)
}
