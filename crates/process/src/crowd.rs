//! The connections of a port that are no viewers (yet): bounded, and counted when the bound is met.

use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus::IntCounter;
use tokio_util::sync::CancellationToken;

use crate::places::Places;
use crate::reminder::Reminder;
use crate::{Clock, subscriber};

/// A port's connections.
#[derive(Debug)]
pub(crate) struct Crowd {
    clock: Clock,
    inside: Mutex<Inside>,
    /// Connections that lost their place.
    evicted: Option<IntCounter>,
}

#[derive(Debug)]
struct Inside {
    places: Places<CancellationToken>,
    warning: Reminder,
}

/// A connection's place at its port, free again when the last clone is dropped. With each request it is in the
/// extensions, for whoever keeps the connection when the request is answered.
#[derive(Clone, Debug)]
pub struct Place(Arc<Taken>);

#[derive(Debug)]
struct Taken {
    crowd: Arc<Crowd>,
    id: u64,
    evicted: CancellationToken,
}

impl Crowd {
    /// Places for `most` connections; `evicted` counts those that lost theirs.
    pub(crate) fn new(most: usize, evicted: Option<IntCounter>) -> Arc<Self> {
        Arc::new(Self {
            clock: Clock::start(),
            inside: Mutex::new(Inside {
                places: Places::new(most),
                warning: Reminder::start(),
            }),
            evicted,
        })
    }

    /// A place for a connection from `address`; where none is left another connection loses its, or there is none in a
    /// storm from that address.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let (address, now) = (subscriber(address), self.clock.now());
        let evicted = CancellationToken::new();
        let mut inside = self.inside.lock();
        match inside.places.enter(address, now, evicted.clone()) {
            Ok((id, displaced)) => {
                if let Some(displaced) = displaced {
                    displaced.end.cancel();
                    self.tell(&mut inside, displaced.address, displaced.left + 1);
                }
                Some(Place(Arc::new(Taken {
                    crowd: Arc::clone(self),
                    id,
                    evicted,
                })))
            }
            Err(connections) => {
                self.tell(&mut inside, address, connections);
                None
            }
        }
    }

    /// Whether the next one costs another's place.
    pub(crate) fn is_full(&self) -> bool {
        self.inside.lock().places.is_full()
    }

    /// Counts a connection of `address` that is closed, and warns now and then.
    fn tell(&self, inside: &mut Inside, address: IpAddr, connections: usize) {
        if let Some(counter) = &self.evicted {
            counter.inc();
        }
        if inside.warning.is_due() {
            tracing::warn!(
                %address,
                connections,
                "a port is crowded: who holds the most connections loses the longest idle ones"
            );
        }
    }
}

impl Place {
    /// A request came over the connection.
    pub(crate) fn asked(&self) {
        let crowd = &self.0.crowd;
        let now = crowd.clock.now();
        crowd.inside.lock().places.asked(self.0.id, now);
    }

    /// The connection does not count any more: another bound holds for it, and it ends with its answer.
    pub fn leave(&self) {
        self.0.leave();
    }

    /// Ends the connection at once, whatever is still on its way over it.
    pub fn end(&self) {
        self.0.evicted.cancel();
    }

    /// Until the place is given to somebody else; then the connection has to end.
    pub async fn evicted(&self) {
        self.0.evicted.cancelled().await;
    }
}

impl Taken {
    fn leave(&self) {
        self.crowd.inside.lock().places.leave(self.id);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.leave();
    }
}
