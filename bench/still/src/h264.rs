//! H.264 of the same noisy frames, for comparison: libx264 as a live sender sets it.

use std::fs::File;
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ffmpeg::{X264, ffmpeg, planar};
use crate::measure::{psnr, square_error};

/// From fine to coarse.
const RATES: [&str; 4] = ["16", "19", "22", "27"];

/// Frames as the camera gave them, and the luma of the measured truths, in files.
pub(crate) struct H264 {
    directory: PathBuf,
    noisy: File,
    truth: File,
    width: usize,
    height: usize,
    frames: usize,
    /// The first measured frame, and from one to the next.
    from: usize,
    every: usize,
}

impl H264 {
    pub(crate) fn new(
        width: usize,
        height: usize,
        from: usize,
        every: usize,
    ) -> std::io::Result<Self> {
        let name = format!("bench-still-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory)?;
        let create = |name: &str| File::create(directory.join(name));
        Ok(Self {
            noisy: create("noisy.yuv")?,
            truth: create("truth.y")?,
            directory,
            width,
            height,
            frames: 0,
            from,
            every,
        })
    }

    /// Takes a frame of YUYV and the truth's luma.
    pub(crate) fn add(&mut self, yuyv: &[u8], truth: &[f32]) -> std::io::Result<()> {
        let planes = planar(yuyv, self.width, self.height);
        self.noisy.write_all(&planes)?;
        if self.is_measured(self.frames) {
            let bytes: Vec<u8> = truth.iter().map(|y| (y + 0.5) as u8).collect();
            self.truth.write_all(&bytes)?;
        }
        self.frames += 1;
        Ok(())
    }

    fn is_measured(&self, frame: usize) -> bool {
        frame >= self.from && (frame - self.from).is_multiple_of(self.every)
    }

    /// Mb/s at 34 frames a second that reach a PSNR of luma, between two of the rates; none if the finest does not.
    pub(crate) fn at_psnr(&self, wanted: f64) -> std::io::Result<Option<f64>> {
        let mut finer: Option<(f64, f64)> = None;
        for rate in RATES {
            let (megabits, psnr) = self.run(rate)?;
            if psnr < wanted {
                return Ok(finer.map(|(more, better)| {
                    let way = (wanted - psnr) / (better - psnr);
                    megabits * (more / megabits).powf(way)
                }));
            }
            finer = Some((megabits, psnr));
        }
        Ok(finer.map(|(megabits, _)| megabits))
    }

    fn run(&self, rate: &str) -> std::io::Result<(f64, f64)> {
        let size = format!("{}x{}", self.width, self.height);
        let coded = self.directory.join("coded.mp4");
        let noisy = self.directory.join("noisy.yuv");
        let raw = [
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "34",
        ];
        finish(
            ffmpeg()
                .args(raw)
                .arg("-i")
                .arg(&noisy)
                .args(X264)
                .args(["-g", "340", "-crf", rate])
                .arg(&coded),
        )?;
        // One line a packet, its size in the fifth column.
        let copy = ["-c", "copy", "-f", "framecrc", "-"];
        let lines = ffmpeg().arg("-i").arg(&coded).args(copy).output()?.stdout;
        let lines = String::from_utf8_lossy(&lines);
        let sizes = lines.lines().filter(|line| !line.starts_with('#'));
        let sizes: Vec<f64> = sizes
            .filter_map(|line| line.split(',').nth(4)?.trim().parse().ok())
            .collect();
        let measured = &sizes[self.from.min(sizes.len())..];
        let bytes = measured.iter().sum::<f64>() / measured.len().max(1) as f64;
        Ok((bytes * 34.0 * 8e-6, self.psnr_of(&coded)?))
    }

    fn psnr_of(&self, coded: &Path) -> std::io::Result<f64> {
        let raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
        let mut child = ffmpeg()
            .arg("-i")
            .arg(coded)
            .args(raw)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut frames = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut truth = BufReader::new(File::open(self.directory.join("truth.y"))?);
        let luma = self.width * self.height;
        let (mut frame, mut wanted) = (vec![0; luma * 3 / 2], vec![0; luma]);
        let (mut sum, mut count) = (0.0, 0.0);
        let floats = |bytes: &[u8]| bytes.iter().map(|&b| f32::from(b)).collect::<Vec<f32>>();
        for n in 0..self.frames {
            if frames.read_exact(&mut frame).is_err() {
                break;
            }
            if self.is_measured(n) {
                truth.read_exact(&mut wanted)?;
                sum += square_error(&floats(&frame[..luma]), &floats(&wanted));
                count += 1.0;
            }
        }
        drop(frames);
        child.wait()?;
        Ok(psnr(sum / count))
    }
}

impl Drop for H264 {
    fn drop(&mut self) {
        // Gigabytes; what cannot be removed now is the system's to remove.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn finish(command: &mut Command) -> std::io::Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other(format!("ffmpeg: {status}")))
    }
}
