//! What a kernel may do to a camera's reader and the emulated camera cannot.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use v4l::{Device, FourCC, video::Capture};

/// `ioctl` on x86-64, as which the machine is built. Source: `arch/x86/entry/syscalls/syscall_64.tbl`.
const IOCTL: i64 = 16;

/// `_IOW('V', 18, int)`. Source: `linux/videodev2.h`.
const VIDIOC_STREAMON: u64 = 0x4004_5612;

/// Source: `asm-generic/errno-base.h`.
const ENOSPC: u32 = 28;

/// Sets the format `fourcc` and leaves it, as a program does that was there before.
pub(crate) fn leave(node: &Path, fourcc: &str) -> io::Result<()> {
    let fourcc: [u8; 4] = fourcc.as_bytes().try_into().map_err(io::Error::other)?;
    let device = Device::with_path(node)?;
    let mut format = device.format()?;
    format.fourcc = FourCC::new(&fourcc);
    let set = device.set_format(&format)?;
    if set.fourcc.repr == fourcc {
        Ok(())
    } else {
        Err(io::Error::other(format!("the driver set {}", set.fourcc)))
    }
}

/// Becomes a program to which the kernel refuses every stream with `ENOSPC`, as it does when other cameras have reserved
/// the bus: a virtual port has no bandwidth that could run out. Gives only what went wrong.
pub(crate) fn without_bandwidth(words: &[String]) -> io::Error {
    let Some((program, arguments)) = words.split_first() else {
        return io::ErrorKind::InvalidInput.into();
    };
    match refuse_streams() {
        Ok(()) => Command::new(program).args(arguments).exec(),
        Err(error) => error,
    }
}

fn refuse_streams() -> io::Result<()> {
    let filter = || -> Result<BpfProgram, seccompiler::BackendError> {
        let is_start = SeccompCondition::new(
            1,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::Eq,
            VIDIOC_STREAMON,
        )?;
        SeccompFilter::new(
            BTreeMap::from([(IOCTL, vec![SeccompRule::new(vec![is_start])?])]),
            SeccompAction::Allow,
            SeccompAction::Errno(ENOSPC),
            std::env::consts::ARCH.try_into()?,
        )?
        .try_into()
    };
    let program = filter().map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}
