//! Slow and far viewers among fifty fast ones, for minutes: fewer frames, never old ones, and nobody else's business.
//!
//! All of them at once, which is harder than one: 1.5 Mb/s as a plain browser and as `?v=2`, directly and through
//! HAProxy as it comes, and 150 ms of round trip with frames that its link holds.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use testkit::statistics::percentile;
use testkit::{ChildProcess, LinkQuality, Load, Said, Scratch, ThrottledLink, Viewer, now_us};
use wire::Stamp;

use crate::delivered::Delivered;
use crate::mode::Mode;
use crate::publish::USUAL;
use crate::server::{Server, Settings, await_port, free_port};

const FAST: usize = 50;
/// 1.5 Mb/s.
const NARROW: u32 = 187_500;
/// What a frame needs on it, and how much older it may be.
const ALLOWED_MS: f64 = USUAL.1 as f64 * 1000.0 / NARROW as f64 + 150.0;
/// Far viewers' frames: 4 Mb/s, of which a link of 150 ms holds what it can.
const SMALL: (u8, usize) = (40, 15_000);
const FAR: Duration = Duration::from_millis(75);

struct Path {
    name: &'static str,
    proxied: bool,
    speaks_v2: bool,
    far: bool,
}

const fn path(name: &'static str, proxied: bool, speaks_v2: bool, far: bool) -> Path {
    Path {
        name,
        proxied,
        speaks_v2,
        far,
    }
}

const PATHS: [Path; 6] = [
    path("1.5 Mb/s, plain", false, false, false),
    path("1.5 Mb/s, v2", false, true, false),
    path("1.5 Mb/s, plain, HAProxy", true, false, false),
    path("1.5 Mb/s, v2, HAProxy", true, true, false),
    path("150 ms, plain", false, false, true),
    path("150 ms, v2", false, true, true),
];

/// Ages in ms, in the order in which the frames came.
type Ages = Vec<f64>;

pub(crate) fn run(settings: &Settings, time: Duration) -> anyhow::Result<()> {
    let server = Server::with(Mode::Ours, settings, &[USUAL, SMALL])?;
    let (haproxy, _scratch, proxied) = haproxy(server.address)?;
    let address = server.address;
    let done = AtomicBool::new(false);
    let (fast, seen) = std::thread::scope(|scope| {
        let fast = scope.spawn(|| -> anyhow::Result<_> {
            let mut load = Load::connect(&[address], FAST)?;
            load.run(Duration::from_secs(5));
            load.forget();
            let began = Instant::now();
            while !done.load(Ordering::Relaxed) {
                load.run(Duration::from_millis(200));
            }
            Ok(Delivered::to(&load, 0, began.elapsed(), 0))
        });
        let seen = watch_all(address, proxied, time);
        done.store(true, Ordering::Relaxed);
        let fast = fast
            .join()
            .map_err(|_| anyhow::anyhow!("the fast ones panicked"));
        anyhow::Ok((fast??, seen?))
    })?;
    drop((haproxy, server));
    println!(
        "| path | fps | age p50 ms | p95 ms | p95 by fifths of the time |\n|---|---|---|---|---|"
    );
    let mut wrong = Vec::new();
    for (path, ages) in PATHS.iter().zip(&seen) {
        let fps = ages.len() as f64 / time.as_secs_f64();
        let (p50, p95) = (
            percentile(&mut ages.clone(), 50),
            percentile(&mut ages.clone(), 95),
        );
        let mut fifths = String::new();
        for fifth in ages.chunks((ages.len() / 5).max(1)).take(5) {
            let _ = write!(fifths, "{:.0} ", percentile(&mut fifth.to_vec(), 95));
        }
        println!(
            "| {} | {fps:.1} | {p50:.0} | {p95:.0} | {fifths}|",
            path.name
        );
        if if path.far {
            fps < 33.0
        } else {
            p95 > ALLOWED_MS
        } {
            wrong.push(path.name);
        }
    }
    println!(
        "| each of {FAST} fast ones | {:.1} | {:.1} | p99 {:.1} | |\nallowed: slow p95 {ALLOWED_MS:.0} ms, far 33 fps, fast 34 ± 1 fps",
        fast.fps, fast.p50_ms, fast.p99_ms
    );
    if (fast.fps - 34.0).abs() > 1.0 {
        wrong.push("the fast ones");
    }
    anyhow::ensure!(wrong.is_empty(), "not as promised: {}", wrong.join("; "));
    Ok(())
}

fn watch_all(
    address: SocketAddr,
    proxied: SocketAddr,
    time: Duration,
) -> anyhow::Result<Vec<Ages>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let all = PATHS.iter().map(|path| async move {
            let link = ThrottledLink::to(if path.proxied { proxied } else { address });
            link.set(|quality| {
                *quality = LinkQuality {
                    rate: (!path.far).then_some(NARROW),
                    delay: if path.far { FAR } else { Duration::ZERO },
                    ..LinkQuality::PERFECT
                };
            });
            watch(link.address(), path, time).await
        });
        futures_util::future::try_join_all(all).await
    })
}

async fn watch(address: SocketAddr, path: &Path, time: Duration) -> anyhow::Result<Ages> {
    let quality = if path.far { SMALL.0 } else { USUAL.0 };
    let mut request = Viewer::at(address, &format!("/websocket/{quality}"));
    if path.speaks_v2 {
        request = request.query("v", "2");
    }
    let refused = |refused| anyhow::anyhow!("{}: {refused:?}", path.name);
    let mut viewer = request.connect().await.map_err(refused)?;
    let from = Instant::now() + Duration::from_secs(5);
    let mut ages = Ages::new();
    while Instant::now() < from + time {
        match viewer.next(Duration::from_secs(20)).await {
            Some(Said::Frame(frame)) => {
                let stamp = Stamp::read(&frame)?;
                if Instant::now() > from {
                    ages.push(now_us().saturating_sub(stamp.captured_at_us) as f64 / 1000.0);
                }
                if path.speaks_v2 {
                    let ack = format!("{{\"type\":\"ack\",\"seq\":{}}}", stamp.seq);
                    viewer.send(&ack).await?;
                }
            }
            Some(Said::Text(_)) => {}
            other => anyhow::bail!("{}: {other:?} instead of a frame", path.name),
        }
    }
    Ok(ages)
}

/// HAProxy with nothing tuned.
fn haproxy(target: SocketAddr) -> anyhow::Result<(ChildProcess, Scratch, SocketAddr)> {
    let address = free_port()?;
    let settings = format!(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  timeout tunnel 1h\n\
         listen gateway\n  bind {address}\n  server gateway {target}\n"
    );
    let scratch = Scratch::new("haproxy");
    let file = scratch.path().join("haproxy.cfg");
    std::fs::write(&file, settings)?;
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(&file);
    let haproxy = ChildProcess::spawn(&command, &scratch.path().join("log"));
    let haproxy = haproxy.map_err(|error| {
        anyhow::anyhow!("haproxy does not start ({error}); apt-get install haproxy")
    })?;
    await_port(address)?;
    Ok((haproxy, scratch, address))
}
