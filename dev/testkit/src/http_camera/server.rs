//! The camera's one thread: it waits for connections, requests, orders and the next part at once.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::orders::{Answers, HttpAnswer, Shared};

/// A client that takes nothing for so long is gone, and one that says nothing has nothing to say.
const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

enum Socket {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Socket {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => &tls.sock,
        }
    }

    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(into),
            Self::Tls(tls) => tls.read(into),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.write_all(bytes),
            Self::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }
}

struct Connection {
    socket: Socket,
    asked: Vec<u8>,
    /// What is sent goes to it.
    streams: bool,
}

pub(super) struct Server {
    /// `None`: pulled.
    listener: Option<TcpListener>,
    at: std::net::SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    answers: Answers,
    shared: Arc<Shared>,
    /// The first one is served, the others wait.
    connections: Vec<Connection>,
    next_part: usize,
    due: Instant,
}

impl Server {
    pub(super) fn new(
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        answers: Answers,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            at: listener.local_addr().expect("it is bound"),
            listener: Some(listener),
            tls,
            answers,
            shared,
            connections: Vec::new(),
            next_part: 0,
            due: Instant::now(),
        }
    }

    pub(super) fn run(mut self) {
        while self.obey() {
            let (knocks, asks) = self.wait();
            self.drop_the_gone();
            if knocks {
                self.accept();
            }
            if asks {
                self.listen_to_the_first();
            }
            let open = self.connections.len();
            let seen = &mut self
                .shared
                .orders
                .lock()
                .expect("no test panics with it")
                .seen;
            seen.open = open;
            seen.open_at_once = seen.open_at_once.max(open);
        }
    }

    /// Whether somebody connects, and whether the first has something to say.
    fn wait(&self) -> (bool, bool) {
        let mut bell = [0; 8];
        let playing = self
            .shared
            .orders
            .lock()
            .expect("no test panics with it")
            .playing
            .is_some();
        let streams = self.connections.first().is_some_and(|first| first.streams);
        let left = self.due.saturating_duration_since(Instant::now());
        let left = (playing && streams).then(|| Timespec::try_from(left).expect("a short time"));
        let hangs_up = PollFlags::IN | PollFlags::RDHUP;
        let mut fds = vec![PollFd::new(&self.shared.bell, PollFlags::IN)];
        if let Some(listener) = &self.listener {
            fds.push(PollFd::new(listener, PollFlags::IN));
        }
        let others = fds.len();
        for connection in &self.connections {
            // Of those that wait, only their end is of interest.
            let served = fds.len() == others && !connection.streams;
            let flags = if served { hangs_up } else { PollFlags::RDHUP };
            fds.push(PollFd::new(connection.socket.tcp(), flags));
        }
        poll(&mut fds, left.as_ref()).expect("poll");
        let _ = rustix::io::read(&self.shared.bell, &mut bell);
        let knocks = self.listener.is_some() && fds[1].revents().contains(PollFlags::IN);
        let asks = fds
            .get(others)
            .is_some_and(|first| first.revents().contains(PollFlags::IN));
        (knocks, asks)
    }

    /// Those whose client has closed.
    fn drop_the_gone(&mut self) {
        self.connections.retain(|connection| {
            let mut fds = [PollFd::new(connection.socket.tcp(), PollFlags::RDHUP)];
            let now = Timespec::default();
            poll(&mut fds, Some(&now)).is_ok_and(|_| fds[0].revents().is_empty())
        });
    }

    fn accept(&mut self) {
        let listener = self.listener.as_ref().expect("somebody knocks");
        let (tcp, _) = listener.accept().expect("a client");
        tcp.set_nodelay(true).expect("a socket");
        tcp.set_write_timeout(Some(CLIENT_PATIENCE))
            .expect("a socket");
        tcp.set_read_timeout(Some(CLIENT_PATIENCE))
            .expect("a socket");
        let socket = match &self.tls {
            None => Socket::Plain(tcp),
            Some(config) => {
                let tls = ServerConnection::new(Arc::clone(config)).expect("a configuration");
                Socket::Tls(Box::new(StreamOwned::new(tls, tcp)))
            }
        };
        // Whoever closed before this one came is gone before it.
        self.drop_the_gone();
        self.connections.push(Connection {
            socket,
            asked: Vec::new(),
            streams: false,
        });
    }

    fn listen_to_the_first(&mut self) {
        let Some(first) = self.connections.first_mut().filter(|first| !first.streams) else {
            return;
        };
        let mut bytes = [0; 4096];
        let Ok(read @ 1..) = first.socket.read(&mut bytes) else {
            self.connections.remove(0);
            return;
        };
        first.asked.extend_from_slice(&bytes[..read]);
        if !first.asked.ends_with(b"\r\n\r\n") {
            return;
        }
        let head = String::from_utf8_lossy(&std::mem::take(&mut first.asked)).into_owned();
        let HttpAnswer { bytes, goes_on } = (self.answers)(&head);
        // Noted before it is answered: whoever has the answer finds the request.
        let mut orders = self.shared.orders.lock().expect("no test panics with it");
        orders.seen.requests.push(head);
        drop(orders);
        if first.socket.write(&bytes).is_err() || !goes_on {
            self.connections.remove(0);
            return;
        }
        first.streams = true;
        self.due = Instant::now();
    }

    /// Does what it is told; `false`: to end.
    fn obey(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut orders = shared.orders.lock().expect("no test panics with it");
        if orders.pulled {
            self.listener = None;
            self.connections.clear();
            orders.seen.open = 0;
        } else if self.listener.is_none() {
            self.listener = Some(TcpListener::bind(self.at).expect("the same port"));
        }
        let Some(first) = self.connections.first_mut().filter(|first| first.streams) else {
            return !orders.ended;
        };
        let mut bytes = std::mem::take(&mut orders.to_send);
        if let Some((parts, every)) = &orders.playing
            && Instant::now() >= self.due
        {
            bytes.extend_from_slice(&parts[self.next_part % parts.len()]);
            self.next_part += 1;
            self.due = (self.due + *every).max(Instant::now());
        }
        let ended = orders.ended;
        drop(orders);
        if !bytes.is_empty() && first.socket.write(&bytes).is_err() {
            self.connections.remove(0);
        }
        !ended
    }
}
