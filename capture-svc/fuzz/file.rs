//! `src/camera/file`, as far as it is fuzzed.

#[path = "../src/camera/file/mjpeg.rs"]
mod mjpeg;
#[path = "recording.rs"]
pub(crate) mod recording;

use mjpeg::Pictures;
