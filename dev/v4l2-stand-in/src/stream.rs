//! Buffers, and the frames that come at the camera's rate whether or not there is a buffer for them. Without a thread:
//! whoever asks finds what has happened since somebody asked last.

use std::{
    collections::VecDeque,
    ffi::c_int,
    fs::File,
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};
use v4l::v4l_sys::{
    V4L2_BUF_FLAG_ERROR, timeval, v4l2_buffer, v4l2_field_V4L2_FIELD_NONE,
    v4l2_memory_V4L2_MEMORY_MMAP, v4l2_plane, v4l2_requestbuffers,
};

use crate::{
    behaviour::Behaviour,
    memory::Memory,
    picture::{Picture, seen},
    slow::{self, MOST_BUFFERS},
};

/// Longer than capture-svc waits for a call into a driver.
const HANGING: Duration = Duration::from_secs(6);

/// µs of the monotonic clock.
pub(crate) fn now_us() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000
}

pub(crate) struct Stream {
    behaviour: Behaviour,
    memory: Memory,
    period_us: u64,
    on: bool,
    buffers: u32,
    queued: VecDeque<u32>,
    done: VecDeque<Frame>,
    /// Frames so far, with those that no buffer was there for.
    number: u32,
    /// Of the next frame, since the first one was begun.
    due_us: Option<u64>,
    /// Of the first frame.
    first_us: Option<u64>,
    /// An analogue grabber has no signal.
    pub(crate) dark: bool,
}

/// A buffer that holds a picture.
struct Frame {
    buffer: u32,
    /// Of each plane.
    bytes: Vec<u32>,
    sequence: u32,
    stamp_us: u64,
    /// As the driver marks it.
    damaged: bool,
}

impl Stream {
    pub(crate) fn of(behaviour: Behaviour) -> io::Result<Self> {
        Ok(Self {
            behaviour,
            memory: Memory::new()?,
            period_us: 0,
            on: false,
            buffers: 0,
            queued: VecDeque::new(),
            done: VecDeque::new(),
            number: 0,
            due_us: None,
            first_us: None,
            dark: true,
        })
    }

    pub(crate) fn memory(&self) -> &File {
        &self.memory.file
    }

    pub(crate) fn has_buffers(&self) -> bool {
        self.buffers > 0
    }

    pub(crate) fn request(
        &mut self,
        asked: &mut v4l2_requestbuffers,
        picture: &Picture,
        rate: u32,
    ) -> Result<(), c_int> {
        if self.on {
            return Err(libc::EBUSY);
        }
        asked.count = match (self.behaviour, asked.count) {
            (_, 0) => 0,
            (Behaviour::FewBuffers, _) => 2,
            (Behaviour::SingleBuffer, _) => 1,
            (Behaviour::ManyBuffers, count) => count.max(8),
            (_, count) => count.min(MOST_BUFFERS),
        };
        self.period_us = 1_000_000 / u64::from(rate);
        (self.buffers, self.number) = (asked.count, 0);
        self.queued.clear();
        self.done.clear();
        let sized = self.memory.size(*picture, asked.count);
        sized.map_err(|_| libc::ENOMEM)
    }

    pub(crate) fn query(
        &self,
        asked: &mut v4l2_buffer,
        planes: Option<&mut [v4l2_plane]>,
    ) -> Result<(), c_int> {
        self.own(asked)?;
        self.memory.describe(asked, planes, &[0, 0])
    }

    pub(crate) fn queue(&mut self, asked: &mut v4l2_buffer) -> Result<(), c_int> {
        self.own(asked)?;
        let in_use = self.queued.contains(&asked.index)
            || self.done.iter().any(|frame| frame.buffer == asked.index);
        if in_use {
            return Err(libc::EINVAL);
        }
        self.queued.push_back(asked.index);
        self.begin();
        Ok(())
    }

    /// A driver may need some buffers before it begins.
    fn begin(&mut self) {
        let needed = match self.behaviour {
            Behaviour::FewBuffers => 2,
            Behaviour::ManyBuffers => 6,
            _ => 1,
        };
        if self.on && self.due_us.is_none() && self.queued.len() >= needed {
            self.due_us = Some(now_us() + self.period_us);
        }
    }

