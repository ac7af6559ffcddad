//! The rounds together: medians, ratios of one round's figures, and the tables.

use testkit::statistics::median;

use super::row::{Row, Stage};
use super::server::{Format, System};
use crate::table::MarkdownTable;

/// All that was measured.
pub(crate) struct Tally {
    rounds: usize,
    as_ethernet: bool,
    cells: Vec<Cell>,
}

/// One system in one stage, a row for each round.
struct Cell {
    system: System,
    format: Format,
    stage: Stage,
    rows: Vec<Row>,
}

impl Cell {
    fn median(&self, of: impl Fn(&Row) -> f64) -> f64 {
        median(&mut self.rows.iter().map(of).collect::<Vec<_>>())
    }
}

impl Tally {
    pub(crate) fn new(rounds: usize, as_ethernet: bool) -> Self {
        Self {
            rounds,
            as_ethernet,
            cells: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, system: System, format: Format, stage: Stage, row: Row) {
        let same =
            |cell: &&mut Cell| (cell.system, cell.format, cell.stage) == (system, format, stage);
        if let Some(cell) = self.cells.iter_mut().find(same) {
            cell.rows.push(row);
            return;
        }
        let rows = vec![row];
        self.cells.push(Cell {
            system,
            format,
            stage,
            rows,
        });
    }

    fn cell(&self, system: System, format: Format, viewers: usize) -> Option<&Cell> {
        self.cells.iter().find(|cell| {
            (
                cell.system,
                cell.format,
                cell.stage.viewers,
                cell.stage.slow,
            ) == (system, format, viewers, false)
        })
    }

    /// What a delivered frame costs for what one of ours does, by the figures of the same round: who delivers less does not
    /// look cheaper.
    fn against_ours(&self, cell: &Cell) -> String {
        let ours = self.cell(System::Ours, cell.format, cell.stage.viewers);
        let Some(ours) = ours else {
            return String::new();
        };
        let rounds = cell.rows.iter().zip(&ours.rows);
        let mut ratios: Vec<f64> = rounds
            .map(|(one, other)| one.us_per_frame() / other.us_per_frame())
            .collect();
        format!("{:.2}", median(&mut ratios))
    }

    /// In the order of the table, whoever began.
    fn of(&self, format: Format, pick: impl Fn(Stage) -> bool) -> Vec<&Cell> {
        let mut cells: Vec<_> = self.cells.iter().collect();
        cells.retain(|cell| cell.format == format && pick(cell.stage));
        let place = |system| System::ALL.iter().position(|one| *one == system);
        cells.sort_by_key(|cell| (cell.stage.viewers, place(cell.system)));
        cells
    }

    pub(crate) fn print(&self) {
        self.print_one_viewer();
        self.print_many_viewers();
        self.print_slow_viewer();
    }

    fn print_one_viewer(&self) {
        let loopback = if self.as_ethernet {
            "loopback with the segments of an Ethernet"
        } else {
            "loopback as it is, whose large segments flatter us where many watch"
        };
        let note = format!(
            "One camera of 1280×720 at 34 fps for every system in turn; medians, rounds: {}; quality 80; {loopback}. CPU and \
             memory (proportional, without the camera's buffers) of all that serves: ours are capture-svc, nats-server and \
             gateway-svc. Against ours: CPU for a delivered frame. Ages: from the moment that the picture itself tells to its \
             last byte at the viewer. An MJPEG camera's own bytes are passed on, but by Motion, which encodes anew.",
            self.rounds
        );
        let mut table = MarkdownTable::new(
            "one viewer",
            &note,
            &[
                "camera",
                "system",
                "% of one core",
                "against ours",
                "age p50 ms",
                "p99 ms",
                "longest gap ms",
                "fps",
                "KB a frame",
                "memory MB",
            ],
        );
        for format in [Format::Yuyv, Format::Mjpeg] {
            for cell in self.of(format, |stage| stage.viewers == 1) {
                table.row(&[
                    format.name().to_owned(),
                    cell.system.name().to_owned(),
                    format!("{:.2}", cell.median(Row::percent)),
                    self.against_ours(cell),
                    format!("{:.1}", cell.median(|row| row.fast.age_ms(50))),
                    format!("{:.1}", cell.median(|row| row.fast.age_ms(99))),
                    format!("{:.0}", cell.median(|row| row.fast.longest_gap_ms)),
                    format!("{:.1}", cell.median(|row| row.fps(1))),
                    format!(
                        "{:.1}",
                        cell.median(|row| row.fast.bytes as f64
                            / row.fast.ages_ms.len() as f64
                            / 1e3)
                    ),
                    format!("{:.1}", cell.median(|row| row.memory_mb)),
                ]);
            }
        }
        table.print();
    }

    fn print_many_viewers(&self) {
        let note = format!("The same with more viewers. {}", self.break_even());
        let mut table = MarkdownTable::new(
            "more viewers",
            &note,
            &[
                "camera",
                "viewers",
                "system",
                "% of one core",
                "against ours",
                "µs per delivered frame",
                "fps per viewer",
                "age p50 ms",
                "p99 ms",
                "KB per viewer",
            ],
        );
        for format in [Format::Yuyv, Format::Mjpeg] {
            for cell in self.of(format, |stage| stage.viewers > 1 && !stage.slow) {
                let viewers = cell.stage.viewers;
                let one = self.cell(cell.system, format, 1);
                let alone = one.map_or(f64::NAN, |one| one.median(|row| row.memory_mb));
                let grown =
                    (cell.median(|row| row.memory_mb) - alone) * 1024.0 / (viewers - 1) as f64;
                table.row(&[
                    format.name().to_owned(),
                    viewers.to_string(),
                    cell.system.name().to_owned(),
                    format!("{:.1}", cell.median(Row::percent)),
                    self.against_ours(cell),
                    format!("{:.0}", cell.median(Row::us_per_frame)),
                    format!("{:.1}", cell.median(|row| row.fps(viewers))),
                    format!("{:.1}", cell.median(|row| row.fast.age_ms(50))),
                    format!("{:.1}", cell.median(|row| row.fast.age_ms(99))),
                    format!("{grown:.0}"),
                ]);
            }
        }
        table.print();
    }

    /// From how many viewers on ours costs less than uStreamer with an MJPEG camera.
    fn break_even(&self) -> String {
        let percent = |system, viewers| {
            let cell = self.cell(system, Format::Mjpeg, viewers)?;
            Some(cell.median(Row::percent))
        };
        let line = |system| Some((percent(system, 1)?, percent(system, 50)?));
        let (Some((ours, ours_50)), Some((theirs, theirs_50))) =
            (line(System::Ours), line(System::UstreamerOne))
        else {
            return String::new();
        };
        let steeper = (theirs_50 - theirs) - (ours_50 - ours);
        let viewers = 1.0 + 49.0 * (ours - theirs) / steeper;
        format!(
            "By straight lines through 1 and 50 viewers of the MJPEG camera, /stream.mjpg and uStreamer cost the same at \
             {viewers:.0} viewers."
        )
    }

    fn print_slow_viewer(&self) {
        let mut table = MarkdownTable::new(
            "a slow viewer",
            "YUYV; twenty fast viewers and one behind 1.5 Mb/s, a line that needs about 350 ms for each frame and has a \
             buffer of 64 KB, which is as much again.",
            &[
                "system",
                "slow: age p50 ms",
                "p99 ms",
                "fps",
                "the fast: age p99 ms",
                "fps",
                "longest gap ms",
            ],
        );
        for cell in self.of(Format::Yuyv, |stage| stage.slow) {
            let viewers = cell.stage.viewers;
            table.row(&[
                cell.system.name().to_owned(),
                format!("{:.0}", cell.median(|row| row.slow.age_ms(50))),
                format!("{:.0}", cell.median(|row| row.slow.age_ms(99))),
                format!(
                    "{:.1}",
                    cell.median(|row| row.slow.ages_ms.len() as f64 / row.seconds)
                ),
                format!("{:.1}", cell.median(|row| row.fast.age_ms(99))),
                format!("{:.1}", cell.median(|row| row.fps(viewers))),
                format!("{:.0}", cell.median(|row| row.fast.longest_gap_ms)),
            ]);
        }
        table.print();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::crowd::Seen;

    fn row(cores: f64) -> Row {
        Row {
            cores,
            memory_mb: 1.0,
            seconds: 1.0,
            fast: Seen {
                ages_ms: vec![1.0; 34],
                ..Seen::default()
            },
            slow: Seen::default(),
        }
    }

    fn add(tally: &mut Tally, system: System, viewers: usize, percents: &[f64]) {
        for percent in percents {
            let stage = Stage {
                viewers,
                slow: false,
            };
            tally.add(system, Format::Mjpeg, stage, row(percent / 100.0));
        }
    }

    #[test]
    fn a_ratio_is_of_figures_of_one_round() {
        let mut tally = Tally::new(3, false);
        // All rounds three times as dear, however dear the machine's other work made them.
        add(&mut tally, System::Ours, 1, &[1.0, 5.0, 2.0]);
        add(&mut tally, System::Motion, 1, &[3.0, 15.0, 6.0]);
        let motion = tally.cell(System::Motion, Format::Mjpeg, 1);
        assert_eq!(tally.against_ours(motion.expect("it was added")), "3.00");
    }

    #[test]
    fn two_lines_cost_the_same_where_they_cross() {
        let mut tally = Tally::new(1, false);
        add(&mut tally, System::Ours, 1, &[3.0]);
        add(&mut tally, System::Ours, 50, &[12.8]);
        add(&mut tally, System::UstreamerOne, 1, &[1.0]);
        // 0.2 % and 0.4 % for each further viewer: ten of them make up for 2 %.
        add(&mut tally, System::UstreamerOne, 50, &[20.6]);
        assert!(tally.break_even().contains("at 11 viewers"));
    }
}
