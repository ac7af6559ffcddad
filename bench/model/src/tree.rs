//! One camera for many viewers: gateways, and the leaf nodes that bring its renditions to them.
//!
//! Between servers each rendition goes once over each line, whole, however many watch beyond it; only gateways send once
//! for each viewer, and there deltas and smaller pictures count.

use crate::cost::Cost;

/// Of each machine, as far as it is to be filled.
const NETWORK_MBIT: f64 = 10_000.0 * 0.7;
const CORES: f64 = 4.0 * 0.7;
const FPS: f64 = 34.0;
/// In use at the same time: viewers' links differ.
const RENDITIONS: f64 = 3.0;
/// What a line of 8 Mb/s carries of half size at every frame, by the table `links`.
const HALF_SIZE_MBIT: f64 = 8.0;

/// What viewers watch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) what: String,
    /// On the bus: one rendition, whole frames.
    pub(crate) whole_mbit: f64,
    /// To each viewer.
    pub(crate) viewer_mbit: f64,
}

/// Scenes of the table `still` that are worth a row: one where all moves, one where little does, one where nothing does.
const SCENES: [&str; 3] = [
    "the camera pans",
    "one walker, 5 % of the area",
    "nothing moves",
];

/// The pictures of the table with the columns `plain` and `delta, every frame`, and one of half size.
pub(crate) fn pictures(text: &str) -> Vec<Picture> {
    let mut columns = None;
    let mut found = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let at = |name| cells.iter().position(|cell| *cell == name);
        if let (Some(scene), Some(plain), Some(delta)) =
            (at("scene"), at("plain"), at("delta, every frame"))
        {
            columns = Some([scene, plain, delta]);
            continue;
        }
        let Some([scene, plain, delta]) = columns else {
            continue;
        };
        if cells.len() <= delta {
            columns = None;
            continue;
        }
        let number = |at: usize| cells[at].trim_matches('*').parse().ok();
        if let (true, Some(whole_mbit), Some(viewer_mbit)) =
            (SCENES.contains(&cells[scene]), number(plain), number(delta))
        {
            found.push(Picture {
                what: format!("{}, deltas", cells[scene]),
                whole_mbit,
                viewer_mbit,
            });
        }
    }
    if !found.is_empty() {
        found.push(Picture {
            what: "half size, whole frames".into(),
            whole_mbit: HALF_SIZE_MBIT,
            viewer_mbit: HALF_SIZE_MBIT,
        });
    }
    found
}

/// What it takes.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) gateways: f64,
    /// What decides their number.
    pub(crate) because: &'static str,
    /// Leaf nodes, those beside the gateways first; none: the hub feeds the gateways itself.
    pub(crate) leaves: Vec<f64>,
    /// On each line from one server to the next, or to a gateway.
    pub(crate) line_mbit: f64,
    /// Out of the hub.
    pub(crate) hub_mbit: f64,
    /// To all viewers.
    pub(crate) viewers_mbit: f64,
}

pub(crate) fn tree(viewers: f64, picture: &Picture, cost: Cost) -> Tree {
    let line_mbit = RENDITIONS * picture.whole_mbit;
    let viewers_mbit = viewers * picture.viewer_mbit;
    let network = (viewers_mbit / (NETWORK_MBIT - line_mbit)).ceil();
    let fits = |gateways: f64| {
        let frames = cost.frames(FPS * viewers / gateways);
        cost.waking + cost.fixed * RENDITIONS + frames <= CORES
    };
    let mut gateways = network;
    while !fits(gateways) {
        gateways += 1.0;
    }
    let lines = (NETWORK_MBIT / line_mbit).floor();
    let mut leaves = Vec::new();
    let mut fed = gateways;
    while fed > lines {
        fed = (fed / lines).ceil();
        leaves.push(fed);
    }
    Tree {
        gateways,
        because: if gateways > network {
            "cores"
        } else {
            "network"
        },
        leaves,
        line_mbit,
        hub_mbit: fed * line_mbit,
        viewers_mbit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost {
        waking: 0.005,
        fixed: 0.004,
        first: 12e-6,
        further: 10e-6,
    };
    const TABLE: &str = "| scene | plain | published | delta, every frame |\n|---|---|---|---|\n\
                         | nothing moves | 33.4 | 33.4 | **0.37** |\n| something else | 1 | 1 | 1 |\n\n| nothing moves | 7 | 7 | 7 |\n";

    fn picture(whole_mbit: f64, viewer_mbit: f64) -> Picture {
        Picture {
            what: String::new(),
            whole_mbit,
            viewer_mbit,
        }
    }

    #[test]
    fn pictures_are_found_by_the_columns_of_their_table() {
        let found = pictures(TABLE);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].whole_mbit, found[0].viewer_mbit), (33.4, 0.37));
        assert!(pictures("").is_empty());
    }

    #[test]
    fn a_few_gateways_need_no_leaf_and_a_million_viewers_one_row_of_them() {
        assert!(tree(1e3, &picture(16.0, 16.0), COST).leaves.is_empty());
        let large = tree(1e6, &picture(16.0, 16.0), COST);
        // 48 Mb/s on each line: 145 of them out of one server.
        assert_eq!(large.leaves, [(large.gateways / 145.0).ceil()]);
        assert!(large.hub_mbit <= NETWORK_MBIT);
        assert!((large.hub_mbit - large.leaves[0] * 48.0).abs() < 1e-6);
    }

    #[test]
    fn what_a_line_carries_does_not_grow_with_the_viewers_beyond_it() {
        let line = |viewers| tree(viewers, &picture(16.0, 16.0), COST).line_mbit;
        assert!((line(1e3) - line(1e6)).abs() < 1e-9);
    }

    #[test]
    fn where_little_moves_processors_decide_and_not_the_network() {
        assert_eq!(tree(1e5, &picture(33.0, 33.0), COST).because, "network");
        let still = tree(1e5, &picture(33.0, 0.4), COST);
        assert_eq!(still.because, "cores");
        // 2.8 cores at 10 µs a frame and 34 frames a second.
        assert!((12.0..14.0).contains(&still.gateways), "{still:?}");
    }

    #[test]
    fn a_second_row_of_leaves_comes_where_one_server_cannot_feed_the_first() {
        let wide = tree(1e6, &picture(800.0, 20.0), COST);
        assert!(
            wide.leaves.len() > 1 && wide.hub_mbit <= NETWORK_MBIT,
            "{wide:?}"
        );
    }
}
