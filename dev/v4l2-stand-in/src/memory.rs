//! The memory that a process maps: the buffers one behind the other, each with its pieces, and what is told of them.

use std::{ffi::c_int, fs::File, io, os::unix::fs::FileExt};

use rustix::fs::{MemfdFlags, memfd_create};
use v4l::v4l_sys::{
    V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC, v4l2_buffer, v4l2_buffer__bindgen_ty_1,
    v4l2_memory_V4L2_MEMORY_MMAP, v4l2_plane, v4l2_plane__bindgen_ty_1,
};

use crate::picture::Picture;

/// What is mapped begins on a page of whatever size the machine has.
const PAGE: u32 = 64 << 10;

pub(crate) struct Memory {
    pub(crate) file: File,
    pub(crate) picture: Picture,
}

impl Memory {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            file: File::from(memfd_create("camera", MemfdFlags::CLOEXEC)?),
            picture: Picture {
                fourcc: *b"YUYV",
                size: (0, 0),
            },
        })
    }

    /// Makes room for so many buffers of `picture`. Never shorter than before: what was mapped may still be looked at.
    pub(crate) fn size(&mut self, picture: Picture, buffers: u32) -> io::Result<()> {
        self.picture = picture;
        let bytes = u64::from(self.spacing()) * u64::from(buffers);
        let before = self.file.metadata()?.len();
        self.file.set_len(bytes.max(before))
    }

    /// Puts a picture's planes into a buffer; gives how long each piece is.
    pub(crate) fn fill(&self, buffer: u32, mut planes: Vec<Vec<u8>>) -> Vec<u32> {
        if self.picture.pieces() == 1 {
            planes = vec![planes.concat()];
        }
        for (piece, plane) in (0..).zip(&planes) {
            let place = self.place(buffer, piece);
            let written = self.file.write_all_at(plane, place.into());
            written.expect("memory can be written");
        }
        planes.iter().map(|plane| plane.len() as u32).collect()
    }

    /// Writes over the beginning of a buffer's first piece.
    pub(crate) fn write(&self, buffer: u32, bytes: &[u8]) {
        let written = self.file.write_all_at(bytes, self.place(buffer, 0).into());
        written.expect("memory can be written");
    }

    /// Bytes from buffer to buffer.
    pub(crate) fn spacing(&self) -> u32 {
        self.picture.pieces() * self.piece()
    }

    /// Bytes from one piece of a buffer to the next.
    fn piece(&self) -> u32 {
        self.picture.buffer_bytes().next_multiple_of(PAGE)
    }

    /// Where a piece of a buffer begins.
    fn place(&self, buffer: u32, piece: u32) -> u32 {
        buffer * self.spacing() + piece * self.piece()
    }

    /// What is told of a buffer, of which so many bytes of each plane are used.
    pub(crate) fn describe(
        &self,
        asked: &mut v4l2_buffer,
        planes: Option<&mut [v4l2_plane]>,
        used: &[u32],
    ) -> Result<(), c_int> {
        asked.memory = v4l2_memory_V4L2_MEMORY_MMAP;
        asked.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        let length = self.picture.buffer_bytes();
        let Some(planes) = planes else {
            (asked.length, asked.bytesused) = (length, used[0]);
            let offset = self.place(asked.index, 0);
            asked.m = v4l2_buffer__bindgen_ty_1 { offset };
            return Ok(());
        };
        let pieces = self.picture.pieces();
        let planes = planes.get_mut(..pieces as usize).ok_or(libc::EINVAL)?;
        for ((piece, plane), &used) in (0..).zip(planes).zip(used) {
            (plane.length, plane.bytesused, plane.data_offset) = (length, used, 0);
            let mem_offset = self.place(asked.index, piece);
            plane.m = v4l2_plane__bindgen_ty_1 { mem_offset };
        }
        asked.length = pieces;
        Ok(())
    }
}
