//! From costs to machines.

use crate::cost::Cost;

/// What is to be served.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) viewers: f64,
    pub(crate) cameras: f64,
}

/// What it takes.
pub(crate) struct Plan {
    pub(crate) gateways: f64,
    /// What decides their number.
    pub(crate) because: &'static str,
    /// Camera and quality, at each gateway.
    pub(crate) streams: f64,
    pub(crate) nats_gbit: f64,
    pub(crate) viewers_gbit: f64,
    /// What would have to be split first.
    pub(crate) breaks: &'static str,
}

const FPS: f64 = 34.0;
const FRAME_GBIT: f64 = 60_000.0 * 8.0 / 1e9;
const QUALITIES: f64 = 3.0;
/// Of one machine, as far as it is to be filled.
const CORES: f64 = 4.0 * 0.7;
const NETWORK_GBIT: f64 = 10.0 * 0.7;

pub(crate) fn plan(site: Site, cost: Cost) -> Plan {
    let stream_gbit = FRAME_GBIT * FPS;
    let all_streams = site.cameras * QUALITIES;
    let viewers_gbit = site.viewers * stream_gbit;
    let relayed = |gateways: f64| all_streams.min(site.viewers / gateways);
    // More gateways relay fewer streams each, so the number is looked for from below.
    let fits = |gateways: f64, limit: &str| match limit {
        "network" => viewers_gbit / gateways + relayed(gateways) * stream_gbit <= NETWORK_GBIT,
        _ => {
            // The fixed cost was measured with one stream; each further one is received as well.
            cost.waking
                + cost.fixed * relayed(gateways)
                + cost.frames(FPS * site.viewers / gateways)
                <= CORES
        }
    };
    let needed = |limit: &str| {
        let mut gateways = 1.0;
        while !fits(gateways, limit) {
            gateways += 1.0;
        }
        gateways
    };
    let (network, cores) = (needed("network"), needed("cores"));
    let gateways = network.max(cores);
    let nats_gbit = gateways * relayed(gateways) * stream_gbit;
    Plan {
        gateways,
        because: if cores > network { "cores" } else { "network" },
        streams: relayed(gateways),
        nats_gbit,
        viewers_gbit,
        breaks: if nats_gbit > NETWORK_GBIT {
            // One server sends every stream once to each gateway that relays it; leaf nodes near the gateways take each
            // stream once and pass it on.
            "NATS egress: leaf nodes"
        } else {
            "gateways: add machines"
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost {
        waking: 0.002,
        fixed: 0.02,
        first: 25e-6,
        further: 25e-6,
    };

    fn of(viewers: f64, cameras: f64) -> Plan {
        plan(Site { viewers, cameras }, COST)
    }

    #[test]
    fn more_viewers_never_need_fewer_gateways() {
        let mut last = 0.0;
        for viewers in [1e2, 1e3, 1e4, 1e5, 1e6] {
            let gateways = of(viewers, 10.0).gateways;
            assert!(gateways >= last, "{viewers}: {gateways} after {last}");
            last = gateways;
        }
    }

    #[test]
    fn one_camera_for_a_thousand_viewers_is_a_matter_of_the_network() {
        let plan = of(1e3, 1.0);
        // 16.3 Gb/s at 7 for each, and three incoming streams.
        assert!((plan.gateways - 3.0).abs() < 0.5, "{}", plan.gateways);
        assert_eq!(plan.because, "network");
        assert_eq!(plan.breaks, "gateways: add machines");
    }

    #[test]
    fn a_million_viewers_break_the_bus_first() {
        assert_eq!(of(1e6, 1.0).breaks, "NATS egress: leaf nodes");
    }
}
