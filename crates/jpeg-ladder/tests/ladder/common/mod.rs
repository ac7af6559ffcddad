//! What the tests and `bench/encode` feed to the encoder.

pub(crate) mod cases;
pub(crate) mod frames;
pub(crate) mod layouts;
pub(crate) mod oddities;
pub(crate) mod pictures;
