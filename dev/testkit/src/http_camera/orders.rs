//! What a camera is told, what it answers and what it tells: between the test and the camera's thread.

use std::sync::Mutex;
use std::time::Duration;

use rustix::fd::OwnedFd;

/// What a camera answers to one request.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// Status line, headers and whatever comes at once.
    pub bytes: Vec<u8>,
    /// Whether what is [sent](HttpCamera::send) follows, until the client goes; else the connection is closed.
    pub goes_on: bool,
}

impl HttpAnswer {
    /// A head with these lines, after which what is sent follows.
    #[must_use]
    pub fn stream(lines: &[&str]) -> Self {
        let bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
        Self {
            bytes,
            goes_on: true,
        }
    }

    /// A head with these lines, a body, and nothing more.
    #[must_use]
    pub fn once(lines: &[&str], body: &[u8]) -> Self {
        let mut answer = Self::stream(lines);
        answer.bytes.extend_from_slice(body);
        answer.goes_on = false;
        answer
    }
}

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub struct HttpSeen {
    /// The heads of all requests.
    pub requests: Vec<String>,
    /// Connections that there are.
    pub open: usize,
    /// Connections that there were at a time, at the most.
    pub open_at_once: usize,
}

pub(super) type Answers = Box<dyn FnMut(&str) -> HttpAnswer + Send>;

/// What the camera is told, and what it tells.
#[derive(Default)]
pub(super) struct Orders {
    /// Bytes for the client that is served.
    pub(super) to_send: Vec<u8>,
    /// Parts that are sent again and again, and how often.
    pub(super) playing: Option<(Vec<Vec<u8>>, Duration)>,
    pub(super) pulled: bool,
    pub(super) ended: bool,
    pub(super) seen: HttpSeen,
}

pub(super) struct Shared {
    pub(super) orders: Mutex<Orders>,
    /// Wakes the camera when there are new orders.
    pub(super) bell: OwnedFd,
}

impl Shared {
    pub(super) fn order(&self, order: impl FnOnce(&mut Orders)) {
        order(&mut self.orders.lock().expect("no test panics with it"));
        rustix::io::write(&self.bell, &1u64.to_ne_bytes()).expect("an eventfd takes it");
    }
}