    /// Never waits, since capture-svc opens cameras with `O_NONBLOCK`.
    pub(crate) fn dequeue(
        &mut self,
        asked: &mut v4l2_buffer,
        planes: Option<&mut [v4l2_plane]>,
    ) -> Result<(), c_int> {
        if !self.on {
            return Err(libc::EINVAL);
        }
        let frame = self.done.pop_front().ok_or(libc::EAGAIN)?;
        asked.index = frame.buffer;
        asked.sequence = frame.sequence;
        asked.field = v4l2_field_V4L2_FIELD_NONE;
        asked.timestamp = timeval {
            tv_sec: (frame.stamp_us / 1_000_000) as i64,
            tv_usec: (frame.stamp_us % 1_000_000) as i64,
        };
        self.memory.describe(asked, planes, &frame.bytes)?;
        if frame.damaged {
            asked.flags |= V4L2_BUF_FLAG_ERROR;
        }
        if self.behaviour == Behaviour::SlowCopy {
            slow::close(asked.index);
        }
        Ok(())
    }

    /// How long a call takes before it is answered.
    pub(crate) fn pause_before(&self, number: u32) -> Option<Duration> {
        static HUNG: AtomicBool = AtomicBool::new(false);
        let dequeue = number == v4l::v4l2::vidioc::VIDIOC_DQBUF as u32;
        let hangs = self.behaviour == Behaviour::DequeueHangs && dequeue && self.number > 5;
        (hangs && !HUNG.swap(true, Ordering::Relaxed)).then_some(HANGING)
    }

    /// The buffer that is mapped from this place on.
    pub(crate) fn buffer_at(&self, offset: u64) -> u32 {
        (offset / u64::from(self.memory.spacing().max(1))) as u32
    }

    pub(crate) fn start(&mut self) -> Result<(), c_int> {
        if !self.has_buffers() {
            return Err(libc::EINVAL);
        }
        self.on = true;
        self.begin();
        Ok(())
    }

    pub(crate) fn stop(&mut self) -> Result<(), c_int> {
        if self.behaviour == Behaviour::StreamoffFails && self.on {
            return Err(libc::EPROTO);
        }
        (self.on, self.due_us) = (false, None);
        self.queued.clear();
        self.done.clear();
        Ok(())
    }

    pub(crate) fn events(&self) -> i16 {
        match (self.on, self.done.is_empty()) {
            (false, _) => libc::POLLERR,
            (true, true) => 0,
            (true, false) => libc::POLLIN,
        }
    }

    /// The frames that have become due: each takes the buffer that waits longest, or is lost.
    pub(crate) fn expose(&mut self) {
        let now = now_us();
        while let Some(due) = self.due_us.filter(|due| *due <= now) {
            if let Some(buffer) = self.queued.pop_front() {
                let frame = self.fill(buffer, due);
                self.done.push_back(frame);
            }
            self.number += 1;
            let more = self.behaviour != Behaviour::OneFrame;
            self.due_us = more.then_some(due + self.period_us);
        }
    }

    fn fill(&mut self, buffer: u32, due_us: u64) -> Frame {
        let number = self.number;
        let half = match self.behaviour {
            Behaviour::SizeFlips => number % 10 >= 7,
            Behaviour::SizeChanges => number >= 10,
            _ => false,
        };
        let picture = self.memory.picture;
        let shade = 16 + (number % 200) as u8;
        let colour = seen(self.behaviour, shade, self.dark);
        let hidden = self.behaviour == Behaviour::HiddenDamage;
        let mut planes = match self.behaviour {
            _ if half => picture.half().draw(colour),
            Behaviour::HugeHeader if number % 5 == 4 => vec![picture.claiming(8192, shade)],
            Behaviour::ArithmeticJpeg => vec![picture.arithmetic(shade)],
            Behaviour::DamagedJpeg => vec![picture.cut(shade)],
            _ => picture.draw(colour),
        };
        if hidden && number % 10 == 9 {
            let bits = planes[0].len() - 100..planes[0].len() - 2;
            planes[0][bits].fill(0x55);
        }
        Frame {
            buffer,
            bytes: self.memory.fill(buffer, planes),
            sequence: match self.behaviour {
                Behaviour::SequenceStandsStill => 0,
                Behaviour::SequenceResets => self.number % 10,
                _ => self.number,
            },
            stamp_us: match self.behaviour {
                Behaviour::StuckTimestamp => *self.first_us.get_or_insert(due_us),
                Behaviour::ZeroTimestamp => 0,
                Behaviour::OldTimestamp => due_us - 10_000_000,
                _ => due_us,
            },
            damaged: hidden && number % 10 == 8,
        }
    }

    fn own(&self, asked: &v4l2_buffer) -> Result<(), c_int> {
        let fits = asked.index < self.buffers && asked.memory == v4l2_memory_V4L2_MEMORY_MMAP;
        fits.then_some(()).ok_or(libc::EINVAL)
    }
}
