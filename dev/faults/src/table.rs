//! PURE: the rows as a table for people.

use crate::figure::{GAP, OLDEST, Row, Summary};
use crate::plan::Plan;

/// A cell that nobody reads to its end.
const CELL_CHARS: usize = 140;

/// Every line of the table, with its head.
pub(crate) fn lines(rows: &[Row], plan: &Plan) -> Vec<String> {
    let mut cells = vec![
        [
            "fault",
            "required",
            GAP,
            OLDEST,
            "also measured",
            "what capture did",
            "verdict",
        ]
        .map(str::to_owned),
    ];
    cells.extend(rows.iter().map(row));
    let widths: Vec<usize> = (0..7)
        .map(|column| {
            let longest = cells.iter().map(|row| row[column].chars().count()).max();
            longest.unwrap_or(0)
        })
        .collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let line = |cells: &[String]| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())));
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let mut lines = vec![String::new(), line(&cells[0]), line(&rule)];
    lines.extend(cells[1..].iter().map(|row| line(row)));
    lines.push(String::new());
    let failed = rows.iter().filter(|row| !row.passed()).count();
    let how = [
        format!("{} run(s)", plan.runs),
        if plan.runs > 1 {
            "median (worst)".to_owned()
        } else {
            String::new()
        },
        if plan.mode.secure {
            "TLS and nkeys"
        } else {
            "no login"
        }
        .to_owned(),
        if plan.mode.quick { "quick" } else { "full" }.to_owned(),
    ];
    let how: Vec<String> = how.into_iter().filter(|word| !word.is_empty()).collect();
    lines.push(format!(
        "{} faults, {failed} failed; {}",
        rows.len(),
        how.join(", ")
    ));
    lines
}

fn row(row: &Row) -> [String; 7] {
    let summaries = row.summaries();
    let of = |what: &str| {
        let found = summaries.iter().find(|summary| summary.what == what);
        found.map_or("-".to_owned(), |summary| number(summary, row.runs.len()))
    };
    let others = summaries
        .iter()
        .filter(|summary| ![GAP, OLDEST].contains(&summary.what))
        .map(|summary| format!("{} {}", summary.what, number(summary, row.runs.len())));
    let verdict = match (row.failure(), row.missed()) {
        (Some(why), _) => format!("FAILED: {}", first_line(&why)),
        (None, missed) if missed.is_empty() => "ok".to_owned(),
        (None, missed) => format!("goal missed: {}", missed.join(", ")),
    };
    let capture = row.runs.iter().flatten().next_back();
    let capture = capture.map_or("-", |seen| &seen.capture);
    [
        row.name.clone(),
        row.required.to_owned(),
        of(GAP),
        of(OLDEST),
        others.collect::<Vec<_>>().join(", "),
        capture.chars().take(CELL_CHARS).collect(),
        verdict,
    ]
}

fn number(summary: &Summary, runs: usize) -> String {
    let (median, worst, unit) = (summary.median, summary.worst, summary.unit);
    if runs > 1 {
        format!("{median:.0} ({worst:.0}) {unit}")
    } else {
        format!("{median:.0} {unit}")
    }
}

/// A panic's message may hold a whole log.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(CELL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser as _;

    use super::*;
    use crate::figure::{Figure, Seen};

    #[test]
    fn a_table_says_what_was_seen_and_what_failed() {
        let seen = |gap| {
            Ok(Seen {
                figures: vec![
                    Figure::within(GAP, Duration::from_millis(gap), 150, 1000),
                    Figure::time("back after", Duration::from_millis(7)),
                ],
                capture: "went on".to_owned(),
            })
        };
        let rows = [
            Row {
                name: "one".to_owned(),
                required: "no gap",
                runs: vec![seen(31), seen(200), seen(32)],
            },
            Row {
                name: "two".to_owned(),
                required: "a frame",
                runs: vec![Err("no frame\nand a log".to_owned())],
            },
        ];
        let plan = Plan::try_parse_from(["faults", "--runs", "3"]).expect("a plan");
        let lines = lines(&rows, &plan);
        assert!(lines[3].contains("32 (200) ms") && lines[3].contains("back after 7 (7) ms"));
        assert!(lines[3].contains("| ok "));
        assert!(lines[4].contains("FAILED: no frame") && !lines[4].contains("log"));
        assert_eq!(
            lines[6],
            "2 faults, 1 failed; 3 run(s), median (worst), no login, full"
        );
    }
}
