//! Why there is no connection to NATS, and with it no service.

use std::io;
use std::path::PathBuf;

/// What ends the bus, and with it the process.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BusError {
    /// The file of the login.
    #[error("the login file {} cannot be used", path.display())]
    Login {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The library would not even begin to connect.
    #[error("cannot connect to NATS")]
    Connect(#[source] async_nats::ConnectError),
}
