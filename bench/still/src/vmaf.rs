//! VMAF of a few pictures, by an ffmpeg that has libvmaf, if there is one.
//!
//! Of luma alone: the pictures that are compared here differ in nothing else.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Luma, row by row.
pub(crate) type Luma = Vec<u8>;

/// Measures what pictures look like to people, 0 to 100.
pub(crate) struct Vmaf {
    ffmpeg: PathBuf,
    directory: PathBuf,
    width: usize,
    height: usize,
}

impl Vmaf {
    /// Of pictures of this size, by that ffmpeg.
    pub(crate) fn new(ffmpeg: &Path, width: usize, height: usize) -> std::io::Result<Self> {
        let name = format!("bench-vmaf-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory)?;
        Ok(Self {
            ffmpeg: ffmpeg.into(),
            directory,
            width,
            height,
        })
    }

    /// The mean over pictures that are shown in place of true ones.
    pub(crate) fn score(&self, shown: &[Luma], truth: &[Luma]) -> std::io::Result<f64> {
        let (shown, truth) = (self.write("shown", shown)?, self.write("truth", truth)?);
        let mut ffmpeg = Command::new(&self.ffmpeg);
        ffmpeg.args(["-hide_banner", "-nostats", "-nostdin"]);
        for path in [&shown, &truth] {
            self.read(&mut ffmpeg, path);
        }
        let answer = ffmpeg
            .args(["-lavfi", "libvmaf=n_threads=2", "-f", "null", "-"])
            .stdout(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&answer.stderr);
        let score = said.split("VMAF score: ").nth(1);
        let score = score.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        score.ok_or_else(|| {
            let ffmpeg = self.ffmpeg.display();
            std::io::Error::other(format!("{ffmpeg} gives no VMAF: {said}"))
        })
    }

    /// Pictures of grey chroma in a file, which nothing converts.
    fn write(&self, name: &str, pictures: &[Luma]) -> std::io::Result<PathBuf> {
        let path = self.directory.join(name);
        let mut file = BufWriter::new(File::create(&path)?);
        let grey = vec![128; self.width * self.height / 2];
        for luma in pictures {
            file.write_all(luma)?;
            file.write_all(&grey)?;
        }
        file.flush()?;
        Ok(path)
    }

    fn read(&self, ffmpeg: &mut Command, path: &Path) {
        let size = format!("{}x{}", self.width, self.height);
        ffmpeg
            .args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-i"])
            .arg(path);
    }
}

impl Drop for Vmaf {
    fn drop(&mut self) {
        // In the system's directory for such; what is left there is nobody's harm.
        let _left = std::fs::remove_dir_all(&self.directory);
    }
}
