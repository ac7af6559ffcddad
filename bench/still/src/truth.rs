//! A picture as it is, before any noise: what all that is shown is compared with.

/// Luma and chroma at half the width and height, before any noise; values may lie between levels.
#[derive(Clone)]
pub(crate) struct Truth {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) y: Vec<f32>,
    pub(crate) cb: Vec<f32>,
    pub(crate) cr: Vec<f32>,
}
