//! Many viewers in one thread: payloads are thrown away inside the kernel, so that they cost next to nothing.

mod head;

use std::io::Result;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use wire::Stamp;

use crate::websocket::{self, BINARY, CONTROL_BYTES, PING, frame_head};

/// Head of the WebSocket frame, of the JPEG, and the stamp.
const HEAD: usize = 10 + 20 + Stamp::SEGMENT_LEN + 2;

/// How long [`Load::run`] waits for a frame before it looks whether its time is over.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// Connected viewers.
#[derive(Debug)]
pub struct Load {
    epoll: rustix::fd::OwnedFd,
    viewers: Vec<Socket>,
    /// Of every whole frame, capture to last byte.
    ages_us: Vec<u64>,
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    /// Whether it acknowledges frames, as our page does.
    acks: bool,
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the current payload that are thrown away.
    skip: usize,
    /// Number and time of capture of the frame that it is, if it is one.
    frame: Option<(u64, u64)>,
    served: bool,
}

/// What one read of a socket brought.
enum Read {
    Nothing,
    Something,
    Frame { age_us: u64 },
}

impl Load {
    /// Nobody yet.
    ///
    /// # Errors
    /// When the kernel has no epoll for us.
    pub fn new() -> Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            viewers: Vec::new(),
            ages_us: Vec::new(),
            scratch: vec![0; 1 << 20],
        })
    }

    /// So many viewers of quality 80, spread over the gateways in turn.
    ///
    /// # Errors
    /// When a gateway does not take one.
    pub fn connect(gateways: &[SocketAddr], count: usize) -> Result<Self> {
        Self::of_qualities(gateways, &vec![80; count])
    }

    /// A viewer of each quality, spread over the gateways in turn.
    ///
    /// # Errors
    /// When a gateway does not take one.
    pub fn of_qualities(gateways: &[SocketAddr], qualities: &[u8]) -> Result<Self> {
        let mut load = Self::new()?;
        load.viewers.reserve_exact(qualities.len());
        for (gateway, &quality) in gateways.iter().cycle().zip(qualities) {
            load.join(*gateway, quality)?;
        }
        Ok(load)
    }

    /// One more viewer.
    ///
    /// # Errors
    /// When the gateway does not take it.
    pub fn join(&mut self, gateway: SocketAddr, quality: u8) -> Result<()> {
        self.watch(gateway, &format!("/websocket/{quality}"))
    }

    /// One more viewer of `path`; with `v=2` in its query it acknowledges every frame.
    ///
    /// # Errors
    /// When the gateway does not take it.
    pub fn watch(&mut self, gateway: SocketAddr, path: &str) -> Result<()> {
        let stream = websocket::connect(gateway, path)?;
        let data = epoll::EventData::new_u64(self.viewers.len() as u64);
        epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN)?;
        self.viewers.push(Socket {
            stream,
            acks: path.contains("v=2"),
            head: [0; HEAD],
            have: 0,
            skip: 0,
            frame: None,
            served: false,
        });
        Ok(())
    }

    /// Watches for that long.
    pub fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut events = Vec::with_capacity(1024);
        while Instant::now() < end {
            events.clear();
            // Interrupted by a signal: nothing lost.
            if epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&WAIT)).is_err() {
                continue;
            }
            for event in &events {
                let data = event.data;
                let viewer = &mut self.viewers[data.u64() as usize];
                loop {
                    match viewer.read(&mut self.scratch) {
                        Read::Nothing => break,
                        Read::Something => {}
                        Read::Frame { age_us } => self.ages_us.push(age_us),
                    }
                }
            }
        }
    }

    /// How many viewers there are.
    #[must_use]
    pub fn viewers(&self) -> usize {
        self.viewers.len()
    }

    /// How many of them have not got a single frame.
    #[must_use]
    pub fn unserved(&self) -> usize {
        self.viewers.iter().filter(|viewer| !viewer.served).count()
    }

    /// Whole frames that came since [`forget`](Self::forget).
    #[must_use]
    pub fn frames(&self) -> usize {
        self.ages_us.len()
    }

    /// How old each was when its last byte came, by the wall clock that all share here.
    #[must_use]
    pub fn ages_ms(&self) -> Vec<f64> {
        let ages = self.ages_us.iter().map(|us| *us as f64 / 1000.0);
        ages.collect()
    }

    /// What came so far does not count.
    pub fn forget(&mut self) {
        self.ages_us.clear();
    }
}

impl Socket {
    fn read(&mut self, scratch: &mut [u8]) -> Read {
        if self.skip > 0 {
            let most = self.skip.min(scratch.len());
            // TRUNC on TCP throws the bytes away without copying them. Source: tcp(7).
            let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
            let Ok((_, got @ 1..)) = recv(&self.stream, &mut scratch[..most], flags) else {
                return Read::Nothing;
            };
            self.skip -= got;
            if self.skip > 0 {
                return Read::Something;
            }
            return self.finished();
        }
        let room = HEAD - self.have;
        let free = &mut self.head[self.have..];
        let Ok((_, got @ 1..)) = recv(&self.stream, free, RecvFlags::DONTWAIT) else {
            return Read::Nothing;
        };
        self.have += got;
        match self.parse() {
            Read::Nothing if got == room || self.skip > 0 => Read::Something,
            // Less than there was room for: nothing more is there.
            read => read,
        }
    }

    /// What the last message was, now that all of it is there.
    fn finished(&mut self) -> Read {
        let Some((seq, captured_at_us)) = self.frame.take() else {
            return Read::Something;
        };
        self.served = true;
        if self.acks {
            self.say(
                0x81,
                format!("{{\"type\":\"ack\",\"seq\":{seq}}}").as_bytes(),
            );
        }
        let age_us = now_us().saturating_sub(captured_at_us);
        Read::Frame { age_us }
    }

    /// Takes what is whole out of the head: pings are answered, the payload of a message is marked to be thrown away.
    fn parse(&mut self) -> Read {
        let mut read = Read::Nothing;
        while let Some(frame) = frame_head(&self.head[..self.have]) {
            let there = frame.end.min(self.have);
            if frame.opcode == BINARY {
                self.frame = head::read(&self.head[frame.start.min(there)..there]);
            }
            if frame.end <= self.have {
                match frame.opcode {
                    PING => self.pong(frame.start, frame.end),
                    BINARY => read = self.finished(),
                    _ => {}
                }
                self.head.copy_within(frame.end..self.have, 0);
                self.have -= frame.end;
            } else if frame.opcode != PING && (frame.opcode != BINARY || self.frame.is_some()) {
                self.skip = frame.end - self.have;
                self.have = 0;
                break;
            } else {
                break;
            }
        }
        read
    }

    fn pong(&self, start: usize, end: usize) {
        self.say(0x8a, &self.head[start..end]);
    }

    /// Sends a short frame, masked with nothing.
    fn say(&self, first: u8, payload: &[u8]) {
        let mut frame = [0; 6 + CONTROL_BYTES];
        let length = payload.len();
        frame[..2].copy_from_slice(&[first, 0x80 | length as u8]);
        frame[6..6 + length].copy_from_slice(payload);
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        // An answer that does not fit is one the gateway does without.
        let _ = send(&self.stream, &frame[..6 + length], flags);
    }
}

/// Wall time, as in stamps.
#[must_use]
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_micros() as u64
}

#[cfg(test)]
mod tests;
