//! JPEGs onto the bus: never while disconnected, never waiting longer than a frame may.

use std::time::Duration;

use async_nats::{HeaderMap, PublishErrorKind};
use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use wire::subject::SKIPPED_HEADER;
use wire::{CameraId, PerRendition, Rendition, StreamId, per_rendition};

use bus::Link;

/// Why a frame did not get onto the bus. It is never tried again: the next frame is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undelivered {
    /// Above the server's `max_payload`.
    TooLarge,
    /// NATS is away, or did not take it in time.
    Late,
}

/// Publishes frames: never while disconnected, never waiting longer than a frame may.
#[derive(Debug)]
pub(crate) struct FrameBus {
    link: Link,
    subjects: PerRendition<async_nats::Subject>,
    warned_at: Option<Instant>,
}

impl FrameBus {
    /// How many messages may wait to be written: one frame of every rendition and a little.
    pub(crate) const PENDING_FRAMES_MAX: usize = 25;
    /// A noisy scene at quality 95 was measured at 3.53 bits per pixel.
    const LARGEST_BYTES_PER_PIXEL: f64 = 0.45;
    /// A frame that the connection does not take within this time is dropped: two thirds of an interval at 34 fps.
    const PUBLISH_TIMEOUT: Duration = Duration::from_millis(20);

    /// Publishes the frames of `camera` over `link`.
    #[must_use]
    pub(crate) fn new(link: Link, camera: &CameraId) -> Self {
        let stream = |rendition| StreamId {
            camera: camera.clone(),
            rendition,
        };
        Self {
            link,
            subjects: per_rendition(|rendition| stream(rendition).frames_subject().into()),
            warned_at: None,
        }
    }

    /// Waits for the first connection and warns if frames of this size will probably be too large for the server.
    pub(crate) async fn connected(&mut self, width: u32, height: u32) {
        if self
            .link
            .state
            .wait_for(|state| state.connected)
            .await
            .is_err()
        {
            return;
        }
        let max_payload = self.link.client.server_info().max_payload;
        let largest =
            (f64::from(width) * f64::from(height) * Self::LARGEST_BYTES_PER_PIXEL) as usize;
        if largest > max_payload {
            tracing::warn!(
                largest,
                max_payload,
                "frames of {width}x{height} may be larger than NATS takes and would be dropped; raise max_payload in nats.conf"
            );
        }
    }

    /// Whether a frame could be published now.
    #[must_use]
    pub(crate) fn is_connected(&self) -> bool {
        self.link.is_connected()
    }

    /// Until when a frame whose publishing begins now may take.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "a time limit on the socket, not a decision"
    )]
    pub(crate) fn deadline() -> Instant {
        Instant::now() + Self::PUBLISH_TIMEOUT
    }

    /// Hands one JPEG to the connection; `skipped` frames before it were not, of any rendition.
    ///
    /// # Errors
    /// See [`Undelivered`].
    pub(crate) async fn publish(
        &mut self,
        rendition: Rendition,
        jpeg: Bytes,
        skipped: u64,
        deadline: Instant,
    ) -> Result<(), Undelivered> {
        let size = jpeg.len();
        let (client, subject) = (&self.link.client, self.subjects[rendition.index()].clone());
        let publish = async {
            if skipped == 0 {
                return client.publish(subject, jpeg).await;
            }
            let mut headers = HeaderMap::new();
            headers.insert(SKIPPED_HEADER, skipped.to_string());
            client.publish_with_headers(subject, headers, jpeg).await
        };
        match timeout_at(deadline, publish).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                self.warn_too_large(rendition, size);
                Err(Undelivered::TooLarge)
            }
            Ok(Err(_)) | Err(_) => Err(Undelivered::Late),
        }
    }

    /// Once a second: which frame, which limit, which setting.
    #[expect(
        clippy::disallowed_methods,
        reason = "limits a log line, not a decision"
    )]
    fn warn_too_large(&mut self, rendition: Rendition, size: usize) {
        let now = Instant::now();
        if self
            .warned_at
            .is_none_or(|before| now - before >= Duration::from_secs(1))
        {
            self.warned_at = Some(now);
            let max_payload = self.link.client.server_info().max_payload;
            tracing::warn!(%rendition, size, max_payload, "frame dropped: larger than NATS takes; raise max_payload in nats.conf");
        }
    }
}
