//! One Markdown table with a heading.

use std::fmt::Write as _;

/// Rows of equally many cells.
pub(crate) struct Table {
    text: String,
    columns: usize,
}

impl Table {
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

/// The value below which `percent` of `values` lie; NaN of none.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values
        .get((values.len() * percent / 100).min(last))
        .copied()
        .unwrap_or(f64::NAN)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values_and_of_none_there_is_none() {
        let mut values = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert!((percentile(&mut values, 50) - 3.0).abs() < f64::EPSILON);
        assert!((percentile(&mut values, 100) - 5.0).abs() < f64::EPSILON);
        assert!(percentile(&mut [], 50).is_nan());
    }
}
