//! What an analogue grabber has beside a format: sockets, and the norm of the signal.

use std::io;

use v4l::{Device, v4l_sys::v4l2_input};

use crate::ioctl::{ENUMINPUT, S_INPUT, S_STD, call, zeroed};

/// More sockets than any grabber has.
const INPUTS_MAX: u32 = 64;

/// The names of the sockets, in the order of their numbers; a camera has none or one.
#[must_use]
pub fn inputs(device: &Device) -> Vec<String> {
    let named = |index| {
        let mut asked: v4l2_input = zeroed();
        asked.index = index;
        call(&device.handle(), &ENUMINPUT, &mut asked).ok()?;
        let end = asked.name.iter().position(|byte| *byte == 0);
        let name = &asked.name[..end.unwrap_or(asked.name.len())];
        Some(String::from_utf8_lossy(name).into_owned())
    };
    (0..INPUTS_MAX).map_while(named).collect()
}

/// Takes the picture from the socket of that number.
///
/// # Errors
/// `EINVAL` where there is no such one; else what the driver answers.
pub fn select_input(device: &Device, index: u32) -> io::Result<()> {
    let mut index = i32::try_from(index).map_err(io::Error::other)?;
    call(&device.handle(), &S_INPUT, &mut index)
}

/// Sets the norm of the signal, as a set of `V4L2_STD_*` bits.
///
/// # Errors
/// `EINVAL` where the grabber knows none of them; `ENODATA` where the input has no norm; else what the driver answers.
pub fn set_standard(device: &Device, norms: u64) -> io::Result<()> {
    let mut norms = norms;
    call(&device.handle(), &S_STD, &mut norms)
}
