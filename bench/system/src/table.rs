//! One Markdown table with a heading.

use std::fmt::Write as _;

/// Rows of equally many cells.
pub(crate) struct MarkdownTable {
    text: String,
    columns: usize,
}

impl MarkdownTable {
    /// A table under `heading`; `note` says what was measured.
    pub(crate) fn new(heading: &str, note: &str, columns: &[&str]) -> Self {
        let text = format!(
            "\n### {heading}\n\n> {note}\n\n| {} |\n|{}\n",
            columns.join(" | "),
            "---|".repeat(columns.len())
        );
        Self {
            text,
            columns: columns.len(),
        }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        debug_assert_eq!(cells.len(), self.columns, "a cell for every column");
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    pub(crate) fn print(&self) {
        println!("{}", self.text);
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
