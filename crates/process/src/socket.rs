//! A connection's socket as hyper uses it, and a view of it for whoever answers on it: whether the kernel has sent all that
//! it was given, and how the connection ended. hyper tells neither.
//!
//! The view does not own the socket: an upgrade takes it out of hyper for good, whoever still looks at it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use rcvlowat::Delivery;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::path_queue::queue_left;

/// A connection's socket, read and written by one task.
#[derive(Debug)]
pub struct Socket {
    stream: Arc<TcpStream>,
    timed_out: Arc<AtomicBool>,
}

/// What can be asked about a connection while it is answered; a clone is of the same one.
#[derive(Clone, Debug)]
pub struct SocketView {
    stream: Weak<TcpStream>,
    timed_out: Arc<AtomicBool>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream: Arc::new(stream),
            timed_out: Arc::default(),
        }
    }

    pub(crate) fn view(&self) -> SocketView {
        SocketView {
            stream: Arc::downgrade(&self.stream),
            timed_out: Arc::clone(&self.timed_out),
        }
    }

    /// The bare socket; `None` while somebody waits at it.
    #[must_use]
    pub fn into_tcp(self) -> Option<TcpStream> {
        Arc::into_inner(self.stream)
    }

    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.timed_out.store(true, Ordering::Relaxed);
        }
        done
    }

    fn poll_write_with(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            match write(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(self.note(done)),
            }
        }
    }
}

impl SocketView {
    /// Waits until the kernel has handed everything to the network that it was given, on a socket whose `TCP_NOTSENT_LOWAT`
    /// is 1, or until the connection has ended.
    pub async fn all_sent(&self) {
        let Some(stream) = self.stream.upgrade() else {
            return;
        };
        let sent = || {
            if is_writable(&stream) {
                return Ok(());
            }
            // Only this makes tokio look again; that the last write was taken whole says nothing of the kernel's queue.
            Err(io::ErrorKind::WouldBlock.into())
        };
        // An error is the writer's to find.
        let _ = stream.async_io(Interest::WRITABLE, sent).await;
    }

    /// Waits until the kernel has sent all as in [`all_sent`](Self::all_sent), and until none of it stands in a queue on
    /// the way to the peer, such as a router's in front of a thin line. What a proxy took in is nobody's to see.
    pub async fn way_is_free(&self) {
        self.all_sent().await;
        // The kernel tells when it has room, and not when something has arrived: this is asked for.
        while let Some(stream) = self.stream.upgrade()
            && let Ok(delivery) = Delivery::of(&*stream)
            && let Some(left) = queue_left(delivery)
        {
            drop(stream);
            sleep(left).await;
        }
    }

    /// Whether the connection ended because its peer took nothing for too long.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }
}

/// As the kernel sees it now. Asking also makes it tell when that changes.
fn is_writable(stream: &TcpStream) -> bool {
    let mut asked = [PollFd::new(stream, PollFlags::OUT)];
    poll(&mut asked, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(context))?;
            match self.stream.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => {
                    let done = self.note(done).map(|read| buffer.advance(read));
                    return Poll::Ready(done);
                }
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::timeout;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    /// Our end, whose kernel takes nothing while something is unsent, and the peer's.
    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpSocket::new_v4().unwrap();
        // As large as it is: the kernel enlarges what is not set while it fills.
        peer.set_recv_buffer_size(16_384).unwrap();
        let peer = peer.connect(listener.local_addr().unwrap());
        let (peer, ours) = tokio::join!(peer, listener.accept());
        let ours = ours.unwrap().0;
        SockRef::from(&ours).set_tcp_notsent_lowat(1).unwrap();
        (Socket::new(ours), peer.unwrap())
    }

    /// Writes until the peer takes no more and some of it stays unsent; every write was taken whole, as hyper's last one is.
    async fn fill(socket: &mut Socket) -> usize {
        let mut written = 0;
        loop {
            while is_writable(&socket.stream) {
                socket.write_all(&[0; 1024]).await.unwrap();
                written += 1024;
            }
            // The peer's kernel may be on its way to more room.
            let view = socket.view();
            if timeout(Duration::from_millis(100), view.all_sent())
                .await
                .is_err()
            {
                return written;
            }
        }
    }

    #[tokio::test]
    async fn all_is_sent_at_once_while_the_peer_has_room_and_not_before_it_reads_when_it_has_none()
    {
        let (mut socket, mut peer) = pair().await;
        let view = socket.view();
        socket.write_all(b"a little").await.unwrap();
        timeout(DEADLINE, view.all_sent()).await.unwrap();

        let filled = timeout(DEADLINE, fill(&mut socket)).await;
        let mut left = filled.expect("what is unsent is waited for") + b"a little".len();
        let sent = view.all_sent();
        let reading = async {
            let mut buffer = vec![0; 1 << 20];
            while left > 0 {
                left -= peer.read(&mut buffer).await.unwrap();
            }
        };
        tokio::join!(reading, async { timeout(DEADLINE, sent).await.unwrap() });
    }

    #[tokio::test]
    async fn who_takes_nothing_for_too_long_has_timed_out_and_who_leaves_has_not() {
        let (mut socket, peer) = pair().await;
        let limit = Some(Duration::from_millis(200));
        SockRef::from(&*socket.stream)
            .set_tcp_user_timeout(limit)
            .unwrap();
        let view = socket.view();
        let writing = async { while socket.write(&[0; 8192]).await.is_ok() {} };
        timeout(DEADLINE, writing).await.unwrap();
        assert!(view.timed_out());
        drop(peer);

        let (mut socket, peer) = pair().await;
        let view = socket.view();
        drop(peer);
        let writing = async { while socket.write(&[0; 8192]).await.is_ok() {} };
        timeout(DEADLINE, writing).await.unwrap();
        assert!(!view.timed_out());
    }

    #[tokio::test]
    async fn a_view_does_not_keep_the_socket_from_being_taken() {
        let (socket, _peer) = pair().await;
        let view = socket.view();
        assert!(socket.into_tcp().is_some());
        timeout(DEADLINE, view.all_sent()).await.unwrap();
    }
}
