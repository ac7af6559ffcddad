//! A camera that speaks HTTP as the small ones do: it serves one client and lets others wait, sends what a test says when
//! the test says it, freezes when nothing is said, and comes back at the same address after it was pulled. It notes what it
//! was asked, and how many connections there were at a time.

mod orders;
mod server;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use self::orders::{Answers, Shared};
pub use self::orders::{HttpAnswer, HttpSeen};
use self::server::Server;

/// The camera; it ends with its value.
pub struct HttpCamera {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl HttpCamera {
    /// A camera at a free port of 127.0.0.1; `answers` gets the head of each request.
    ///
    /// # Panics
    /// When nothing can be listened on.
    pub fn start(answers: impl FnMut(&str) -> HttpAnswer + Send + 'static) -> Self {
        Self::at("127.0.0.1:0", None, Box::new(answers))
    }

    /// The same at `::1`.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_v6(answers: impl FnMut(&str) -> HttpAnswer + Send + 'static) -> Self {
        Self::at("[::1]:0", None, Box::new(answers))
    }

    /// The same with TLS, and the certificate (PEM) that it shows: one for 127.0.0.1, signed by itself.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_tls(answers: impl FnMut(&str) -> HttpAnswer + Send + 'static) -> (Self, String) {
        let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a key");
        let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).expect("a key");
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("TLS 1.3")
                .with_no_client_auth()
                .with_single_cert(vec![key.cert.der().clone()], private)
                .expect("a key and its certificate");
        let camera = Self::at("127.0.0.1:0", Some(Arc::new(config)), Box::new(answers));
        (camera, key.cert.pem())
    }

    fn at(address: &str, tls: Option<Arc<ServerConfig>>, answers: Answers) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            orders: Mutex::default(),
            bell: eventfd(0, EventfdFlags::NONBLOCK).expect("an eventfd"),
        });
        let server = Server::new(listener, tls, answers, Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("http-camera".into())
            .spawn(move || server.run())
            .expect("a thread");
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends `bytes` to the client that is served, or to the next one.
    pub fn send(&self, bytes: &[u8]) {
        self.shared
            .order(|orders| orders.to_send.extend_from_slice(bytes));
    }

    /// Sends `parts` again and again, one each `every`, to whoever is served.
    pub fn play(&self, parts: Vec<Vec<u8>>, every: Duration) {
        self.shared
            .order(|orders| orders.playing = Some((parts, every)));
    }

    /// Sends nothing more; connections stay.
    pub fn freeze(&self) {
        self.shared.order(|orders| orders.playing = None);
    }

    /// Closes all connections, and refuses new ones.
    pub fn pull(&self) {
        self.shared.order(|orders| {
            orders.pulled = true;
            orders.to_send.clear();
        });
    }

    /// Is back at the same address.
    pub fn plug(&self) {
        self.shared.order(|orders| orders.pulled = false);
    }

    /// What was seen so far.
    ///
    /// # Panics
    /// When the camera has.
    #[must_use]
    pub fn seen(&self) -> HttpSeen {
        self.shared.orders.lock().expect("it runs").seen.clone()
    }
}

impl Drop for HttpCamera {
    fn drop(&mut self) {
        self.shared.order(|orders| orders.ended = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the camera has panicked");
        }
    }
}
