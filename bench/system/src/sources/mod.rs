//! What a camera costs by the way its pictures come in: a driver, a program, an address; how soon its first picture is
//! there, and how soon it is off. The same pictures for all, in one interleaved run.

mod pictures;
mod player;
mod way;

use std::time::{Duration, Instant};

use testkit::statistics::median;
use testkit::{Load, Viewer};

use crate::effort::Effort;
use crate::table::MarkdownTable;
use crate::usage::{Snapshot, Usage};
use pictures::{OWN_QUALITY, Pictures};
pub(crate) use player::play;
use way::{Source, Way};

/// A frame comes long before.
const FRAME_WITHIN: Duration = Duration::from_secs(30);

/// One way in one round.
#[derive(Default)]
struct Row {
    us_per_frame: f64,
    cores: f64,
    /// Of the program that is the camera.
    program_cores: Option<f64>,
    fps: f64,
    first_ms: Vec<f64>,
    end_ms: Vec<f64>,
    private_ms: Vec<f64>,
}

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let rounds = effort.of(3, 1);
    let began = Instant::now();
    let pictures = Pictures::record()?;
    let mut rows = Way::ALL.map(|_| Vec::new());
    for round in 0..rounds {
        for nth in 0..rows.len() {
            // Another one begins in each round: what the machine does meanwhile hits none more than others.
            let at = (nth + round) % rows.len();
            println!(
                "sources: round {} of {rounds}, {} ({:.0} s so far)",
                round + 1,
                Way::ALL[at].name(),
                began.elapsed().as_secs_f64()
            );
            rows[at].push(measure(Way::ALL[at], &pictures, effort)?);
        }
    }
    print(&rows, rounds);
    Ok(())
}

fn measure(way: Way, pictures: &Pictures, effort: Effort) -> anyhow::Result<Row> {
    let source = way.start(pictures)?;
    let mut row = Row::default();
    for _ in 0..effort.of(3, 1) {
        let (first_ms, end_ms) = one_viewer(&source, End::Goodbye)?;
        row.first_ms.push(first_ms);
        row.end_ms.push(end_ms);
        row.private_ms.push(one_viewer(&source, End::Privacy)?.1);
    }
    let measured = &source.measured;
    measured.await_idle();
    let mut load = Load::of_qualities(&measured.addresses(), &[OWN_QUALITY])?;
    let opened = Instant::now();
    loop {
        load.run(effort.of(Duration::from_secs(1), Duration::from_millis(500)));
        // A busy machine may take longer to start a program.
        match usages(&source) {
            Ok(_) => break,
            Err(error) if opened.elapsed() > FRAME_WITHIN => return Err(error),
            Err(_) => {}
        }
    }
    let published = || measured.capture_metric("capture_frames_published_total");
    let (first, began, before) = (published(), Instant::now(), usages(&source)?);
    load.run(effort.of(Duration::from_secs(5), Duration::from_millis(500)));
    let (after, took, last) = (usages(&source)?, began.elapsed(), published());
    let used = |at: usize| before.get(at).zip(after.get(at)).map(|(a, b)| a.until(b));
    let cores = |used: Option<Usage>| used.map(|used| used.cores);
    row.program_cores = cores(source.program()?.and_then(|_| used(before.len() - 1)));
    let services = before.len() - usize::from(row.program_cores.is_some());
    row.cores = (0..services).filter_map(|at| cores(used(at))).sum();
    row.fps = (last - first) / took.as_secs_f64();
    row.us_per_frame = row.cores * 1e6 / row.fps;
    Ok(row)
}

/// Of capture-svc, of what minds the program, and last of the program.
fn usages(source: &Source) -> anyhow::Result<Vec<Snapshot>> {
    let pids = source.pids()?.into_iter().chain(source.program()?);
    pids.map(Snapshot::of).collect()
}

/// Why a camera that is watched goes off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Goodbye,
    Privacy,
}

/// Comes to a camera that is off: ms to the first picture, and from its end until the camera is off.
fn one_viewer(source: &Source, end: End) -> anyhow::Result<(f64, f64)> {
    let measured = &source.measured;
    measured.await_idle();
    let began = Instant::now();
    let mut viewer = measured.runtime.block_on(async {
        let viewer = Viewer::watch(measured.addresses()[0], OWN_QUALITY).await;
        let mut viewer = viewer.map_err(|refused| anyhow::anyhow!("refused: {refused:?}"))?;
        viewer.frame(FRAME_WITHIN).await;
        anyhow::Ok(viewer)
    })?;
    let first = began.elapsed();
    let switch = measured.runtime.block_on(measured.privacy_switch())?;
    let ended = source.ends(|| {
        measured.runtime.block_on(async {
            match end {
                // A gateway that is gone would show in the camera that stays open.
                End::Goodbye => drop(viewer.goodbye().await),
                End::Privacy => drop(switch.put("privacy", "on".into()).await),
            }
        });
    })?;
    if end == End::Privacy {
        measured.runtime.block_on(async {
            switch.delete("privacy").await?;
            drop(viewer.goodbye().await);
            anyhow::Ok(())
        })?;
    }
    Ok((first.as_secs_f64() * 1e3, ended.as_secs_f64() * 1e3))
}

