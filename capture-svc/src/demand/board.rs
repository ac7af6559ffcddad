//! What is known of the privacy switches of all cameras, for whoever asks whether the service is ready.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use wire::CameraId;

use super::switch::Privacy;

/// One switch for each camera that is served.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrivacyBoard(Arc<Mutex<BTreeMap<CameraId, watch::Receiver<Privacy>>>>);

impl PrivacyBoard {
    /// From now on this is what tells the switch of `camera`.
    pub(crate) fn put(&self, camera: CameraId, switch: watch::Receiver<Privacy>) {
        self.0.lock().insert(camera, switch);
    }

    /// Whether every switch is known, and there is one. One whose camera is no longer served says nothing.
    pub(crate) fn is_known(&self) -> bool {
        let mut switches = self.0.lock();
        switches.retain(|_, switch| switch.has_changed().is_ok());
        let unknown = |switch: &watch::Receiver<Privacy>| *switch.borrow() == Privacy::Unknown;
        !switches.is_empty() && !switches.values().any(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_switches_are_known_when_each_is() {
        let board = PrivacyBoard::default();
        assert!(!board.is_known(), "none was put");
        let (door, seen) = watch::channel(Privacy::Unknown);
        board.put("door".parse().unwrap(), seen);
        let (yard, seen) = watch::channel(Privacy::Off);
        board.put("yard".parse().unwrap(), seen);
        assert!(!board.is_known());
        drop(door);
        assert!(board.is_known(), "the door is served no longer");
        yard.send_replace(Privacy::On);
        assert!(board.is_known());
    }
}
