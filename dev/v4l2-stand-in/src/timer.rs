//! The clock of frames, and a descriptor that the kernel itself makes readable when a frame is there: `poll`, `select` and `epoll` wait for it as for
//! a device, and nobody is woken for nothing.

use std::{
    io,
    os::fd::{AsRawFd, OwnedFd, RawFd},
};

use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};

/// µs of the monotonic clock.
pub(crate) fn now_us() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000
}

pub(crate) struct Timer {
    descriptor: OwnedFd,
    /// What it is set to, µs of the monotonic clock.
    at_us: Option<u64>,
}

impl Timer {
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        Ok(Self {
            descriptor: timerfd_create(TimerfdClockId::Monotonic, flags)?,
            at_us: None,
        })
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        self.descriptor.as_raw_fd()
    }

    /// Readable from that time on; never with `None`.
    pub(crate) fn set(&mut self, at_us: Option<u64>) {
        if self.at_us == at_us {
            return;
        }
        self.at_us = at_us;
        let at_us = at_us.unwrap_or(0);
        // All zero: off.
        let value = Timespec {
            tv_sec: (at_us / 1_000_000) as i64,
            tv_nsec: (at_us % 1_000_000 * 1000) as i64,
        };
        let interval = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let times = Itimerspec {
            it_interval: interval,
            it_value: value,
        };
        timerfd_settime(&self.descriptor, TimerfdTimerFlags::ABSTIME, &times)
            .expect("a timer can be set");
    }
}
