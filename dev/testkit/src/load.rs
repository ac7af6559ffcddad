//! Many viewers in one thread: payloads are thrown away inside the kernel, so that they cost next to nothing.

use std::io::Result;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use wire::Stamp;

use crate::websocket::{self, CONTROL_BYTES, PING, frame_head};

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
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the current payload that are thrown away.
    skip: usize,
    captured_at_us: u64,
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
        let stream = websocket::connect(gateway, &format!("/websocket/{quality}"))?;
        let data = epoll::EventData::new_u64(self.viewers.len() as u64);
        epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN)?;
        self.viewers.push(Socket {
            stream,
            head: [0; HEAD],
            have: 0,
            skip: 0,
            captured_at_us: 0,
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
            self.served = true;
            return Read::Frame {
                age_us: now_us().saturating_sub(self.captured_at_us),
            };
        }
        let room = HEAD - self.have;
        let free = &mut self.head[self.have..];
        let Ok((_, got @ 1..)) = recv(&self.stream, free, RecvFlags::DONTWAIT) else {
            return Read::Nothing;
        };
        self.have += got;
        self.parse();
        if got == room || self.skip > 0 {
            Read::Something
        } else {
            // Less than there was room for: nothing more is there.
            Read::Nothing
        }
    }

    /// Takes what is whole out of the head: pings are answered, a frame's payload is marked to be thrown away.
    fn parse(&mut self) {
        while let Some(frame) = frame_head(&self.head[..self.have]) {
            if frame.end <= self.have {
                if frame.opcode == PING {
                    self.pong(frame.start, frame.end);
                }
                self.head.copy_within(frame.end..self.have, 0);
                self.have -= frame.end;
            } else if let Ok(stamp) = Stamp::read(&self.head[frame.start..self.have]) {
                self.captured_at_us = stamp.captured_at_us;
                self.skip = frame.end - self.have;
                self.have = 0;
            } else {
                return;
            }
        }
    }

    fn pong(&self, start: usize, end: usize) {
        let length = end - start;
        let mut pong = [0; 6 + CONTROL_BYTES];
        pong[..2].copy_from_slice(&[0x8a, 0x80 | length as u8]);
        pong[6..6 + length].copy_from_slice(&self.head[start..end]);
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        // A pong that does not fit is one the gateway does without.
        let _ = send(&self.stream, &pong[..6 + length], flags);
    }
}

/// Wall time, as in stamps.
#[must_use]
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_micros() as u64
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn whole_frames_count_with_their_age_and_pings_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let serve = move || {
            let (mut stream, _) = listener.accept().expect("a viewer");
            let limit = Some(Duration::from_secs(5));
            stream.set_read_timeout(limit).expect("a limit");
            let mut request = [0; 512];
            let length = stream.read(&mut request).expect("a request");
            assert!(request[..length].starts_with(b"GET /websocket/60 HTTP/1.1\r\n"));
            let stamp = Stamp {
                run: 1,
                seq: 1,
                captured_at_us: now_us() - 5_000,
            };
            let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
            jpeg.extend(stamp.segment());
            jpeg.resize(3000, 0x55);
            let mut answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
            answer.extend(b"\x89\x02hi\x82\x7e\x0b\xb8");
            answer.extend(&jpeg);
            stream.write_all(&answer).expect("the viewer is there");
            let mut pong = [0; 8];
            stream.read_exact(&mut pong).expect("a pong");
            pong
        };
        let server = std::thread::Builder::new().spawn(serve).expect("a thread");
        let mut load = Load::of_qualities(&[address], &[60]).expect("an upgrade");
        assert_eq!((load.viewers(), load.unserved()), (1, 1));
        let began = Instant::now();
        while load.frames() == 0 && began.elapsed() < Duration::from_secs(5) {
            load.run(Duration::from_millis(10));
        }
        assert_eq!((load.frames(), load.unserved()), (1, 0));
        assert!(load.ages_ms()[0] >= 5.0, "{:?}", load.ages_ms());
        assert_eq!(&server.join().expect("served"), b"\x8a\x82\0\0\0\0hi");
        load.forget();
        assert_eq!(load.frames(), 0);
    }
}
