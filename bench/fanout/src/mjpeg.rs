//! Any server of MJPEG over HTTP that runs already: what a delivered frame costs it. For peers that need a camera, which
//! this bench has none of: uStreamer, mjpg-streamer; and `/stream.mjpg` of ours beside them.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use crate::server::{cpu_ns, resident_kb};

/// In the head of every part, with all of them.
const MARK: &[u8] = b"image/jpeg";

struct Stream {
    socket: TcpStream,
    /// The end of what was read last, in which a mark may begin.
    tail: Vec<u8>,
}

/// `viewers` watch `url`, which the process `pid` serves.
pub(crate) fn run(url: &str, pid: u32, viewers: usize, time: Duration) -> anyhow::Result<()> {
    let rest = url
        .strip_prefix("http://")
        .context("--url http://host:port/path")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = host.to_socket_addrs()?.next().context("no such host")?;
    ensure!(
        address.ip().is_loopback(),
        "{host} is not this machine: its load stays here"
    );
    let before = resident_kb(pid)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut all = Vec::new();
    for number in 0..viewers {
        let mut socket = TcpStream::connect(address)?;
        write!(socket, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
        socket.set_nonblocking(true)?;
        let data = epoll::EventData::new_u64(number as u64);
        epoll::add(&epoll, &socket, data, epoll::EventFlags::IN)?;
        all.push(Stream {
            socket,
            tail: Vec::new(),
        });
    }
    read(&epoll, &mut all, Duration::from_secs(2))?;
    let (cpu, began) = (cpu_ns(pid)?, Instant::now());
    let frames = read(&epoll, &mut all, time)?;
    let (used, took) = (cpu_ns(pid)? - cpu, began.elapsed());
    ensure!(frames > 0, "{url} gives no parts of the type image/jpeg");
    println!(
        "\n| viewers | µs per frame | fps per viewer | core | KB per viewer |\n|---|---|---|---|---|"
    );
    println!(
        "| {viewers} | {:.1} | {:.1} | {:.2} | {:.0} |",
        used as f64 / 1000.0 / frames as f64,
        frames as f64 / took.as_secs_f64() / viewers as f64,
        used as f64 / took.as_nanos() as f64,
        resident_kb(pid)?.saturating_sub(before) as f64 / viewers as f64,
    );
    Ok(())
}

/// Reads for that long; how many parts began.
fn read(epoll: &rustix::fd::OwnedFd, all: &mut [Stream], time: Duration) -> anyhow::Result<u64> {
    let end = Instant::now() + time;
    let (mut events, mut buffer) = (Vec::with_capacity(1024), vec![0; 1 << 18]);
    let mut parts = 0;
    while Instant::now() < end {
        events.clear();
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: 20_000_000,
        };
        if epoll::wait(epoll, spare_capacity(&mut events), Some(&wait)).is_err() {
            continue;
        }
        for event in &events {
            let data = event.data;
            let viewer = &mut all[data.u64() as usize];
            match viewer.socket.read(&mut buffer) {
                Ok(0) => anyhow::bail!("the server ended a stream"),
                Ok(got) => parts += viewer.take(&buffer[..got]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(parts)
}

impl Stream {
    fn take(&mut self, bytes: &[u8]) -> u64 {
        // What spans two reads is found where they meet.
        let keep = MARK.len() - 1;
        self.tail.extend_from_slice(&bytes[..bytes.len().min(keep)]);
        let met = count(&self.tail);
        if bytes.len() < keep {
            self.tail.drain(..self.tail.len().saturating_sub(keep));
        } else {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - keep..]);
        }
        met + count(bytes)
    }
}

fn count(bytes: &[u8]) -> u64 {
    bytes
        .windows(MARK.len())
        .filter(|window| *window == MARK)
        .count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn every_part_counts_once_however_it_is_cut() {
        let text = b"--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xd9\r\n".repeat(3);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        for step in 1..=text.len() {
            let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let mut viewer = Stream {
                socket,
                tail: Vec::new(),
            };
            let parts: u64 = text.chunks(step).map(|piece| viewer.take(piece)).sum();
            assert_eq!(parts, 3, "in pieces of {step}");
        }
    }
}
