//! When a stream is over, and that its connection then goes, too. hyper asks for no further part while the last one stands
//! unread, so a viewer that reads little or nothing would outlive what let it in, in a place for viewers, or in none.

use std::time::Duration;

use process::Place;
use tokio_util::sync::CancellationToken;

use crate::access::identity::Identity;
use crate::http::state::AppState;

/// How long what was sent last may take to be read once the stream is over; the same as on a WebSocket.
const UNREAD_MAX: Duration = Duration::from_millis(500);

/// How far a stream is. A clone is of the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Over {
    expired: CancellationToken,
    done: CancellationToken,
}

impl Over {
    /// Waits for the stream's end, or that of what lets its viewer in, or of this gateway, and then for that of its
    /// connection in `place`.
    pub(super) fn watch(
        self,
        identity: Identity,
        place: Place,
        state: &AppState,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (clock, leaving) = (state.clock, state.admission.leaving().clone());
        async move {
            tokio::select! {
                _ = identity.ended(clock) => self.expired.cancel(),
                () = leaving.cancelled() => {}
                () = self.done.cancelled() => {}
            }
            tokio::time::sleep(UNREAD_MAX).await;
            place.end();
        }
    }

    /// Until its viewer may see nothing any more.
    pub(super) async fn expired(&self) {
        self.expired.cancelled().await;
    }

    /// Whether its viewer may see nothing any more.
    pub(super) fn is_expired(&self) -> bool {
        self.expired.is_cancelled()
    }

    /// No part follows.
    pub(super) fn done(&self) {
        self.done.cancel();
    }
}
