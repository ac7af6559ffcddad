//! Many viewers in one thread: payloads are thrown away inside the kernel, so that they cost next to nothing.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use wire::Stamp;

/// Head of the WebSocket frame, of the JPEG, and the stamp.
const HEAD: usize = 10 + 20 + Stamp::SEGMENT_LEN + 2;

/// Connected viewers, spread over the gateways in turn.
pub(crate) struct Load {
    epoll: rustix::fd::OwnedFd,
    viewers: Vec<Viewer>,
    /// Of every whole frame since [`forget`](Self::forget), capture to last byte.
    pub(crate) ages_ms: Vec<f64>,
    scratch: Vec<u8>,
}

struct Viewer {
    socket: TcpStream,
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the current payload that are thrown away.
    skip: usize,
    captured_at_us: u64,
}

/// What one read of a socket brought.
enum Read {
    Nothing,
    Something,
    Frame { captured_at_us: u64 },
}

impl Load {
    /// So many viewers of quality 80.
    pub(crate) fn connect(gateways: &[SocketAddr], count: usize) -> anyhow::Result<Self> {
        Self::of_qualities(gateways, &vec![80; count])
    }

    /// A viewer of each.
    pub(crate) fn of_qualities(gateways: &[SocketAddr], qualities: &[u8]) -> anyhow::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut viewers = Vec::with_capacity(qualities.len());
        for (at, (gateway, &quality)) in gateways.iter().cycle().zip(qualities).enumerate() {
            let socket = upgrade(*gateway, quality)?;
            let data = epoll::EventData::new_u64(at as u64);
            epoll::add(&epoll, &socket, data, epoll::EventFlags::IN)?;
            viewers.push(Viewer {
                socket,
                head: [0; HEAD],
                have: 0,
                skip: 0,
                captured_at_us: 0,
            });
        }
        Ok(Self {
            epoll,
            viewers,
            ages_ms: Vec::new(),
            scratch: vec![0; 1 << 20],
        })
    }

    /// Watches for that long.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut events = Vec::with_capacity(1024);
        while Instant::now() < end {
            events.clear();
            let wait = Timespec {
                tv_sec: 0,
                tv_nsec: 20_000_000,
            };
            // Interrupted by a signal: nothing lost.
            if epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&wait)).is_err() {
                continue;
            }
            for event in &events {
                let data = event.data;
                let viewer = &mut self.viewers[data.u64() as usize];
                loop {
                    match viewer.read(&mut self.scratch) {
                        Read::Nothing => break,
                        Read::Something => {}
                        Read::Frame { captured_at_us } => {
                            self.ages_ms.push(age_ms(captured_at_us));
                        }
                    }
                }
            }
        }
    }

    /// What came so far does not count.
    pub(crate) fn forget(&mut self) {
        self.ages_ms.clear();
    }
}

impl Viewer {
    fn read(&mut self, scratch: &mut [u8]) -> Read {
        if self.skip > 0 {
            let most = self.skip.min(scratch.len());
            // TRUNC on TCP throws the bytes away without copying them. Source: tcp(7).
            let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
            let Ok((_, got @ 1..)) = recv(&self.socket, &mut scratch[..most], flags) else {
                return Read::Nothing;
            };
            self.skip -= got;
            return if self.skip == 0 {
                Read::Frame {
                    captured_at_us: self.captured_at_us,
                }
            } else {
                Read::Something
            };
        }
        let free = &mut self.head[self.have..];
        let Ok((_, got @ 1..)) = recv(&self.socket, free, RecvFlags::DONTWAIT) else {
            return Read::Nothing;
        };
        self.have += got;
        self.parse();
        Read::Something
    }

    /// Takes what is whole out of the head: pings are answered, a frame's payload is marked to be thrown away.
    fn parse(&mut self) {
        while let Some((opcode, start, end)) = message(&self.head[..self.have]) {
            if end <= self.have {
                if opcode == 9 {
                    self.pong(start, end);
                }
                self.head.copy_within(end..self.have, 0);
                self.have -= end;
            } else if let Ok(stamp) = Stamp::read(&self.head[start..self.have]) {
                self.captured_at_us = stamp.captured_at_us;
                self.skip = end - self.have;
                self.have = 0;
            } else {
                return;
            }
        }
    }

    fn pong(&self, start: usize, end: usize) {
        let payload = &self.head[start..end];
        let mut pong = vec![0x8a, 0x80 | payload.len() as u8, 0, 0, 0, 0];
        pong.extend(payload);
        // A pong that does not fit is one the gateway does without.
        let _ = send(
            &self.socket,
            &pong,
            SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
        );
    }
}

/// Opcode, start and end of the payload of the WebSocket message that `bytes` begin with, once its length is there.
fn message(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    let (width, length) = match second & 0x7f {
        126 => (2, usize::from(u16::from_be_bytes(*rest.first_chunk()?))),
        127 => (8, u64::from_be_bytes(*rest.first_chunk()?) as usize),
        short => (0, usize::from(short)),
    };
    Some((first & 0x0f, 2 + width, 2 + width + length))
}

fn upgrade(address: SocketAddr, quality: u8) -> anyhow::Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    let request = format!(
        "GET /websocket/{quality} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
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

/// From capture until now, by the wall clock that both share here.
pub(crate) fn age_ms(captured_at_us: u64) -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or_default().as_micros() as f64 / 1000.0 - captured_at_us as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_lengths_of_a_websocket_message_are_read() {
        assert_eq!(message(&[0x89, 3, 1, 2, 3]), Some((9, 2, 5)));
        assert_eq!(message(&[0x82, 126, 1, 0]), Some((2, 4, 260)));
        let large = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(message(&large), Some((2, 10, 65_546)));
        assert_eq!(message(&large[..9]), None, "the length is not whole");
    }
}
