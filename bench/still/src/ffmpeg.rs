//! ffmpeg as a child, and frames as it takes them.

use std::process::{Command, Stdio};

/// H.264 as a live camera has it.
pub(crate) const X264: [&str; 8] = [
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-tune",
    "zerolatency",
    "-threads",
    "1",
];

pub(crate) fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-nostdin", "-y"])
        .stdin(Stdio::null());
    command
}

/// 4:2:0, plane after plane.
pub(crate) fn planar(yuyv: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut planes: Vec<u8> = yuyv.iter().step_by(2).copied().collect();
    for first in [1, 3] {
        for y in (0..height).step_by(2) {
            for x in 0..width / 2 {
                let at = |y: usize| u16::from(yuyv[2 * y * width + 4 * x + first]);
                planes.push((at(y) + at(y + 1)).div_ceil(2) as u8);
            }
        }
    }
    planes
}
