//! What a source is given while it is opened, where that may take long: a program that settles its camera, a network.

use std::sync::Arc;

use super::cancel::Cancel;

/// What an opening that takes its time owes the supervisor: signs of life, and to give up when it is told to.
pub(super) struct Opening<'a> {
    /// When it is told, the opening is to fail soon, with any error.
    pub(super) cancel: &'a Arc<Cancel>,
    /// Says that this thread is alive.
    pub(super) alive: &'a dyn Fn(),
}

impl Opening<'_> {
    /// To be called at least once a second while it takes.
    pub(super) fn go_on(&self) {
        (self.alive)();
    }
}
