//! What an HTTP camera is told beside its address.

use std::{path::PathBuf, time::Duration};

/// The settings of HTTP cameras.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HttpSettings {
    /// From picture to picture, where each is asked for; `None`: the address is a stream.
    pub(crate) poll: Option<Duration>,
    /// Holds the password; read at each opening, so that a new one is taken.
    pub(crate) password_file: Option<PathBuf>,
    /// Whose certificates are believed.
    pub(crate) trust: HttpTrust,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum HttpTrust {
    /// Those that this system trusts.
    #[default]
    System,
    /// Those that the authority in this file has signed.
    Authority(PathBuf),
    /// Anybody's.
    Any,
}
