//! What the parts of one camera tell each other: always the newest value, and no queue of those before.

use bytes::Bytes;
use tokio::sync::watch;
use wire::CameraStatus;

use crate::demand::Privacy;
use crate::wanted::{Order, Wanted};
use crate::watching::Watching;

/// Both ends. Each part gets clones of those that it needs: when all who tell are gone, whoever hears knows.
#[derive(Debug)]
pub(super) struct Wire<T> {
    pub(super) tell: watch::Sender<T>,
    pub(super) hear: watch::Receiver<T>,
}

impl<T> Wire<T> {
    fn new(first: T) -> Self {
        let (tell, hear) = watch::channel(first);
        Self { tell, hear }
    }
}

/// From whom to whom is said in [`super`].
#[derive(Debug)]
pub(super) struct Wires {
    pub(super) wanted: Wire<Wanted>,
    pub(super) gateways: Wire<usize>,
    pub(super) privacy: Wire<Privacy>,
    pub(super) active: Wire<bool>,
    pub(super) order: Wire<Order>,
    pub(super) watching: Wire<Option<Watching>>,
    pub(super) answered: Wire<u64>,
    pub(super) status: Wire<CameraStatus>,
    pub(super) changed_ratio: Wire<Option<f64>>,
    pub(super) picture: Wire<Bytes>,
}

impl Wires {
    pub(super) fn new(first_status: CameraStatus) -> Self {
        Self {
            wanted: Wire::new(Wanted::NOTHING),
            gateways: Wire::new(0),
            privacy: Wire::new(Privacy::Unknown),
            active: Wire::new(false),
            order: Wire::new(Order::NONE),
            watching: Wire::new(None),
            answered: Wire::new(0),
            status: Wire::new(first_status),
            changed_ratio: Wire::new(None),
            picture: Wire::new(Bytes::new()),
        }
    }
}
