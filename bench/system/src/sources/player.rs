//! The program that is a camera: it writes recorded pictures to its stdout, 34 a second, until nobody reads them.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// As the stand-in's camera.
pub(super) const EVERY: Duration = Duration::from_nanos(1_000_000_000 / 34);

/// Plays `file`: pictures, each with its length before it.
pub(crate) fn play(file: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut pictures = Vec::new();
    let mut rest = &bytes[..];
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let (picture, behind) = behind.split_at_checked(length).context("a cut file")?;
        pictures.push(picture);
        rest = behind;
    }
    let mut out = std::io::stdout().lock();
    let mut due = Instant::now();
    for picture in pictures.into_iter().cycle() {
        match out.write_all(picture).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written?,
        }
        due += EVERY;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}
