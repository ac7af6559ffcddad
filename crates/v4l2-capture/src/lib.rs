//! What capturing with V4L2 takes and no safe crate has: formats of several planes, buffers of which every frame can be
//! seen, colours and controls as the numbers that a driver gives, the input and the norm of an analogue grabber.
//!
//! Which format, how many buffers and what to do with a frame is decided by whoever calls. A device is opened with the v4l
//! crate, which has the rest: it reads no plane but one, hides the first frame, cannot do with a single buffer, knows no
//! `ycbcr_enc`, and panics on a number that is newer than it is.
//!
//! It is a crate of its own so that `unsafe` stands apart: all of it is in [`ioctl`] and [`mapping`], and in the reading of
//! the unions of [`format`], [`buffers`] and [`controls`]. Source: `linux/videodev2.h`, the kernel's documentation of V4L2.

mod buffers;
mod controls;
mod format;
mod input;
mod ioctl;
mod mapping;

pub use buffers::{Buffers, Filled};
pub use controls::{Control, controls};
pub use format::{Format, format, formats, set_format, set_interval};
pub use input::{inputs, select_input, set_standard};

use std::io;

use v4l::{
    Device,
    v4l_sys::{
        V4L2_CAP_DEVICE_CAPS, V4L2_CAP_VIDEO_CAPTURE, V4L2_CAP_VIDEO_CAPTURE_MPLANE,
        v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE,
        v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, v4l2_capability,
    },
};

/// How a camera hands out its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Each in one piece of memory, as webcams do.
    Single,
    /// Each in as many pieces as its format has planes, which may be one: the multi-planar API of most cameras on a chip with a processor.
    Planes,
}

impl Kind {
    fn buffer_type(self) -> u32 {
        match self {
            Self::Single => v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE,
            Self::Planes => v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
        }
    }
}

/// How `device` hands out pictures; `None` if it takes none, such as a codec or a metadata node.
///
/// # Errors
/// What the driver answers.
pub fn kind(device: &Device) -> io::Result<Option<Kind>> {
    let mut told: v4l2_capability = ioctl::zeroed();
    ioctl::call(&device.handle(), &ioctl::QUERYCAP, &mut told)?;
    let of_device = told.capabilities & V4L2_CAP_DEVICE_CAPS != 0;
    let has = if of_device {
        told.device_caps
    } else {
        told.capabilities
    };
    Ok(if has & V4L2_CAP_VIDEO_CAPTURE != 0 {
        Some(Kind::Single)
    } else if has & V4L2_CAP_VIDEO_CAPTURE_MPLANE != 0 {
        Some(Kind::Planes)
    } else {
        None
    })
}
