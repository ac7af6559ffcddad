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

/// Cores = `fixed` × gateways + `per_frame` × frames sent a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) fixed: f64,
    pub(crate) per_frame: f64,
}

impl Cost {
    /// Least squares of the relative error over the points of one gateway; none of fewer than two different ones.
    pub(crate) fn fit(points: &[Point]) -> Option<Self> {
        let (mut ones, mut x, mut xx, mut y, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for point in points.iter().filter(|point| point.gateways < 1.5) {
            // A percent of a busy gateway and a percent of an idle one count the same.
            let weight = 1.0 / (point.cores * point.cores);
            ones += weight;
            x += weight * point.sent;
            xx += weight * point.sent * point.sent;
            y += weight * point.cores;
            xy += weight * point.sent * point.cores;
        }
        let determinant = ones * xx - x * x;
        // Of equal points only rounding is left.
        (determinant > 1e-9 * ones * xx).then(|| Self {
            fixed: (xx * y - x * xy) / determinant,
            per_frame: (ones * xy - x * y) / determinant,
        })
    }

    pub(crate) fn cores(self, gateways: f64, sent: f64) -> f64 {
        self.fixed * gateways + self.per_frame * sent
    }
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
    fn a_cost_that_is_linear_is_found_and_predicts_more_gateways() {
        let point = |sent: f64| Point {
            gateways: 1.0,
            viewers: 1.0,
            cores: 0.02 + 20e-6 * sent,
            sent,
        };
        let cost = Cost::fit(&[point(34.0), point(340.0), point(3400.0)]).expect("three points");
        assert!((cost.fixed - 0.02).abs() < 1e-9, "{cost:?}");
        assert!((cost.per_frame - 20e-6).abs() < 1e-12, "{cost:?}");
        assert!((cost.cores(4.0, 1000.0) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn one_point_is_no_line() {
        assert!(Cost::fit(&points("")).is_none());
        assert!(Cost::fit(&points(TABLE)[..1]).is_none());
    }
}
