//! What could not be checked, said where it happens and once more at the end.

use crate::shell::red;

/// Lines for the person who reads the end of the output.
#[derive(Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    pub(super) fn not_checked(&mut self, what: &str) {
        println!("{} {what}", red("NOT CHECKED:"));
        self.0.push(what.to_owned());
    }

    pub(super) fn repeat(&self) {
        for note in &self.0 {
            println!("{} {note}", red("NOT CHECKED:"));
        }
    }
}
