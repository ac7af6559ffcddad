//! What the rules find.

/// What is wrong: the rule's name and words.
#[derive(Debug, Default)]
pub(super) struct Violations(pub(super) Vec<(&'static str, String)>);

impl Violations {
    pub(super) fn add(&mut self, rule: &'static str, why: String) {
        self.0.push((rule, why));
    }
}
