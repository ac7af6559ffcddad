//! What the repository says of itself, held against what it is: the checks are the tests of this package. Here is what
//! they share: the repository's files, and who imports whom in a crate ([`Crate`]).
//!
//! Read with `syn` and not with cargo-modules or cargo-cycles: those carry rust-analyzer, hundreds of crates, for what
//! follows from `mod`, `use` and paths alone.

mod circles;
mod crates;
mod files;
mod names;
mod resolve;

pub use circles::{Arrow, circles};
pub use crates::{Crate, Module};
pub use files::{files, read, relative, root};
pub use names::identifiers;
