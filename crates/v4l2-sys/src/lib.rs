//! V4L2's structures and numbers, in place of the crate of that name, which has them made from the kernel's header by
//! bindgen at each build: without libclang, which few machines have, that ends in a page of its words.
//!
//! What is here is what the v4l crate and we name, as bindgen would name it; nothing that calls. They are the kernel's
//! words to programs and do not change; a test holds them against the header of the machine.
//! Source: `linux/videodev2.h`.
#![expect(
    missing_docs,
    clippy::pub_underscore_fields,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    reason = "the kernel's names and bindgen's; the kernel's documentation says what they mean"
)]

#[macro_use]
mod layout;

mod buffer;
mod constants;
mod control;
mod device;
mod format;
mod other;

pub use buffer::*;
pub use constants::*;
pub use control::*;
pub use device::*;
pub use format::*;
pub use other::*;
