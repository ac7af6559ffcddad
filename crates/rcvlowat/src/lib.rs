//! Two options of a socket that no safe crate has: `SO_RCVLOWAT` here, and `TCP_INFO` as [`Delivery`].
//!
//! With the first the kernel keeps short answers to itself until somebody looks; an end of the connection is told at once
//! all the same. Neither socket2 nor rustix has either.
//! It is a crate of its own so that the two `unsafe` calls stand alone and the services forbid `unsafe`.
//! Source: socket(7); tcp(7): `poll` and `epoll` honour it since Linux 2.6.28.

mod delivery;

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

pub use delivery::Delivery;

/// Sets how many bytes must have come before the socket counts as readable; 1 is the system's default.
///
/// # Errors
/// What the kernel says, for whatever is no socket.
#[expect(unsafe_code, reason = "one call of libc that no safe crate offers")]
pub fn set(socket: impl AsFd, bytes: i32) -> io::Result<()> {
    let length = size_of_val(&bytes) as libc::socklen_t;
    // SAFETY: the descriptor is borrowed and so open for the call; the pointer is to an `int` that outlives it, and the
    // length is that of an `int`, as the option asks for.
    let done = unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVLOWAT,
            (&raw const bytes).cast(),
            length,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::io::Write as _;
    use std::net::{Shutdown, TcpListener, TcpStream};

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener.accept().unwrap().0, there)
    }

    fn readable(socket: &TcpStream, within_ms: i64) -> bool {
        let limit = Timespec {
            tv_sec: 0,
            tv_nsec: within_ms * 1_000_000,
        };
        let mut asked = [PollFd::new(socket, PollFlags::IN)];
        poll(&mut asked, Some(&limit)).unwrap() > 0
    }

    #[test]
    fn a_socket_is_readable_when_enough_has_come_or_nothing_more_will() {
        let (here, mut there) = pair();
        set(&here, 28).unwrap();
        there.write_all(&[0; 14]).unwrap();
        assert!(!readable(&here, 100));
        there.write_all(&[0; 14]).unwrap();
        assert!(readable(&here, 999));

        let (here, mut there) = pair();
        set(&here, 28).unwrap();
        there.write_all(&[0; 14]).unwrap();
        there.shutdown(Shutdown::Write).unwrap();
        assert!(readable(&here, 999), "the end is told at once");
    }

    #[test]
    fn what_has_come_is_told_when_less_is_asked_for() {
        let (here, mut there) = pair();
        set(&here, 28).unwrap();
        there.write_all(&[0; 14]).unwrap();
        assert!(!readable(&here, 100));
        set(&here, 1).unwrap();
        assert!(readable(&here, 999));
    }

    #[test]
    fn what_is_no_socket_is_an_error() {
        set(std::fs::File::open("/dev/null").unwrap(), 28).unwrap_err();
    }
}
