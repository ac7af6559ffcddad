//! What stands around each picture of a stream, and in which order: a player shows one when it has read what is behind it.

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use crate::http::stream_query::timestamp;

/// Ends one part and begins the next at once: most players show a part when they see the boundary behind it.
const BOUNDARY: &str = "\r\n--frame\r\n";
/// Blink shows a part when it has read the headers of the next, which then cannot tell that one's length. Source: Chromium
/// bug 527446.
const ADVANCED: &str = "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n";
/// Which of the two a player gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// The next part's headers stand right behind each picture.
    advance: bool,
}

/// A part's bytes; when they are dropped, they have been written.
struct Written {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Written {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Layout {
    /// `advance` puts the next part's headers right behind each picture.
    pub(super) const fn new(advance: bool) -> Self {
        Self { advance }
    }

    /// What a stream begins with: a boundary's first newline ends no part.
    pub(super) fn opening(self) -> &'static [u8] {
        &self.boundary().as_bytes()[2..]
    }

    /// A picture of that time (µs since the Unix epoch); `room` is given back when all of it has been written.
    pub(super) fn part(self, jpeg: &[u8], at_us: u64, room: OwnedSemaphorePermit) -> Bytes {
        let head = format!(
            "Content-Type: image/jpeg\r\nContent-Length: {}\r\nX-Timestamp: {}\r\n\r\n",
            jpeg.len(),
            timestamp(at_us)
        );
        let head = if self.advance { "" } else { &*head };
        let bytes = [head.as_bytes(), jpeg, self.boundary().as_bytes()].concat();
        Bytes::from_owner(Written { bytes, _room: room })
    }

    /// What stands between two pictures, as far as it can be told before the second.
    fn boundary(self) -> &'static str {
        if self.advance { ADVANCED } else { BOUNDARY }
    }
}
