//! One camera, the V4L2 stand-in's, served by us and by what a user would take instead, in one interleaved run: what it
//! costs, and how old the pictures are, by their own clock for all alike.

mod clock;
mod crowd;
mod framing;
mod row;
mod server;
mod tally;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::ThrottledLink;

use crate::effort::Effort;
use crowd::Crowd;
use row::{Row, Stage};
use server::{Format, Server, System, find};
use tally::Tally;

/// 1.5 Mb/s.
const NARROW: u32 = 187_500;

/// After the first pictures, until windows and buffers are what they stay.
const SETTLE: Duration = Duration::from_secs(1);

const fn stage(viewers: usize, slow: bool) -> Stage {
    Stage { viewers, slow }
}

pub(crate) fn run(effort: Effort, as_ethernet: bool) -> anyhow::Result<()> {
    let systems = present(effort);
    let rounds = effort.of(3, 1);
    let mut tally = Tally::new(rounds, as_ethernet);
    let began = Instant::now();
    for round in 0..rounds {
        for format in [Format::Yuyv, Format::Mjpeg] {
            for nth in 0..systems.len() {
                // Another one begins in each round: what the machine does meanwhile hits none more than others.
                let system = systems[(nth + round) % systems.len()];
                println!(
                    "peers: round {} of {rounds}, {format:?}, {} ({:.0} s so far)",
                    round + 1,
                    system.name(),
                    began.elapsed().as_secs_f64()
                );
                measure(system, format, effort, &mut tally)?;
            }
        }
    }
    tally.print();
    Ok(())
}

/// What is on this machine; what is not is said.
fn present(effort: Effort) -> Vec<System> {
    let mut present = Vec::new();
    let few: &[System] = &[System::Ours, System::UstreamerOne, System::Motion];
    for &system in effort.of(&System::ALL[..], few) {
        match system.program() {
            Some(program) if find(program).is_none() => println!(
                "> NOT MEASURED: {}; there is no {program} here. `cargo xtask bench peers` gets it, where apt is.",
                system.name()
            ),
            _ => present.push(system),
        }
    }
    present
}

/// The slow one only where the camera's picture is encoded: what waits in line is the same either way.
fn stages(system: System, format: Format, effort: Effort) -> Vec<Stage> {
    let slow = effort.of(stage(20, true), stage(2, true));
    let mut stages = vec![stage(1, false)];
    if format == Format::Yuyv {
        stages.push(slow);
    }
    if system != System::Ustreamer && !effort.quick {
        stages.extend([stage(50, false), stage(200, false)]);
    }
    stages
}

fn measure(
    system: System,
    format: Format,
    effort: Effort,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let server = system.start(format)?;
    for stage in stages(system, format, effort) {
        let row = watch(&server, stage, effort)?;
        let read = row.fast.ages_ms.len();
        anyhow::ensure!(
            row.fast.unread <= read / 100,
            "{} of {} pictures of {} do not tell when they were begun",
            row.fast.unread,
            read + row.fast.unread,
            system.name()
        );
        tally.add(system, format, stage, row);
    }
    Ok(())
}

fn watch(server: &Server, stage: Stage, effort: Effort) -> anyhow::Result<Row> {
    let mut crowd = Crowd::new()?;
    for _ in 0..stage.viewers {
        crowd.join(&server.address, None)?;
    }
    let line = stage
        .slow
        .then(|| NarrowLine::to(server.address.host))
        .transpose()?;
    if let Some(line) = &line {
        crowd.join(&server.address, Some(line.link.address()))?;
    }
    crowd.await_pictures()?;
    crowd.run(effort.of(SETTLE, Duration::ZERO))?;
    crowd.forget();
    let (before, began) = (server.snapshots()?, Instant::now());
    let full = if stage.slow { 8 } else { 5 };
    crowd.run(effort.of(Duration::from_secs(full), Duration::from_millis(500)))?;
    let (after, took) = (server.snapshots()?, began.elapsed());
    let used = before.iter().zip(&after);
    Ok(Row {
        cores: used.map(|(one, two)| one.until(two).cores).sum(),
        memory_mb: server.memory_mb()?,
        seconds: took.as_secs_f64(),
        fast: crowd.seen(0..stage.viewers),
        slow: crowd.seen(stage.viewers..stage.viewers + usize::from(stage.slow)),
    })
}

/// A viewer's bad connection.
struct NarrowLine {
    link: ThrottledLink,
    /// That carries it.
    _runtime: tokio::runtime::Runtime,
}

impl NarrowLine {
    fn to(host: SocketAddr) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let link = {
            let _entered = runtime.enter();
            ThrottledLink::to(host)
        };
        link.throttle(NARROW);
        Ok(Self {
            link,
            _runtime: runtime,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use testkit::{Viewer, now_us, read_stamp};

    use super::server::{Format, System};
    use super::{clock, crowd::Crowd};

    const FRAME_WITHIN: Duration = Duration::from_secs(30);

    /// How far the two ages of a frame are from each other, in ms; at best, since the clocks are read one after the other.
    fn difference_ms(format: Format) -> f64 {
        let server = System::OursWebSocket.start(format).expect("a server");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut reader = clock::ClockReader::default();
        let mut differences = Vec::new();
        runtime.block_on(async {
            let viewer = Viewer::watch(server.address.host, 80).await;
            let mut viewer = viewer.expect("let in");
            for _ in 0..10 {
                let frame = viewer.frame(FRAME_WITHIN).await;
                let stamp = read_stamp(&frame).expect("a stamp");
                let (wall_us, clock_us) = (now_us(), clock::now_us());
                let by_stamp_ms = (wall_us - stamp.captured_at_us) as f64 / 1000.0;
                let by_picture_ms = reader.age_ms(&frame[..clock::PREFIX], clock_us);
                let by_picture_ms = by_picture_ms.expect("a picture that tells");
                differences.push((by_stamp_ms - by_picture_ms).abs());
            }
        });
        differences.into_iter().fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn a_picture_that_is_passed_on_tells_the_time_of_capture_that_its_stamp_does() {
        let difference_ms = difference_ms(Format::Mjpeg);
        assert!(difference_ms < 1.0, "{difference_ms} ms");
    }

    #[test]
    fn a_picture_that_is_encoded_from_pixels_tells_the_time_of_capture_that_its_stamp_does() {
        let difference_ms = difference_ms(Format::Yuyv);
        assert!(difference_ms < 1.0, "{difference_ms} ms");
    }

    #[test]
    fn viewers_of_http_and_of_a_websocket_read_every_picture() {
        for system in [System::Ours, System::OursWebSocket] {
            let server = system.start(Format::Mjpeg).expect("a server");
            let mut crowd = Crowd::new().expect("a crowd");
            for _ in 0..2 {
                crowd.join(&server.address, None).expect("let in");
            }
            crowd.await_pictures().expect("a picture for each");
            let seen = crowd.seen(0..2);
            assert!(seen.ages_ms.len() >= 2, "{system:?}: {seen:?}");
            assert_eq!(seen.unread, 0, "{system:?}");
            let length = seen.bytes / seen.ages_ms.len();
            assert!(
                (30_000..200_000).contains(&length),
                "{system:?}: {length} bytes"
            );
        }
    }
}
