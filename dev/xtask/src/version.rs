//! Which version all of this is: what Cargo.toml says, for everything that is named by it.

/// Of services, client, packages and images alike.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
