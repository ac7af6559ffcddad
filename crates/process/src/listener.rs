//! TCP connections and HTTP/1.1 on them, bounded in every direction a stranger can push: how many, how slow a request's
//! head, how large, how long without a byte. axum's own `serve` has none of these bounds.
//!
//! After an upgrade a socket leaves hyper for good, and its place here is free again. HTTP/2 is the reverse proxy's.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::IntCounter;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::crowd::{Crowd, Place};
use crate::descriptors::is_of_the_last;
use crate::guard::{Hosts, protect};
use crate::reminder::Reminder;
use crate::socket::Socket;

/// Connections that wait to be accepted: a crowd that reconnects at once finds room.
const BACKLOG: u32 = 4096;
/// Connections at the same time that are not upgraded (yet).
pub const MAX_CONNECTIONS: usize = 512;
/// A request's head must be there by then, and an idle connection is closed after it.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a request's head; a browser's with cookies is 1 to 2 KB.
const MAX_REQUEST_HEAD_BYTES: usize = 16 * 1024;
/// The most header fields of a request.
const MAX_REQUEST_HEAD_FIELDS: usize = 64;
/// A peer that takes no byte for so long is gone; the kernel closes it.
const PEER_TIMEOUT: Duration = Duration::from_secs(20);

/// Listens, with a backlog for a crowd.
///
/// # Errors
/// The address is in use or not ours.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // So that a restart does not wait for the old connections' last packets.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Sets what a service wants of each socket beside what is set here.
pub type TuneSocket = fn(&TcpStream) -> io::Result<()>;

/// What a port serves, and to whom.
#[derive(Debug)]
pub struct HttpServer {
    /// Where connections come in.
    pub listener: TcpListener,
    /// What is answered.
    pub routes: Router,
    /// Under which names.
    pub hosts: Hosts,
    /// What a service wants of each socket.
    pub tune: TuneSocket,
    /// Counts connections that lost their place to others, or found no descriptor.
    pub crowded: Option<IntCounter>,
    /// How many of the process' descriptors its connections leave to everything else. A connection that would take one of
    /// them is closed: without any left no server could be reached again, for those who are connected neither.
    pub leaves: u64,
}

impl HttpServer {
    /// Serves until `stop`; the connections' tasks live in `tasks`. A socket that `tune` refuses is closed.
    pub async fn run(self, tasks: TaskTracker, stop: CancellationToken) {
        let crowd = Crowd::new(MAX_CONNECTIONS, self.crowded.clone());
        let tune = self.tune;
        let mut lack = Reminder::start();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Mostly a lack of descriptors; trying again at once would only burn the core.
                    if lack.is_due() {
                        tracing::warn!(%error, "cannot accept a connection");
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            if is_of_the_last(self.leaves, &socket) {
                if let Some(crowded) = &self.crowded {
                    crowded.inc();
                }
                if lack.is_due() {
                    tracing::warn!(
                        kept = self.leaves,
                        "connections are refused: the last file descriptors are kept for other uses; raise the limit (ulimit -n)"
                    );
                }
                continue;
            }
            let Some(place) = crowd.enter(peer.ip()) else {
                // Closed without a word: whoever floods gets no work out of us.
                continue;
            };
            if crowd.is_full() {
                // Those who lost their place close their sockets before the next one comes.
                tokio::task::yield_now().await;
            }
            let (routes, hosts) = (self.routes.clone(), self.hosts.clone());
            let stop = stop.clone();
            tasks.spawn(async move {
                let evicted = place.clone();
                let connection = connection(socket, peer, routes, hosts, tune, place);
                // A connection that breaks is its peer's business; stop ends those that would stay.
                tokio::select! {
                    () = connection => {}
                    () = stop.cancelled() => {}
                    () = evicted.evicted() => {}
                }
            });
        }
    }
}

async fn connection(
    socket: TcpStream,
    peer: SocketAddr,
    routes: Router,
    hosts: Hosts,
    tune: TuneSocket,
    place: Place,
) {
    if notice_dead_peers(&socket)
        .and_then(|()| tune(&socket))
        .is_err()
    {
        return;
    }
    let socket = Socket::new(socket);
    let view = socket.view();
    let service = service_fn(move |request: Request<Incoming>| {
        let refusal = hosts.refusal(&request);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(view.clone());
        place.asked();
        request.extensions_mut().insert(place.clone());
        let routes = routes.clone();
        async move {
            let mut response = match refusal {
                Some(refusal) => refusal,
                None => routes.oneshot(request).await?,
            };
            protect(response.headers_mut());
            Ok::<_, Infallible>(response)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD_TIMEOUT)
        .max_buf_size(MAX_REQUEST_HEAD_BYTES)
        .max_headers(MAX_REQUEST_HEAD_FIELDS)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended badly");
    }
}

/// Answers leave at once, and a peer that is gone is noticed.
fn notice_dead_peers(socket: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(socket);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_user_timeout(Some(PEER_TIMEOUT))?;
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(PEER_TIMEOUT / 2)
            .with_interval(PEER_TIMEOUT / 4),
    )
}
