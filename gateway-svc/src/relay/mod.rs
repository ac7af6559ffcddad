//! From the bus to the viewers: which streams are in use, their leases, and each frame's way to everybody who watches.

pub(crate) mod cameras;
mod deltas;
pub(crate) mod fanout;
pub(crate) mod lateness;
pub(crate) mod leases;
mod refusals;
mod sequence;
mod shard;
mod stream_table;
pub(crate) mod streams;
