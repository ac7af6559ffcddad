//! NATS as this service uses it: frames, status and events out, and who serves the camera when its host is doubled.
//!
//! Two connections: `frames` with a small buffer, so that an outage holds no old frames, and `control` for leases and
//! status, so that a full frame buffer never delays them. The demand is read in [`crate::demand`].

mod events;
mod failover;
mod frames;
mod link;
mod status;

pub(crate) use self::{
    events::EventBus,
    frames::{FrameBus, Undelivered},
    link::open_link,
    status::StatusPublisher,
};
