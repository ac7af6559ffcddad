//! The viewers: one thread, one epoll, payloads thrown away inside the kernel, so that they cost next to nothing.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use wire::Stamp;

use crate::publish::now_us;

/// Head of the WebSocket frame, of the JPEG, and the stamp.
const HEAD: usize = 10 + 20 + Stamp::SEGMENT_LEN + 2;

/// What was delivered and what it cost.
pub(crate) struct Delivered {
    pub(crate) us_per_frame: f64,
    pub(crate) fps: f64,
    pub(crate) core: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) kb_per_viewer: f64,
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            us_per_frame,
            fps,
            core,
            p50_ms,
            p99_ms,
            kb_per_viewer,
        } = self;
        write!(
            f,
            "{us_per_frame:6.1} µs/frame {fps:5.1} fps {core:4.2} core, p50 {p50_ms:5.1} p99 {p99_ms:5.1} ms, {kb_per_viewer:4.0} KB"
        )
    }
}

/// Connected viewers.
pub(crate) struct Load {
    epoll: rustix::fd::OwnedFd,
    viewers: Vec<Viewer>,
    frames: u64,
    ages_us: Vec<u64>,
    scratch: Vec<u8>,
}

struct Viewer {
    socket: TcpStream,
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the current payload that are thrown away.
    skip: usize,
    captured_at_us: u64,
    served: bool,
}

impl Load {
    pub(crate) fn connect(address: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let mut load = Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            viewers: Vec::with_capacity(count),
            frames: 0,
            ages_us: Vec::new(),
            scratch: vec![0; 1 << 20],
        };
        for _ in 0..count {
            load.join(address)?;
        }
        Ok(load)
    }

    /// One more viewer.
    pub(crate) fn join(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let socket = upgrade(address)?;
        let data = epoll::EventData::new_u64(self.viewers.len() as u64);
        epoll::add(&self.epoll, &socket, data, epoll::EventFlags::IN)?;
        self.viewers.push(Viewer {
            socket,
            head: [0; HEAD],
            have: 0,
            skip: 0,
            captured_at_us: 0,
            served: false,
        });
        Ok(())
    }

    /// How many have not got a single frame.
    pub(crate) fn unserved(&self) -> usize {
        self.viewers.iter().filter(|viewer| !viewer.served).count()
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut events = Vec::with_capacity(1024);
        while Instant::now() < end {
            events.clear();
            let wait = rustix::event::Timespec {
                tv_sec: 0,
                tv_nsec: 20_000_000,
            };
            if epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&wait)).is_err() {
                continue;
            }
            for event in &events {
                let data = event.data;
                let viewer = &mut self.viewers[data.u64() as usize];
                while let Some(age_us) = viewer.read(&mut self.scratch) {
                    if age_us > 0 {
                        self.frames += 1;
                        self.ages_us.push(age_us);
                    }
                }
            }
        }
    }

    /// The warm-up does not count.
    pub(crate) fn forget(&mut self) {
        self.frames = 0;
        self.ages_us.clear();
    }

    pub(crate) fn delivered(&mut self, cpu_ns: u64, took: Duration, grown_kb: u64) -> Delivered {
        self.ages_us.sort_unstable();
        let age = |percent: usize| {
            self.ages_us
                .get(self.ages_us.len() * percent / 100)
                .map_or(f64::NAN, |us| *us as f64 / 1000.0)
        };
        let viewers = self.viewers.len() as f64;
        Delivered {
            us_per_frame: cpu_ns as f64 / 1000.0 / self.frames.max(1) as f64,
            fps: self.frames as f64 / took.as_secs_f64() / viewers,
            core: cpu_ns as f64 / took.as_nanos() as f64,
            p50_ms: age(50),
            p99_ms: age(99),
            kb_per_viewer: grown_kb as f64 / viewers,
        }
    }
}

impl Viewer {
    /// Reads a little: `None` when there is nothing, an age when a frame is complete, else 0.
    fn read(&mut self, scratch: &mut [u8]) -> Option<u64> {
        if self.skip > 0 {
            let most = self.skip.min(scratch.len());
            // TRUNC on TCP throws the bytes away without copying them. Source: tcp(7).
            let (_, got) = recv(
                &self.socket,
                &mut scratch[..most],
                RecvFlags::TRUNC | RecvFlags::DONTWAIT,
            )
            .ok()?;
            if got == 0 {
                return None;
            }
            self.skip -= got;
            self.served |= self.skip == 0;
            return Some(if self.skip == 0 {
                now_us() - self.captured_at_us
            } else {
                0
            });
        }
        let room = HEAD - self.have;
        let (_, got) = recv(
            &self.socket,
            &mut self.head[self.have..],
            RecvFlags::DONTWAIT,
        )
        .ok()?;
        if got == 0 {
            return None;
        }
        self.have += got;
        self.parse();
        // Less than there was room for: nothing more is there.
        (got == room || self.skip > 0).then_some(0)
    }

    fn parse(&mut self) {
        while let [first, second, rest @ ..] = &self.head[..self.have] {
            let (width, length) = match second & 0x7f {
                126 => (
                    2,
                    rest.get(..2)
                        .map(|bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))),
                ),
                127 => (
                    8,
                    rest.get(..8).map(|bytes| {
                        bytes
                            .iter()
                            .fold(0, |length, byte| length << 8 | usize::from(*byte))
                    }),
                ),
                short => (0, Some(usize::from(short))),
            };
            let Some(length) = length else { return };
            let (start, end) = (2 + width, 2 + width + length);
            if end <= self.have {
                if first & 0x0f == 9 {
                    let mut pong = [0u8; 6 + 125];
                    pong[..2].copy_from_slice(&[0x8a, 0x80 | length as u8]);
                    pong[6..6 + length].copy_from_slice(&self.head[start..end]);
                    // A pong that does not fit is one the server does without.
                    let _ = send(
                        &self.socket,
                        &pong[..6 + length],
                        SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
                    );
                }
                self.head.copy_within(end..self.have, 0);
                self.have -= end;
                continue;
            }
            if let Ok(stamp) = Stamp::read(&self.head[start..self.have]) {
                self.captured_at_us = stamp.captured_at_us;
                self.skip = end - self.have;
                self.have = 0;
            }
            return;
        }
    }
}

fn upgrade(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    let request = format!(
        "GET /websocket/80 HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        head.extend(byte);
    }
    anyhow::ensure!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    socket.set_nodelay(true)?;
    Ok(socket)
}