fn print(rows: &[Vec<Row>; Way::ALL.len()], rounds: usize) {
    let note = format!(
        "1280×720 at 34 fps and one viewer of quality {OWN_QUALITY}, the same pictures by each way; MJPEG has that quality \
         and is passed on. Medians, rounds: {rounds}. V4L2 is the stand-in's camera, whose buffers cost nobody anything. CPU \
         of capture-svc, with what minds a program; the program's own beside it. Against V4L2: CPU for a frame, by the \
         figures of one round. First picture: a viewer comes to a camera that is off. Off: from the viewer's goodbye, \
         without linger, until the program has ended, the connection is closed, or the device is, as capture-svc tells. Private: the same \
         from the privacy switch, while somebody watches."
    );
    let mut table = MarkdownTable::new(
        "sources",
        &note,
        &[
            "source",
            "% of one core",
            "against V4L2",
            "the program's own %",
            "fps",
            "first picture ms",
            "off ms",
            "private ms",
        ],
    );
    let middle = |rows: &[Row], of: &dyn Fn(&Row) -> f64| {
        median(&mut rows.iter().map(of).collect::<Vec<_>>())
    };
    let all = |rows: &[Row], of: fn(&Row) -> &[f64]| {
        median(&mut rows.iter().flat_map(of).copied().collect::<Vec<_>>())
    };
    for (way, own) in Way::ALL.into_iter().zip(rows) {
        let beside = Way::ALL.iter().position(|one| *one == way.beside());
        let beside = beside.map_or(&own[..], |at| &rows[at][..]);
        let ratios = own.iter().zip(beside);
        let mut ratios: Vec<f64> = ratios
            .map(|(one, other)| one.us_per_frame / other.us_per_frame)
            .collect();
        let program = own[0].program_cores.map(|_| {
            let percent = middle(own, &|row| row.program_cores.unwrap_or(f64::NAN) * 100.0);
            format!("{percent:.2}")
        });
        table.row(&[
            way.name().to_owned(),
            format!("{:.2}", middle(own, &|row| row.cores * 100.0)),
            format!("{:.2}", median(&mut ratios)),
            program.unwrap_or_default(),
            format!("{:.1}", middle(own, &|row| row.fps)),
            format!("{:.0}", all(own, |row| &row.first_ms)),
            format!("{:.1}", all(own, |row| &row.end_ms)),
            format!("{:.1}", all(own, |row| &row.private_ms)),
        ]);
    }
    table.print();
}

#[cfg(test)]
mod tests {
    use testkit::Picture;

    use super::*;

    /// Below the rows that tell the time, in the middle of a tile, the picture's green.
    fn green(picture: &Picture) -> u8 {
        picture.rgb[3 * (picture.width * 300 + 600) + 1]
    }

    #[test]
    fn the_same_picture_comes_by_v4l2_and_by_http_and_the_camera_is_off_without_a_viewer() {
        let pictures = Pictures::record().expect("pictures");
        let wanted = green(&Picture::read(&pictures.jpegs[0]).expect("a picture"));
        // A program would be another start of this one, which is a test here: `bench --quick` runs all of them.
        for way in [Way::V4l2Yuyv, Way::V4l2Mjpeg, Way::HttpMjpeg] {
            let source = way.start(&pictures).expect("a source");
            one_viewer(&source, End::Privacy).expect("a first picture and an end");
            let measured = &source.measured;
            let frame = measured.runtime.block_on(async {
                let viewer = Viewer::watch(measured.addresses()[0], OWN_QUALITY).await;
                viewer.expect("let in").frame(FRAME_WITHIN).await
            });
            let picture = Picture::read(&frame).expect("a picture");
            assert_eq!((picture.width, picture.height), (1280, 720), "{way:?}");
            // The stand-in's pictures differ a little, and raw ones may be limited in range: they are stretched.
            let difference = green(&picture).abs_diff(wanted);
            assert!(difference < 40, "{way:?}: {difference}");
        }
    }
}
