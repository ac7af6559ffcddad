//! What the tests and `bench/encode` feed to the encoder.

pub(crate) mod cases;
pub(crate) mod frames;
pub(crate) mod layouts;
pub(crate) mod oddities;
pub(crate) mod pictures;
pub(crate) mod planes;

use jpeg_ladder::Rendition;

/// Qualities in full size.
pub(crate) fn full(qualities: &[u8]) -> Vec<Rendition> {
    qualities.iter().copied().map(Rendition::full).collect()
}
