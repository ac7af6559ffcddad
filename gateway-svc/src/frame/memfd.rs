//! A frame as a file in memory: the kernel gives its pages to every viewer as they are, where `send` copies them each
//! time.
//!
//! It pays where a page is not cut into packets: on the way to a proxy on the same host, or with jumbo frames; with the
//! internet's 1,500 bytes the copy is cheaper by a twentieth. And it pays for as much as one pipe holds; with more
//! `sendfile` is several times slower than the copy.
//! Source: `memfd_create(2)`, `sendfile(2)`, `pipe(7)`.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create, sendfile};
use socket2::SockRef;

const PAGE: usize = 4096;
/// What a pipe holds: with more, `sendfile` is slower than the copy.
const MAX_MEMFD_BYTES: usize = 16 * PAGE;

/// Bytes that never change again.
#[derive(Debug)]
pub(crate) struct Memfd {
    file: File,
    length: usize,
}

/// Whether pages are cheaper than a copy on this connection: where one is not cut into packets.
#[must_use]
pub(crate) fn worthwhile(socket: &SockRef<'_>) -> bool {
    socket.tcp_mss().is_ok_and(|mss| mss as usize >= PAGE)
}

impl Memfd {
    /// `None` for bytes that are too many, or where the kernel has no such files to give.
    #[must_use]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_MEMFD_BYTES {
            return None;
        }
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = File::from(memfd_create("frame", flags).ok()?);
        file.write_all(bytes).ok()?;
        // What is on its way to a viewer are these very pages.
        let seals = SealFlags::SEAL | SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW;
        fcntl_add_seals(&file, seals).ok()?;
        Some(Self {
            file,
            length: bytes.len(),
        })
    }

    /// Sends from the beginning as much as the socket takes.
    ///
    /// # Errors
    /// As `send`.
    pub(crate) fn send_to(&self, socket: impl AsFd) -> io::Result<usize> {
        let mut from = 0;
        Ok(sendfile(socket, &self.file, Some(&mut from), self.length)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let here = listener.accept().unwrap().0;
        here.set_nonblocking(true).unwrap();
        (here, there)
    }

    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|_| fastrand::u8(..)).collect()
    }

    #[test]
    fn what_a_socket_took_is_what_the_file_was_even_when_the_file_is_gone() {
        let bytes = noise(60_014);
        let file = Memfd::of(&bytes).unwrap();
        let (here, mut there) = pair();
        let mut sent = Vec::new();
        // Until the socket takes no more, and the last time only a part.
        while let Ok(length) = file.send_to(&here) {
            sent.extend_from_slice(&bytes[..length]);
        }
        assert!(sent.len() > bytes.len());
        drop((file, here));
        let mut received = Vec::new();
        there.read_to_end(&mut received).unwrap();
        assert!(received == sent, "{} of {}", received.len(), sent.len());
    }

    #[test]
    fn nobody_can_change_it() {
        let mut file = Memfd::of(b"frame").unwrap();
        file.file.write_all(b"other").unwrap_err();
        file.file.set_len(0).unwrap_err();
    }

    #[test]
    fn what_a_pipe_does_not_hold_is_left_to_send() {
        assert!(Memfd::of(&noise(MAX_MEMFD_BYTES)).is_some());
        assert!(Memfd::of(&noise(MAX_MEMFD_BYTES + 1)).is_none());
    }

    #[test]
    fn it_is_worthwhile_on_loopback_and_not_with_packets_of_the_internet() {
        let (here, _there) = pair();
        assert!(worthwhile(&SockRef::from(&here)));
        let narrow =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        narrow.set_tcp_mss(1448).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        narrow
            .connect(&listener.local_addr().unwrap().into())
            .unwrap();
        assert!(!worthwhile(&SockRef::from(&narrow)));
    }
}
