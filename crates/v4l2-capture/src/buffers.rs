//! A driver's buffers: queued, filled, looked at, queued again. Every frame can be seen, from the first one on, also where
//! the driver has a single buffer.

use std::{io, ops::Range, sync::Arc, time::Duration};

use v4l::{
    Device,
    device::Handle,
    v4l_sys::{
        V4L2_BUF_FLAG_ERROR, V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
        VIDEO_MAX_PLANES, v4l2_buffer, v4l2_memory_V4L2_MEMORY_MMAP, v4l2_plane,
        v4l2_requestbuffers,
    },
};

use crate::{
    Kind,
    ioctl::{DQBUF, QBUF, QUERYBUF, REQBUFS, Request, STREAMOFF, STREAMON, call, call_raw, zeroed},
    mapping::Mapping,
};

/// Source: `poll(2)`, `<poll.h>`; the v4l crate wants the bare number.
const POLLIN: i16 = 0x001;

/// Buffers with a driver that streams; ended, and given back, when dropped.
pub struct Buffers {
    device: Arc<Handle>,
    kind: Kind,
    /// Of each buffer its planes.
    mapped: Vec<Vec<Mapping>>,
    streams: bool,
}

/// A buffer that holds a frame, until it is [given back](Self::give_back); one that never is has left the stream.
pub struct Filled<'a> {
    buffers: &'a mut Buffers,
    index: usize,
    /// Of each plane where its bytes are.
    used: Vec<Range<usize>>,
    /// The driver's number of the frame.
    pub sequence: u32,
    /// When it was taken, µs of the monotonic clock; `None` where the driver uses another.
    pub stamp_us: Option<u64>,
    /// The driver marked it as damaged.
    pub damaged: bool,
}

impl Buffers {
    /// Asks for `count` buffers, queues all that are granted, which may be fewer or more, and starts the stream.
    ///
    /// # Errors
    /// What the driver answers.
    pub fn start(device: &Device, kind: Kind, count: u32) -> io::Result<Self> {
        let handle = device.handle();
        let granted = request(&handle, kind, count)?;
        let mut buffers = Self {
            device: handle,
            kind,
            mapped: Vec::new(),
            streams: false,
        };
        for index in 0..granted {
            let planes = buffers.map(index)?;
            buffers.mapped.push(planes);
        }
        for index in 0..granted {
            buffers.queue(index)?;
        }
        buffers.streams = true;
        let mut of = kind.buffer_type() as i32;
        call(&buffers.device, &STREAMON, &mut of)?;
        Ok(buffers)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.mapped.len()
    }

    /// Waits for a frame; whether one, or the end of the device, is there.
    ///
    /// # Errors
    /// What `poll` answers, `EINTR` among it.
    pub fn wait(&self, longest: Duration) -> io::Result<bool> {
        let ready = self.device.poll(POLLIN, longest.as_millis() as i32)?;
        Ok(ready > 0)
    }

