//! Who may watch at the same time: so many viewers in all and per address, and none when this gateway leaves.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use process::subscriber;
use tokio_util::sync::CancellationToken;

use crate::metrics::Refused;
use crate::viewer::outbox::{End, Outbox};

/// How many viewers a second are sent away when there is time: the gateways that they all go to next are not stormed.
/// With too many viewers or too little time it is faster.
const CLOSES_PER_SECOND: f64 = 200.0;
/// Said to every viewer of a gateway that leaves.
pub(crate) const LEAVING_REASON: &str = "this gateway is leaving, connect again";

/// The places for viewers.
#[derive(Debug)]
pub(crate) struct Admission {
    most: usize,
    most_per_address: Option<usize>,
    inside: Mutex<Inside>,
    leaving: CancellationToken,
}

#[derive(Debug, Default)]
struct Inside {
    entered: u64,
    viewers: HashMap<u64, (IpAddr, Weak<Outbox>)>,
    per_address: HashMap<IpAddr, usize>,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AdmissionError {
    /// All are taken.
    #[error("all {0} places for viewers are taken (GATEWAY_MAX_VIEWERS), try again later")]
    Full(usize),
    /// All of one address are taken.
    #[error(
        "all {0} places for viewers from one address are taken (GATEWAY_MAX_VIEWERS_PER_IP), try again later"
    )]
    Address(usize),
    /// This gateway leaves.
    #[error("{LEAVING_REASON}")]
    Leaving,
}

impl AdmissionError {
    /// As it stands in the audit log; the name in `gateway_refused_total{reason}`.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Full(_) => "full",
            Self::Address(_) => "address",
            Self::Leaving => "leaving",
        }
    }

    /// Counts the refusal.
    pub(crate) fn count(self, refused: &Refused) {
        match self {
            Self::Full(_) => &refused.full,
            Self::Address(_) => &refused.address,
            Self::Leaving => &refused.leaving,
        }
        .inc();
    }
}

/// A viewer's permit; its place is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    id: u64,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut inside = self.admission.inside();
        let Some((address, _)) = inside.viewers.remove(&self.id) else {
            return;
        };
        if let Some(count) = inside.per_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                inside.per_address.remove(&address);
            }
        }
    }
}

impl Permit {
    /// Tells whom to send away when this gateway leaves.
    pub(crate) fn belongs_to(&self, viewer: &Arc<Outbox>) {
        if let Some((_, entry)) = self.admission.inside().viewers.get_mut(&self.id) {
            *entry = Arc::downgrade(viewer);
        }
    }
}

impl Admission {
    /// Places for `most` viewers, `most_per_address` of them from one address (see [`process::subscriber`]).
    #[must_use]
    pub(crate) fn new(most: usize, most_per_address: Option<usize>) -> Self {
        Self {
            most,
            most_per_address,
            inside: Mutex::default(),
            leaving: CancellationToken::new(),
        }
    }

    /// A permit for a viewer at `address`.
    ///
    /// # Errors
    /// See [`AdmissionError`].
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Permit, AdmissionError> {
        let mut inside = self.inside();
        if self.leaving.is_cancelled() {
            return Err(AdmissionError::Leaving);
        }
        if inside.viewers.len() >= self.most {
            return Err(AdmissionError::Full(self.most));
        }
        let address = subscriber(address);
        let count = inside.per_address.get(&address).copied().unwrap_or(0);
        if let Some(most) = self.most_per_address.filter(|most| count >= *most) {
            return Err(AdmissionError::Address(most));
        }
        inside.per_address.insert(address, count + 1);
        inside.entered += 1;
        let id = inside.entered;
        inside.viewers.insert(id, (address, Weak::new()));
        Ok(Permit {
            admission: Arc::clone(self),
            id,
        })
    }

    /// How many are inside.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.inside().viewers.len()
    }

    /// Cancelled when nobody is let in any more.
    #[must_use]
    pub(crate) const fn leaving(&self) -> &CancellationToken {
        &self.leaving
    }

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        let _inside = self.inside();
        self.leaving.cancel();
    }

    /// Sends everybody away, spread so that all are told within `time`.
    pub(crate) async fn empty(&self, time: Duration) {
        let viewers: Vec<_> = self
            .inside()
            .viewers
            .values()
            .map(|(_, viewer)| viewer.clone())
            .collect();
        // The last ones need time to hear it.
        let rate =
            CLOSES_PER_SECOND.max(viewers.len() as f64 / (time.as_secs_f64() * 0.7).max(0.001));
        let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        for viewer in viewers {
            pace.tick().await;
            if let Some(viewer) = viewer.upgrade() {
                viewer.close(End::Leaving, 1012, LEAVING_REASON);
            }
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn places_are_counted_in_all_and_per_address_and_come_back() {
        let admission = Arc::new(Admission::new(3, Some(2)));
        let first = admission.admit(ip(1)).unwrap();
        let second = admission.admit(ip(1)).unwrap();
        assert_eq!(
            admission.admit(ip(1)).unwrap_err(),
            AdmissionError::Address(2)
        );
        let third = admission.admit(ip(2)).unwrap();
        assert_eq!(admission.admit(ip(3)).unwrap_err(), AdmissionError::Full(3));
        drop(first);
        drop(admission.admit(ip(1)).unwrap());
        drop((second, third));
        assert_eq!(admission.count(), 0);
        assert!(admission.inside().per_address.is_empty());
    }

    #[test]
    fn an_ipv6_network_has_the_places_of_one_address() {
        let admission = Arc::new(Admission::new(3, Some(1)));
        let at = |address: &str| admission.admit(address.parse().unwrap());
        let _first = at("2001:db8::1").unwrap();
        assert_eq!(at("2001:db8::2").unwrap_err(), AdmissionError::Address(1));
        at("2001:db8:0:1::1").unwrap();
    }

    #[test]
    fn nobody_enters_a_gateway_that_leaves() {
        let admission = Arc::new(Admission::new(3, None));
        admission.close();
        assert_eq!(admission.admit(ip(1)).unwrap_err(), AdmissionError::Leaving);
    }

    #[test]
    fn every_refusal_fits_into_a_close_frame() {
        for refusal in [
            AdmissionError::Full(usize::MAX),
            AdmissionError::Address(1_000_000),
            AdmissionError::Leaving,
        ] {
            assert!(refusal.to_string().len() <= 123, "{refusal}");
        }
    }
}
