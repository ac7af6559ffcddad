//! Buffers, and the frames that come at the camera's rate whether or not there is a buffer for them. Without a thread:
//! whoever asks finds what has happened since somebody asked last.

use std::{
    collections::VecDeque,
    ffi::c_int,
    fs::File,
    io,
    os::fd::{AsRawFd as _, RawFd},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use v4l::v4l_sys::{
    V4L2_BUF_FLAG_ERROR, timeval, v4l2_buffer, v4l2_field_V4L2_FIELD_NONE,
    v4l2_memory_V4L2_MEMORY_MMAP, v4l2_plane, v4l2_requestbuffers,
};

use crate::{
    behaviour::Behaviour,
    clock::Clock,
    memory::Memory,
    picture::Picture,
    slow::{self, MOST_BUFFERS},
    timer::{Timer, now_us},
};

/// Longer than capture-svc waits for a call into a driver.
const HANGING: Duration = Duration::from_secs(6);

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
    /// Whether `VIDIOC_DQBUF` waits for a frame.
    pub(crate) waits: bool,
    /// Of a camera whose frames the kernel tells.
    timer: Option<Timer>,
    /// Of a camera whose pictures tell the time, with how many bytes each buffer's picture has.
    clock: Option<(Clock, Vec<u32>)>,
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
            waits: false,
            timer: (behaviour == Behaviour::Clock)
                .then(Timer::new)
                .transpose()?,
            clock: None,
        })
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        let memory = self.memory.file.as_raw_fd();
        self.timer.as_ref().map_or(memory, Timer::descriptor)
    }

    /// Whether its descriptor is readable when a frame is there, by the kernel's own word.
    pub(crate) fn is_timed(&self) -> bool {
        self.timer.is_some()
    }

    /// To the frame that is there, or the next one that there is a buffer for.
    pub(crate) fn set_timer(&mut self) {
        let there = self.done.front().map(|frame| frame.stamp_us);
        let next = self.due_us.filter(|_| !self.queued.is_empty());
        if let Some(timer) = &mut self.timer {
            timer.set(there.or(next));
        }
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
        sized.map_err(|_| libc::ENOMEM)?;
        if self.behaviour == Behaviour::Clock {
            let clock = Clock::new(*picture);
            let draw = |buffer| self.memory.fill(buffer, vec![clock.picture(buffer)])[0];
            let lengths = (0..asked.count).map(draw).collect();
            self.clock = Some((clock, lengths));
        }
        Ok(())
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

    /// Never waits: who does so is made to wait before, or opened the camera with `O_NONBLOCK` as capture-svc does.
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
        if let Some((clock, lengths)) = &self.clock {
            self.memory.write(buffer, &clock.front(due_us));
            return Frame {
                buffer,
                bytes: vec![lengths[buffer as usize]],
                sequence: number,
                stamp_us: due_us,
                damaged: false,
            };
        }
        let hidden = self.behaviour == Behaviour::HiddenDamage;
        let planes = self.memory.picture.taken(self.behaviour, number, self.dark);
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
