//! Viewers of any server in one thread: of each picture the beginning is read, for its clock, and the rest thrown away
//! inside the kernel.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::ensure;
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use testkit::statistics::percentile;
use testkit::websocket;

use super::clock::{ClockReader, PREFIX, now_us};
use super::framing::{Framing, Kind};

/// The heads of a part or a message, and the beginning of its picture.
const HEAD: usize = 2 * PREFIX;

/// How long a frame is waited for before the time is looked at.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// A server that starts may have to open its camera first.
const SERVED_WITHIN: Duration = Duration::from_secs(30);

/// Where viewers go.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) host: SocketAddr,
    pub(crate) path: String,
    pub(crate) framing: Framing,
}

/// Connected viewers.
pub(crate) struct Crowd {
    epoll: rustix::fd::OwnedFd,
    viewers: Vec<Viewer>,
    clock: ClockReader,
    scratch: Vec<u8>,
}

/// What one viewer, or several together, got.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Of each picture, when its last byte came.
    pub(crate) ages_ms: Vec<f64>,
    /// Pictures whose clock cannot be read.
    pub(crate) unread: usize,
    pub(crate) bytes: usize,
    pub(crate) longest_gap_ms: f64,
}

struct Viewer {
    stream: TcpStream,
    framing: Framing,
    head: Vec<u8>,
    have: usize,
    /// Bytes that are thrown away.
    skip: usize,
    /// The beginning of the picture that they belong to, and its length.
    picture: Option<(Vec<u8>, usize)>,
    last: Option<Instant>,
    seen: Seen,
}

impl Crowd {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            viewers: Vec::new(),
            clock: ClockReader::default(),
            scratch: vec![0; 1 << 20],
        })
    }

    /// One more, at `at` instead of the server's own address if there is a link between.
    pub(crate) fn join(&mut self, address: &Address, at: Option<SocketAddr>) -> anyhow::Result<()> {
        let host = at.unwrap_or(address.host);
        let stream = match address.framing {
            Framing::Messages => websocket::connect(host, &address.path)?,
            Framing::Parts => {
                let mut stream = TcpStream::connect(host)?;
                let request = format!("GET {} HTTP/1.0\r\nHost: {host}\r\n\r\n", address.path);
                stream.write_all(request.as_bytes())?;
                stream
            }
        };
        let data = epoll::EventData::new_u64(self.viewers.len() as u64);
        epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN)?;
        self.viewers.push(Viewer {
            stream,
            framing: address.framing,
            head: vec![0; HEAD],
            have: 0,
            skip: 0,
            picture: None,
            last: None,
            seen: Seen::default(),
        });
        Ok(())
    }

    /// Watches until everybody has got a picture.
    pub(crate) fn await_pictures(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + SERVED_WITHIN;
        while self.viewers.iter().any(|viewer| viewer.last.is_none()) {
            ensure!(
                Instant::now() < end,
                "viewers without a picture for {SERVED_WITHIN:?}"
            );
            self.run(Duration::from_millis(50))?;
        }
        Ok(())
    }

    /// Watches for that long.
    pub(crate) fn run(&mut self, time: Duration) -> anyhow::Result<()> {
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
                while viewer.read(&mut self.scratch, &mut self.clock)? {}
            }
        }
        Ok(())
    }

    /// What came so far does not count.
    pub(crate) fn forget(&mut self) {
        for viewer in &mut self.viewers {
            viewer.seen = Seen::default();
        }
    }

    /// What those of `viewers` got since.
    pub(crate) fn seen(&self, viewers: std::ops::Range<usize>) -> Seen {
        let mut all = Seen::default();
        for Viewer { seen, .. } in &self.viewers[viewers] {
            all.ages_ms.extend_from_slice(&seen.ages_ms);
            all.unread += seen.unread;
            all.bytes += seen.bytes;
            all.longest_gap_ms = all.longest_gap_ms.max(seen.longest_gap_ms);
        }
        all
    }
}

impl Seen {
    pub(crate) fn age_ms(&self, percent: usize) -> f64 {
        percentile(&mut self.ages_ms.clone(), percent)
    }
}

impl Viewer {
    /// Reads once; whether there may be more.
    fn read(&mut self, scratch: &mut [u8], clock: &mut ClockReader) -> anyhow::Result<bool> {
        if self.skip > 0 {
            let most = self.skip.min(scratch.len());
            // TRUNC on TCP throws the bytes away without copying them. Source: tcp(7).
            let flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
            let Some(got) = received(recv(&self.stream, &mut scratch[..most], flags))? else {
                return Ok(false);
            };
            self.skip -= got;
            if self.skip == 0
                && let Some((picture, length)) = self.picture.take()
            {
                self.finish(&picture, length, clock);
            }
            return Ok(true);
        }
        let got = recv(
            &self.stream,
            &mut self.head[self.have..],
            RecvFlags::DONTWAIT,
        );
        let Some(got) = received(got)? else {
            return Ok(false);
        };
        self.have += got;
        self.parse(clock)?;
        Ok(true)
    }

    /// Takes what is whole out of the head, and marks the rest of a picture to be thrown away.
    fn parse(&mut self, clock: &mut ClockReader) -> anyhow::Result<()> {
        while let Some(block) = self.framing.next(&self.head[..self.have])? {
            let there = block.end.min(self.have);
            let begun = there.saturating_sub(block.start);
            let whole = block.end <= self.have;
            if !whole && (block.kind == Kind::Ping || block.kind == Kind::Picture && begun < PREFIX)
            {
                break;
            }
            let payload = self.head[block.start.min(there)..there].to_vec();
            let length = block.end - block.start;
            match block.kind {
                Kind::Picture if whole => self.finish(&payload, length, clock),
                Kind::Picture => self.picture = Some((payload, length)),
                Kind::Ping => self.pong(&payload),
                Kind::Other => {}
            }
            self.skip = block.end - there;
            self.head.copy_within(there..self.have, 0);
            self.have -= there;
        }
        Ok(())
    }

    /// A picture is there to its last byte.
    fn finish(&mut self, picture: &[u8], length: usize, clock: &mut ClockReader) {
        let (now, at_us) = (Instant::now(), now_us());
        if let Some(last) = self.last.replace(now) {
            let gap_ms = (now - last).as_secs_f64() * 1000.0;
            self.seen.longest_gap_ms = self.seen.longest_gap_ms.max(gap_ms);
        }
        self.seen.bytes += length;
        match clock.age_ms(&picture[..picture.len().min(PREFIX)], at_us) {
            Some(age_ms) => self.seen.ages_ms.push(age_ms),
            None => self.seen.unread += 1,
        }
    }

    /// Answers a ping, masked with nothing.
    fn pong(&self, payload: &[u8]) {
        let mut frame = vec![0x8a, 0x80 | payload.len() as u8, 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        // An answer that does not fit is one the gateway does without.
        let _ = send(
            &self.stream,
            &frame,
            SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
        );
    }
}

/// How many bytes came; `None` if there are none yet.
fn received(got: rustix::io::Result<(usize, usize)>) -> anyhow::Result<Option<usize>> {
    match got {
        Ok((_, 0)) => anyhow::bail!("the server ended a stream"),
        Ok((_, got)) => Ok(Some(got)),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
