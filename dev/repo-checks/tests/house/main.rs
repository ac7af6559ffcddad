//! The walls of the house (`docs/architecture.md`): what rustc, clippy, cargo-deny and biome do not see.

mod duplicates;
mod packages;
mod public;
