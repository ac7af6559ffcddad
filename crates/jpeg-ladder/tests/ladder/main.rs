//! One program of tests: what they share is compiled once and none of it is dead.

mod common;
mod encode;
mod identity;
mod mjpeg;
mod reference;
