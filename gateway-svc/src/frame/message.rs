//! The bytes of one WebSocket message with the ping behind it, built once for all who get it.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::fd::AsFd;
use std::sync::OnceLock;

use bytes::{BufMut, Bytes, BytesMut};
use rustix::net::{SendFlags, send};

use crate::frame::memfd::Memfd;
use crate::frame::ping::ping;
use crate::websocket::{Opcode, encode};

/// A binary message and the ping after it.
#[derive(Debug)]
pub(crate) struct Message {
    bytes: Bytes,
    payload: Range<usize>,
    /// The bytes once more.
    file: OnceLock<Option<Memfd>>,
}

impl Message {
    /// Copies `payload` once, between head and the ping with `number`.
    pub(super) fn new(payload: &[u8], number: u64) -> Self {
        const PING_BYTES: usize = 2 + size_of::<u64>();
        let mut out =
            BytesMut::with_capacity(encode::MAX_FRAME_HEAD_BYTES + payload.len() + PING_BYTES);
        encode::put_head(&mut out, Opcode::Binary, payload.len());
        let start = out.len();
        out.put_slice(payload);
        let payload = start..out.len();
        out.put_slice(&ping(number));
        Self {
            bytes: out.freeze(),
            payload,
            file: OnceLock::new(),
        }
    }

    /// From now on it can be sent as pages; worth it for many viewers.
    pub(super) fn prepare(&self) {
        self.file.get_or_init(|| Memfd::of(&self.bytes));
    }

    /// Sends as much of it as the socket takes; as `pages` where that is wished and prepared.
    ///
    /// # Errors
    /// As `send` on a socket that does not wait.
    pub(crate) fn send_to(&self, socket: impl AsFd, pages: bool) -> io::Result<usize> {
        if let (Some(Some(file)), true) = (self.file.get(), pages) {
            match file.send_to(&socket) {
                // Not a full socket but a kernel, or what guards it, that sends no files.
                Err(error) if error.kind() != ErrorKind::WouldBlock => {}
                sent => return sent,
            }
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        Ok(send(socket, &self.bytes, flags)?)
    }

    /// All of it, as it goes to a socket.
    #[must_use]
    pub(crate) const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What the message carries, without a copy.
    #[must_use]
    pub(crate) fn payload(&self) -> Bytes {
        self.bytes.slice(self.payload.clone())
    }
}