    /// Takes the frame that waits longest.
    ///
    /// # Errors
    /// `EAGAIN` where none is there; else what the driver answers.
    pub fn take(&mut self) -> io::Result<Filled<'_>> {
        let (told, planes) = self.ask(&DQBUF, 0)?;
        let index = told.index as usize;
        let mapped = self.mapped.get(index);
        let mapped = mapped
            .ok_or_else(|| io::Error::other("the driver names a buffer that there is not"))?;
        let used = |(plane, mapping): (&v4l2_plane, &Mapping)| {
            let end = (plane.bytesused as usize).min(mapping.bytes().len());
            (plane.data_offset as usize).min(end)..end
        };
        let used = planes.iter().zip(mapped).map(used).collect();
        let clock = told.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
        let stamp = told.timestamp;
        Ok(Filled {
            index,
            used,
            sequence: told.sequence,
            stamp_us: (clock == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC).then(|| {
                (stamp.tv_sec as u64)
                    .wrapping_mul(1_000_000)
                    .wrapping_add(stamp.tv_usec as u64)
            }),
            damaged: told.flags & V4L2_BUF_FLAG_ERROR != 0,
            buffers: self,
        })
    }

    fn queue(&self, index: u32) -> io::Result<()> {
        self.ask(&QBUF, index).map(drop)
    }

    #[expect(
        unsafe_code,
        reason = "unions: which part counts is known by the memory"
    )]
    fn map(&self, index: u32) -> io::Result<Vec<Mapping>> {
        let (_, planes) = self.ask(&QUERYBUF, index)?;
        let map = |plane: &v4l2_plane| {
            // SAFETY: any bits are a number.
            let offset = unsafe { plane.m.mem_offset };
            Mapping::new(self.device.fd(), offset, plane.length as usize)
        };
        planes.iter().map(map).collect()
    }

    /// Makes a request about one buffer; gives what is told of it and of its planes.
    #[expect(unsafe_code, reason = "a structure that points to another, and unions")]
    fn ask(
        &self,
        request: &Request<v4l2_buffer>,
        index: u32,
    ) -> io::Result<(v4l2_buffer, Vec<v4l2_plane>)> {
        // SAFETY: all of them are numbers, or a null pointer that is not looked at.
        let (mut asked, empty) = unsafe {
            (
                std::mem::zeroed::<v4l2_buffer>(),
                std::mem::zeroed::<v4l2_plane>(),
            )
        };
        let mut planes = [empty; VIDEO_MAX_PLANES as usize];
        (asked.index, asked.type_) = (index, self.kind.buffer_type());
        asked.memory = v4l2_memory_V4L2_MEMORY_MMAP;
        if self.kind == Kind::Planes {
            asked.m.planes = planes.as_mut_ptr();
            let known = self
                .mapped
                .get(index as usize)
                .map_or(planes.len(), Vec::len);
            asked.length = known as u32;
        }
        // SAFETY: what is pointed to are as many planes as `length` says at least, and they outlive the call.
        unsafe { call_raw(&self.device, request, &mut asked) }?;
        let count = match self.kind {
            Kind::Single => {
                // SAFETY: any bits are a number.
                planes[0].m.mem_offset = unsafe { asked.m.offset };
                (planes[0].bytesused, planes[0].length) = (asked.bytesused, asked.length);
                1
            }
            Kind::Planes => planes.len().min(asked.length as usize),
        };
        Ok((asked, planes[..count].to_vec()))
    }
}

fn request(device: &Handle, kind: Kind, count: u32) -> io::Result<u32> {
    let mut asked: v4l2_requestbuffers = zeroed();
    asked.count = count;
    asked.type_ = kind.buffer_type();
    asked.memory = v4l2_memory_V4L2_MEMORY_MMAP;
    call(device, &REQBUFS, &mut asked)?;
    Ok(asked.count)
}

impl Filled<'_> {
    /// The frame's bytes, plane after plane.
    pub fn planes(&self) -> impl Iterator<Item = &[u8]> {
        let mapped = &self.buffers.mapped[self.index];
        let pairs = mapped.iter().zip(&self.used);
        pairs.map(|(mapping, used)| &mapping.bytes()[used.clone()])
    }

    /// Whether the next frame is there already.
    ///
    /// # Errors
    /// What `poll` answers.
    pub fn another_waits(&self) -> io::Result<bool> {
        self.buffers.wait(Duration::ZERO)
    }

    /// Lets the driver fill the buffer again.
    ///
    /// # Errors
    /// What the driver answers.
    pub fn give_back(self) -> io::Result<()> {
        self.buffers.queue(self.index as u32)
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        if self.streams {
            let mut of = self.kind.buffer_type() as i32;
            let _ = call(&self.device, &STREAMOFF, &mut of);
        }
        self.mapped.clear();
        // A driver that does not stop keeps its buffers until the device is closed, which is next.
        let _ = request(&self.device, self.kind, 0);
    }
}
