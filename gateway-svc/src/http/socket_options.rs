//! What the gateway wants of a viewer's socket beside what every service's socket has.

use std::io;

use socket2::SockRef;
use tokio::net::TcpStream;

/// The kernel takes nothing new while something is unsent: what waits there would be an old frame.
pub(crate) fn hold_nothing_unsent(socket: &TcpStream) -> io::Result<()> {
    SockRef::from(socket).set_tcp_notsent_lowat(1)
}
