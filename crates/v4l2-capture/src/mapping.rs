//! A driver's memory in ours.

use std::{io, ptr::NonNull};

/// Source: `mmap(2)`, `<sys/mman.h>`; the v4l crate wants the bare numbers.
const PROT_READ_WRITE: i32 = 0x1 | 0x2;
const MAP_SHARED: i32 = 0x1;

/// One plane of one buffer.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// Maps so many bytes from `offset` on.
    #[expect(unsafe_code, reason = "mmap gives a pointer")]
    pub(crate) fn new(fd: i32, offset: u32, len: usize) -> io::Result<Self> {
        // Nothing to map, and nothing that mmap would take.
        if len == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        // SAFETY: a new mapping at a place of the kernel's choice changes no memory that is in use.
        let start = unsafe {
            v4l::v4l2::mmap(
                std::ptr::null_mut(),
                len,
                PROT_READ_WRITE,
                MAP_SHARED,
                fd,
                offset.into(),
            )
        }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, len })
    }

    /// Its bytes. A driver writes into them only while the buffer is queued, of which [`super::Buffers`] takes care.
    #[expect(unsafe_code, reason = "the bytes behind a pointer")]
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: mapped for reading, so long, until this is dropped; bytes are valid whatever they are.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    #[expect(unsafe_code, reason = "munmap takes a pointer")]
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and nobody has a reference into it any more.
        let _ = unsafe { v4l::v4l2::munmap(self.start.as_ptr().cast(), self.len) };
    }
}
