//! What is refused though libjpeg-turbo shows something of it, and why.

/// The beginning of a name, and the reason.
const REASONS: &[(&str, &str)] = &[
    (
        "arithmetic",
        "of a kind that no camera sends: arithmetic coding",
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
