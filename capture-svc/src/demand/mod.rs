//! Who wants which renditions, and whether the privacy switch forbids it: read from the two buckets in NATS.
//!
//! [`leases`] decides which leases live, without NATS; [`watch`] reads the buckets and never trusts a watch to mend
//! itself; [`buckets`] makes them and reads and sets the switch; [`switch`] says what of it is believed.

mod board;
mod buckets;
mod error;
mod later;
mod leases;
mod reasons;
mod switch;
mod watch;

pub(crate) use self::{
    board::PrivacyBoard,
    buckets::{Buckets, PrivacyControl},
    leases::Leases,
    switch::Privacy,
    watch::{DemandWatcher, Told},
};
