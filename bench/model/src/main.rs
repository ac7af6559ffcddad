//! How many gateways, how much NATS and network, for viewers and cameras that no single machine can play.
//!
//! Costs are fitted to the rows of one and two gateways in `bench/RESULTS.md` (section scale) and checked against those of
//! three and four too. `cargo xtask bench model` runs it.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool: its output is the answer"
)]

#[path = "../../../dev/testkit/src/command_line.rs"]
#[expect(
    unreachable_pub,
    reason = "testkit's own file, included so that a fit of two lines does not take minutes to build"
)]
mod command_line;
mod cost;
mod plan;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use cost::{Cost, Point};
use plan::{Plan, Site};
use tree::Picture;

/// How many gateways, how much NATS and network, from the costs that were measured.
#[derive(Parser)]
struct Arguments {
    /// What `cargo xtask bench` has written.
    #[arg(default_value = "bench/RESULTS.md")]
    results: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { results } = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    let text = std::fs::read_to_string(&results).unwrap_or_default();
    let points = cost::points(&text);
    let Some(cost) = Cost::fit(&points) else {
        println!(
            "{} has no measured points of one and of two gateways; this measures them: cargo xtask bench",
            results.display()
        );
        return ExitCode::FAILURE;
    };
    check(&points, cost);
    answers(cost);
    trees(&tree::pictures(&text), cost);
    ExitCode::SUCCESS
}

/// How far off a prediction may be.
const AIM: f64 = 0.15;

fn check(points: &[Point], cost: Cost) {
    println!(
        "\n> Fitted to one and two gateways: {:.4} cores for waking the machine, {:.4} for each gateway that receives one \
         quality, {:.1} µs for each frame delivered to its first hundred viewers and {:.1} µs to further ones. Cores of all \
         gateways, predicted beside measured; the aim is within 15 %.\n",
        cost.waking,
        cost.fixed,
        cost.first * 1e6,
        cost.further * 1e6
    );
    println!("| gateways | viewers | predicted against measured | predicted | measured |");
    println!("|---|---|---|---|---|");
    let mut worst: f64 = 0.0;
    for point in points.iter().filter(|point| point.is_even()) {
        let predicted = cost.cores(point.gateways, point.sent);
        worst = worst.max((predicted / point.cores - 1.0).abs());
        println!(
            "| {} | {} | {:.2} | {predicted:.3} | {:.3} |",
            point.gateways,
            point.viewers,
            predicted / point.cores,
            point.cores
        );
    }
    let verdict = if worst <= AIM { "met" } else { "missed" };
    println!(
        "\n> At worst {:.0} % off: the aim is {verdict}.",
        worst * 100.0
    );
}

fn trees(pictures: &[Picture], cost: Cost) {
    if pictures.is_empty() {
        println!(
            "\n> No table of still scenes, so no tree; this measures them: cargo xtask bench still"
        );
        return;
    }
    println!(
        "\n> One camera, 3 renditions in use, through a tree of leaf nodes; pictures as measured under still and links. On \
         the lines between servers go whole frames, each rendition once; a delta is reckoned to cost a gateway what a \
         whole frame does.\n"
    );
    println!(
        "| viewers | picture | Mb/s to each | gateways | needed for | leaf nodes | each line Mb/s | out of the hub Gb/s | viewers' network Gb/s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for viewers in [1e3, 1e4, 1e5, 1e6] {
        for picture in pictures {
            let tree = tree::tree(viewers, picture, cost);
            let leaves: Vec<String> = tree.leaves.iter().rev().map(f64::to_string).collect();
            let leaves = if leaves.is_empty() {
                "none".to_owned()
            } else {
                leaves.join(" + ")
            };
            println!(
                "| {viewers} | {} | {} | {} | {} | {leaves} | {:.0} | {:.2} | {:.1} |",
                picture.what,
                picture.viewer_mbit,
                tree.gateways,
                tree.because,
                tree.line_mbit,
                tree.hub_mbit / 1e3,
                tree.viewers_mbit / 1e3
            );
        }
    }
}

fn answers(cost: Cost) {
    println!(
        "\n> Assumed: 34 fps; 60 kB a frame; machines of 4 cores and 10 Gb/s, filled to 70 %; 3 qualities of each camera in \
         use; viewers spread evenly over gateways and at random over cameras, so that a gateway relays as many streams as \
         it can find viewers for.\n"
    );
    println!(
        "| viewers | cameras | gateways | needed for | streams each relays | NATS out Gb/s | viewers' network Gb/s | breaks first |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for viewers in [1e3, 1e4, 1e5, 1e6] {
        for cameras in [1.0, 10.0, 100.0, 1000.0] {
            let site = Site { viewers, cameras };
            let Plan {
                gateways,
                because,
                streams,
                nats_gbit,
                viewers_gbit,
                breaks,
            } = plan::plan(site, cost);
            println!(
                "| {viewers} | {cameras} | {gateways} | {because} | {streams:.0} | {nats_gbit:.1} | {viewers_gbit:.0} | {breaks} |"
            );
        }
    }
}
