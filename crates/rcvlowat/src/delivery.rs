//! What the kernel knows of a TCP connection's way to its peer, from `TCP_INFO`; socket2 and rustix do not tell it.
//!
//! The kernel's structure only ever grows, so it is read as bytes, by the places that its fields have had since Linux 4.9.
//! Source: `struct tcp_info` in `linux/tcp.h`.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::time::Duration;

/// Where the fields are that are read here.
const SEGMENT_SIZE: usize = 16;
const UNCONFIRMED_SEGMENTS: usize = 24;
const MIN_RTT_US: usize = 148;
const DELIVERY_RATE: usize = 160;
/// Behind the last of them.
const NEEDED: usize = DELIVERY_RATE + 8;
/// What the kernel says of a round trip that it never saw.
const NEVER: u32 = u32::MAX;

/// How a connection delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Bytes that were sent and that the peer's kernel has not confirmed; whole segments.
    pub unconfirmed: u64,
    /// Bytes a second that lately arrived, while there was enough to send; 0 before the first.
    pub rate: u64,
    /// The shortest round trip of the last minutes; `None` before the first.
    pub min_rtt: Option<Duration>,
}

impl Delivery {
    /// As it is now.
    ///
    /// # Errors
    /// What the kernel says for whatever is no TCP socket, and a kernel older than 4.9.
    #[expect(unsafe_code, reason = "one call of libc that no safe crate offers")]
    pub fn of(socket: impl AsFd) -> io::Result<Self> {
        let mut info = [0_u8; NEEDED];
        let mut length = NEEDED as libc::socklen_t;
        // SAFETY: the descriptor is borrowed and so open for the call; both pointers are to values that outlive it, and
        // the kernel writes no more bytes than the length says, which is that of the array.
        let done = unsafe {
            libc::getsockopt(
                socket.as_fd().as_raw_fd(),
                libc::IPPROTO_TCP,
                libc::TCP_INFO,
                info.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        if done != 0 {
            return Err(io::Error::last_os_error());
        }
        if (length as usize) < NEEDED {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(Self::read(&info))
    }

    fn read(info: &[u8; NEEDED]) -> Self {
        let word = |at: usize| {
            let bytes = [info[at], info[at + 1], info[at + 2], info[at + 3]];
            u32::from_ne_bytes(bytes)
        };
        let (mut rate, at) = ([0; 8], DELIVERY_RATE);
        rate.copy_from_slice(&info[at..at + 8]);
        let min_rtt_us = word(MIN_RTT_US);
        Self {
            unconfirmed: u64::from(word(UNCONFIRMED_SEGMENTS)) * u64::from(word(SEGMENT_SIZE)),
            rate: u64::from_ne_bytes(rate),
            min_rtt: (min_rtt_us != NEVER).then(|| Duration::from_micros(min_rtt_us.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn what_a_peer_has_confirmed_is_on_its_way_no_more_and_was_delivered_at_some_rate() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut there = listener.accept().unwrap().0;
        here.write_all(&vec![0; 100_000]).unwrap();
        there.read_exact(&mut vec![0; 100_000]).unwrap();
        // An answer carries what was not confirmed alone yet.
        there.write_all(b"!").unwrap();
        here.read_exact(&mut [0]).unwrap();
        let delivery = Delivery::of(&here).unwrap();
        assert_eq!(delivery.unconfirmed, 0);
        assert!(delivery.rate > 100_000, "{delivery:?}");
        let min_rtt = delivery.min_rtt.unwrap();
        assert!(min_rtt < Duration::from_secs(1), "{delivery:?}");
    }

    #[test]
    fn fields_are_read_from_their_places() {
        let mut info = [0; NEEDED];
        info[16..20].copy_from_slice(&1448_u32.to_ne_bytes());
        info[24..28].copy_from_slice(&10_u32.to_ne_bytes());
        info[148..152].copy_from_slice(&60_000_u32.to_ne_bytes());
        info[160..168].copy_from_slice(&187_500_u64.to_ne_bytes());
        let expected = Delivery {
            unconfirmed: 14_480,
            rate: 187_500,
            min_rtt: Some(Duration::from_millis(60)),
        };
        assert_eq!(Delivery::read(&info), expected);
        info[148..152].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(Delivery::read(&info).min_rtt, None);
    }

    #[test]
    fn what_is_no_tcp_socket_is_an_error() {
        Delivery::of(std::fs::File::open("/dev/null").unwrap()).unwrap_err();
    }
}
