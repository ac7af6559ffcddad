//! Who may come in: the origin of a page, the token, the login, and whose address it is.
//!
//! Decided by pure code; [`middleware`] alone speaks HTTP.

pub(crate) mod client_ip;
pub(crate) mod middleware;
pub(crate) mod origin;
pub(crate) mod token;
