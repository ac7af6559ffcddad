//! What a camera costs that compresses itself, where its own bytes are passed on and where they are recoded.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use testkit::{Load, Scratch, Viewer};

use crate::effort::Effort;
use crate::measured::MeasuredStack;
use crate::table::MarkdownTable;

/// Of the camera's JPEGs.
const OWN_QUALITY: u8 = 80;

/// A frame comes long before.
const FRAME_WITHIN: Duration = Duration::from_secs(30);

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = MarkdownTable::new(
        "pass-through",
        "A camera that sends JPEGs of quality 80 at 1280×720 and 34 fps, the pattern's, and one viewer; at 80 and above its \
         own bytes are passed on. Per cent of one core.",
        &[
            "viewer's quality",
            "capture-svc",
            "nats-server",
            "gateway-svc",
            "all",
            "KB a frame",
        ],
    );
    let directory = Scratch::new("recording");
    let recording = record(&directory, effort.of(68, 5))?;
    let source = format!("file:{}", recording.display());
    let measured = MeasuredStack::start(1, &[("CAPTURE_SOURCE", &source)])?;
    for quality in [OWN_QUALITY, 95, 60] {
        println!("pass-through: quality {quality}");
        let mut load = Load::of_qualities(&measured.addresses(), &[quality])?;
        load.run(effort.of(Duration::from_secs(3), Duration::from_millis(500)));
        let published = || {
            [
                "capture_published_bytes_total",
                "capture_frames_published_total",
            ]
            .map(|name| measured.capture_metric(name))
        };
        let counted = published();
        let before = measured.snapshots()?;
        load.run(effort.of(Duration::from_secs(20), Duration::from_secs(1)));
        let after = measured.snapshots()?;
        let [bytes, frames] = published();
        let used = before.iter().zip(&after);
        let used: Vec<f64> = used
            .map(|(one, two)| one.until(two).cores * 100.0)
            .collect();
        let mut cells = vec![quality.to_string()];
        cells.extend(used.iter().map(|percent| format!("{percent:.2}")));
        cells.push(format!("{:.2}", used.iter().sum::<f64>()));
        cells.push(format!(
            "{:.1}",
            (bytes - counted[0]) / (frames - counted[1]) / 1e3
        ));
        table.row(&cells);
    }
    table.print();
    Ok(())
}

/// So many frames of the pattern as a camera would send them.
fn record(directory: &Scratch, frames: usize) -> anyhow::Result<PathBuf> {
    println!("pass-through: recording");
    let measured = MeasuredStack::start(1, &[])?;
    let path = directory.path().join("camera.mjpeg");
    let mut file = std::fs::File::create(&path)?;
    measured.runtime.block_on(async {
        let viewer = Viewer::watch(measured.addresses()[0], OWN_QUALITY).await;
        let mut viewer = viewer.map_err(|refused| anyhow::anyhow!("refused: {refused:?}"))?;
        for _ in 0..frames {
            file.write_all(&viewer.frame(FRAME_WITHIN).await)?;
        }
        anyhow::Ok(())
    })?;
    Ok(path)
}
