//! Publishes what happens with a camera, once, to whoever listens at that moment.

use std::time::Duration;

use bus::Link;
use wire::{CameraEvent, CameraId};

/// An event that waits longer for the connection is told late, and the status has told it by then.
const EVENT_TIMEOUT: Duration = Duration::from_secs(1);

/// Publishes events of one camera.
#[derive(Debug, Clone)]
pub(crate) struct EventBus {
    link: Link,
    subject: String,
}

impl EventBus {
    /// Publishes the events of `camera` over `link`.
    #[must_use]
    pub(crate) fn new(link: Link, camera: &CameraId) -> Self {
        Self {
            link,
            subject: camera.events_subject(),
        }
    }

    /// Publishes `event`; whether the connection has taken it. Without one nothing is kept for later.
    pub(crate) async fn publish(&self, event: CameraEvent) -> bool {
        let Ok(json) = event.to_message() else {
            return false;
        };
        if !self.link.is_connected() {
            return false;
        }
        let published = self.link.client.publish(self.subject.clone(), json.into());
        let published = tokio::time::timeout(EVENT_TIMEOUT, published).await;
        published.is_ok_and(|published| published.is_ok())
    }
}
