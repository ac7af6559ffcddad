//! An ffmpeg that has libvmaf, beside the system's, which has not: of a wheel, hash-pinned, and for nothing but measuring.

use super::fetch::{Apt, Wheel};
use super::tool::Tool;

/// Measures what a picture looks like to people; Debian's has no libvmaf.
pub(crate) const FFMPEG_WITH_VMAF: Tool = Tool {
    name: "ffmpeg with libvmaf",
    variable: "VMAF_FFMPEG_BIN",
    programs: &["ffmpeg-with-libvmaf"],
    companion: None,
    at_least: (0, 0),
    asked: &["-version"],
    apt: Apt {
        packages: &[],
        unpacked: true,
    },
    wheel: Some(Wheel {
        directory: "imageio-ffmpeg-0.8.1",
        requirements: "vmaf.txt",
        file: "imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2",
        links: &[],
    }),
    announce: |path, environment| {
        environment.set("VMAF_FFMPEG_BIN", path);
        Ok(())
    },
};
