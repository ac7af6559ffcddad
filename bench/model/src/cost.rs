//! What a gateway costs, from measured points.

/// A row of the table `scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) gateways: f64,
    pub(crate) viewers: f64,
    /// Of all gateways together.
    pub(crate) cores: f64,
    /// Frames to viewers, a second.
    pub(crate) sent: f64,
}

impl Point {
    /// Whether every gateway has a viewer: with fewer some receive nothing.
    pub(crate) fn is_even(&self) -> bool {
        self.viewers >= self.gateways
    }
}

/// The rows of the table that has these columns.
pub(crate) fn points(text: &str) -> Vec<Point> {
    let names = [
        "gateways",
        "viewers",
        "gateways cores",
        "frames to viewers /s",
    ];
    let mut found = Vec::new();
    let mut columns: Option<Vec<usize>> = None;
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.len() < names.len() {
            columns = None;
            continue;
        }
        let at = |name: &&str| cells.iter().position(|cell| cell == name);
        if let Some(all) = names.iter().map(at).collect::<Option<Vec<usize>>>() {
            columns = Some(all);
        } else if let Some(columns) = &columns {
            let values: Vec<f64> = columns
                .iter()
                .filter_map(|at| cells.get(*at)?.parse().ok())
                .collect();
            if let [gateways, viewers, cores, sent] = values[..] {
                found.push(Point {
                    gateways,
                    viewers,
                    cores,
                    sent,
                });
            }
        }
    }
    found
}

/// Frames a second from a gateway, to a hundred viewers: what it does once for all of them is shared by enough then.
const CROWD: f64 = 100.0 * 34.0;

/// What gateways cost in cores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// A machine that would sleep is woken for each frame, whoever is woken.
    pub(crate) waking: f64,
    /// A gateway that receives one quality.
    pub(crate) fixed: f64,
    /// Each frame a second to a gateway's first hundred viewers,
    pub(crate) first: f64,
    /// and to all further ones.
    pub(crate) further: f64,
}

impl Cost {
    /// Least squares of the relative error over the points of one and two gateways, for with one alone the machine's share
    /// cannot be told from the gateway's; none of points that do not tell all four apart.
    pub(crate) fn fit(points: &[Point]) -> Option<Self> {
        let mut sums = [[0.0; 5]; 4];
        let few = |point: &&Point| point.gateways < 2.5 && point.is_even();
        for point in points.iter().filter(few) {
            let (first, further) = split(point.sent / point.gateways);
            let gateways = point.gateways;
            let row = [
                1.0,
                gateways,
                gateways * first,
                gateways * further,
                point.cores,
            ];
            // A percent of a busy gateway and a percent of an idle one count the same.
            let row = row.map(|cell| cell / point.cores);
            for (sum, factor) in sums.iter_mut().zip(row) {
                for (sum, cell) in sum.iter_mut().zip(row) {
                    *sum += factor * cell;
                }
            }
        }
        let [waking, fixed, first, further] = solve(sums)?;
        Some(Self {
            waking,
            fixed,
            first,
            further,
        })
    }

    /// Of so many gateways that send so many frames a second together.
    pub(crate) fn cores(self, gateways: f64, sent: f64) -> f64 {
        self.waking + gateways * (self.fixed + self.frames(sent / gateways))
    }

    /// Of the frames that one gateway sends a second.
    pub(crate) fn frames(self, sent: f64) -> f64 {
        let (first, further) = split(sent);
        self.first * first + self.further * further
    }
}

/// A gateway's frames a second to its first hundred viewers, and to the others.
const fn split(sent: f64) -> (f64, f64) {
    let first = sent.min(CROWD);
    (first, sent - first)
}

/// Four equations, each with its right side last, by Gauss and Jordan. (Normal equations need no other pivots.)
fn solve(mut rows: [[f64; 5]; 4]) -> Option<[f64; 4]> {
    let whole = [rows[0][0], rows[1][1], rows[2][2], rows[3][3]];
    for at in 0..rows.len() {
        let pivot = rows[at][at];
        // Of points that do not differ only rounding is left.
        if pivot.is_nan() || pivot <= 1e-9 * whole[at] {
            return None;
        }
        rows[at] = rows[at].map(|cell| cell / pivot);
        let solved = rows[at];
        let others = rows.iter_mut().enumerate().filter(|(row, _)| *row != at);
        for (_, row) in others {
            let factor = row[at];
            for (cell, known) in row.iter_mut().zip(solved) {
                *cell -= factor * known;
            }
        }
    }
    Some(rows.map(|row| row[4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Results\n\n| gateways | viewers | gateways cores | x | frames to viewers /s |\n|---|---|---|---|---|\n\
                         | 1 | 1 | 0.024 | 9 | 40 |\n| 1 | 100 | 0.100 | 9 | 4000 |\n| 2 | 100 | 0.120 | 9 | 4000 |\n\n| 7 | 7 | 7 | 7 | 7 |\n";

    #[test]
    fn the_table_is_found_by_its_columns_and_ends_at_a_blank_line() {
        let points = points(TABLE);
        assert_eq!(points.len(), 3);
        let last = Point {
            gateways: 2.0,
            viewers: 100.0,
            cores: 0.12,
            sent: 4000.0,
        };
        assert_eq!(points[2], last);
    }

    #[test]
    fn costs_are_told_apart_and_predict_more_gateways() {
        let point = |gateways: f64, sent: f64| {
            let (first, further) = split(sent / gateways);
            Point {
                gateways,
                viewers: 10.0,
                cores: 0.003 + gateways * (0.02 + 20e-6 * first + 15e-6 * further),
                sent,
            }
        };
        // A gateway without a viewer says nothing of one with viewers.
        let idle = Point {
            viewers: 1.0,
            cores: 0.009,
            ..point(2.0, 34.0)
        };
        let measured = [
            point(1.0, 34.0),
            point(1.0, 3400.0),
            point(1.0, 34_000.0),
            point(2.0, 340.0),
            point(2.0, 34_000.0),
            idle,
        ];
        let cost = Cost::fit(&measured).expect("enough points");
        assert!((cost.waking - 0.003).abs() < 1e-9, "{cost:?}");
        assert!((cost.fixed - 0.02).abs() < 1e-9, "{cost:?}");
        assert!((cost.first - 20e-6).abs() < 1e-12, "{cost:?}");
        assert!((cost.further - 15e-6).abs() < 1e-12, "{cost:?}");
        assert!((cost.cores(4.0, 1000.0) - 0.103).abs() < 1e-9);
        let crowded = 0.003 + 4.0 * (0.02 + 3400.0 * 20e-6 + 600.0 * 15e-6);
        assert!((cost.cores(4.0, 16_000.0) - crowded).abs() < 1e-9);
    }

    #[test]
    fn points_that_do_not_tell_them_apart_give_none() {
        assert!(Cost::fit(&points("")).is_none());
        for some in 1..=3 {
            assert!(Cost::fit(&points(TABLE)[..some]).is_none());
        }
    }
}
