//! Everything cold: routes, plain-HTTP viewers, the page, and the connections all of it comes over.

pub(crate) mod listener;
pub(crate) mod mjpeg;
pub(crate) mod routes;
pub(crate) mod static_files;
