//! One program of tests: what they share is compiled once and none of it is dead.

#[path = "../../fuzz/checks.rs"]
mod checks;
mod common;
mod damage;
mod encode;
mod hold;
mod identity;
mod intervals;
mod kinds;
mod mjpeg;
mod oddities;
mod pass_through;
mod reference;
mod seeds;
mod sizes;
mod turn;
