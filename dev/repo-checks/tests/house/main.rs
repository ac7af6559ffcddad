//! The walls of the house (`docs/architecture.md`): what rustc, clippy, cargo-deny and biome do not see.

mod circles;
mod duplicates;
mod layers;
mod packages;
mod public;
mod pure;
mod sizes;
