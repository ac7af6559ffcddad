//! An odd JPEG and its name, from whoever makes it to whoever judges it.

/// An odd JPEG.
pub(crate) struct Case {
    /// What is odd about it, and of which picture.
    pub(crate) name: String,
    pub(crate) jpeg: Vec<u8>,
}
