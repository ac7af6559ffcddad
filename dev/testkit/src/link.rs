//! A bad network between two ends of a TCP connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

/// What the link does to the bytes towards the client; the other way only the delay and the cut apply, since viewers send
/// next to nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkQuality {
    /// Bytes a second, `None` for as fast as it goes.
    pub rate: Option<u32>,
    /// Added to every byte, one way.
    pub delay: Duration,
    /// While set, nothing moves and nobody is told, as with a cable pulled out.
    pub cut: bool,
}

impl LinkQuality {
    /// As good as no link at all.
    pub const PERFECT: Self = Self {
        rate: None,
        delay: Duration::ZERO,
        cut: false,
    };
}

/// Bytes the link holds by itself before it stops reading, like the buffer of a home router; what the sender's kernel holds
/// comes on top, and what is on its way when the link is a long one as the connection is made.
const BUFFER: usize = 64 * 1024;

/// Bytes a second of a long way without a rate of its own.
const FASTEST: f64 = 100e6;

/// The kernel's own buffers on both sides of the link, kept small so that [`BUFFER`] is what counts. (The kernel doubles it.)
const SOCKET_BUFFER: u32 = 16 * 1024;

/// Bytes moved at a time: small, so that a low rate is smooth.
const CHUNK: usize = 4 * 1024;

/// A TCP proxy on a free port of 127.0.0.1 whose quality can be changed while connections are open; all end on drop.
#[derive(Debug)]
pub struct ThrottledLink {
    address: SocketAddr,
    quality: watch::Sender<LinkQuality>,
    acceptor: AbortHandle,
}

impl ThrottledLink {
    /// A link to `target`, perfect at first.
    ///
    /// # Panics
    /// When there is no free port, or outside a tokio runtime.
    #[must_use]
    pub fn to(target: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // Accepted connections inherit it.
        socket
            .set_send_buffer_size(SOCKET_BUFFER)
            .expect("a buffer size");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a free port");
        let listener = socket.listen(1024).expect("a bound socket listens");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let (quality, seen) = watch::channel(LinkQuality::PERFECT);
        let acceptor = tokio::spawn(accept(listener, target, seen)).abort_handle();
        Self {
            address,
            quality,
            acceptor,
        }
    }

    /// Where the client connects instead of to the target.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the link, from the next chunk on.
    pub fn set(&self, change: impl FnOnce(&mut LinkQuality)) {
        self.quality.send_modify(change);
    }

    /// Limits the rate towards the client, in bytes a second.
    pub fn throttle(&self, rate: u32) {
        self.set(|quality| quality.rate = Some(rate));
    }

    /// Stops everything without closing anything.
    pub fn cut(&self) {
        self.set(|quality| quality.cut = true);
    }

    /// Makes the link perfect again; what was held back is delivered.
    pub fn repair(&self) {
        self.set(|quality| *quality = LinkQuality::PERFECT);
    }
}

impl Drop for ThrottledLink {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, quality: watch::Receiver<LinkQuality>) {
    // Owns every connection: aborted with the acceptor.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let quality = quality.clone();
        connections.spawn(async move {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(SOCKET_BUFFER)?;
            let server = socket.connect(target).await?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            let up = carry(from_client, to_server, quality.clone(), false);
            let down = carry(from_server, to_client, quality, true);
            tokio::try_join!(up, down).map(|_| ())
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A chunk on its way, with its share of the buffer.
type Chunk = (Vec<u8>, Instant, OwnedSemaphorePermit);

async fn carry(
    mut from: OwnedReadHalf,
    to: OwnedWriteHalf,
    quality: watch::Receiver<LinkQuality>,
    limited: bool,
) -> std::io::Result<()> {
    // A long way holds as many more bytes as are on it: without a rate, whatever is sent in that time.
    let now = *quality.borrow();
    let on_the_way = match now.rate {
        Some(rate) => f64::from(rate) * now.delay.as_secs_f64(),
        None => FASTEST * now.delay.as_secs_f64(),
    };
    let room = Arc::new(Semaphore::new(BUFFER + on_the_way as usize));
    let (chunks, arriving) = mpsc::unbounded_channel::<Chunk>();
    let fill = async move {
        let mut buffer = vec![0; CHUNK];
        loop {
            let length = from.read(&mut buffer).await?;
            if length == 0 {
                return Ok(());
            }
            let permit = Arc::clone(&room)
                .acquire_many_owned(length as u32)
                .await
                .expect("the semaphore is never closed");
            if chunks
                .send((buffer[..length].to_vec(), Instant::now(), permit))
                .is_err()
            {
                return Ok(());
            }
        }
    };
    tokio::try_join!(fill, drain(arriving, to, quality, limited)).map(|_: ((), ())| ())
}

async fn drain(
    mut arriving: mpsc::UnboundedReceiver<Chunk>,
    mut to: OwnedWriteHalf,
    mut quality: watch::Receiver<LinkQuality>,
    limited: bool,
) -> std::io::Result<()> {
    // When the link has sent everything before: the token bucket, one chunk deep.
    let mut free_at = Instant::now();
    while let Some((bytes, arrived, _room)) = arriving.recv().await {
        loop {
            let now = *quality.borrow_and_update();
            let sent = match now.rate {
                Some(rate) if limited => {
                    free_at.max(arrived)
                        + Duration::from_secs_f64(bytes.len() as f64 / f64::from(rate))
                }
                _ => arrived,
            };
            let due = async {
                if now.cut {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep_until((sent + now.delay).into()).await;
            };
            tokio::select! {
                () = due => { free_at = sent; break }
                // The link's owner is gone, or has changed it: think again.
                changed = quality.changed() => if changed.is_err() { return Ok(()) },
            }
        }
        to.write_all(&bytes).await?;
    }
    to.shutdown().await
}

#[cfg(test)]
mod tests;
