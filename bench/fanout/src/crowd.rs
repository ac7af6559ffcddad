//! A thousand viewers within two seconds: all are served, and those who watched before do not notice.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::Load;

use crate::delivered::Delivered;
use crate::mode::Mode;
use crate::server::{Server, Settings};

const BEFORE: usize = 50;
const CROWD: usize = 1000;
const WITHIN: Duration = Duration::from_secs(2);
/// What the others' frames may be old at worst, as p99 of the time in which the crowd comes.
const OLDEST_MS: f64 = 150.0;

pub(crate) fn run(settings: &Settings) -> anyhow::Result<()> {
    let server = Server::start(Mode::Ours, settings)?;
    let mut before = Load::connect(&[server.address], BEFORE)?;
    before.run(Duration::from_secs(2));
    before.forget();
    let address = server.address;
    let crowd = std::thread::spawn(move || come(address));
    // While they come and for as long again.
    let began = Instant::now();
    before.run(WITHIN * 2);
    let noticed = Delivered::to(&before, 0, began.elapsed(), 0);
    let (mut load, took) = crowd
        .join()
        .map_err(|_| anyhow::anyhow!("the crowd panicked"))??;
    let unserved = load.unserved();
    load.forget();
    before.forget();
    let began = Instant::now();
    let settled = std::thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            load.run(Duration::from_secs(4));
            Delivered::to(&load, 0, began.elapsed(), 0)
        });
        before.run(Duration::from_secs(4));
        crowd.join()
    });
    let settled = settled.map_err(|_| anyhow::anyhow!("the crowd panicked"))?;
    println!(
        "{CROWD} joined in {took:.2?}, {unserved} without a frame 2 s later; then {:.1} fps each, p99 {:.1} ms",
        settled.fps, settled.p99_ms
    );
    println!(
        "the {BEFORE} before them meanwhile: {:.1} fps, age p50 {:.1} ms, p99 {:.1} ms (at most {OLDEST_MS})",
        noticed.fps, noticed.p50_ms, noticed.p99_ms
    );
    anyhow::ensure!(unserved == 0, "{unserved} got no frame");
    anyhow::ensure!(noticed.p99_ms <= OLDEST_MS, "the others noticed");
    Ok(())
}

/// They come evenly spread, and watch while they do.
fn come(address: SocketAddr) -> anyhow::Result<(Load, Duration)> {
    let began = Instant::now();
    let mut load = Load::new()?;
    for at in 0..CROWD {
        let due = began + WITHIN.mul_f64(at as f64 / CROWD as f64);
        load.run(due.saturating_duration_since(Instant::now()));
        load.join(address, 80)?;
    }
    let took = began.elapsed();
    load.run(WITHIN);
    Ok((load, took))
}
