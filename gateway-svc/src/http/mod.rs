//! Everything cold: routes, plain-HTTP viewers, the page, and the connections all of it comes over.

mod caching;
mod login;
mod mjpeg;
mod patience;
mod policy;
pub(crate) mod routes;
mod snapshot;
pub(crate) mod socket_options;
pub(crate) mod state;
mod static_files;
mod status;
mod stream_query;
mod websocket;
