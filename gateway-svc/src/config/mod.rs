//! Settings: one flag and one environment variable each; the doc comment is the help and the README's row.
//!
//! [`cli`] spells them, [`validate`] judges the text of all together so that an operator sees every problem at once,
//! [`unknown`] notices misspelt variables. Seen by `main` and `run` alone: modules get their own small values.

mod cli;
mod problems;
mod unknown;
mod validate;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use self::cli::{Cli, Command, Settings};
pub use self::unknown::{known_variables, unknown_variables};
use crate::access::client_ip::Network;
use crate::access::origin::Origin;
use crate::access::token::Access;

/// Exit code for settings that cannot be used. Source: `EX_USAGE` of sysexits.h.
pub const EXIT_USAGE: u8 = 64;

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Config {
    /// How to reach NATS.
    pub nats: NatsSettings,
    /// The public port.
    pub listen: SocketAddr,
    /// The admin port.
    pub admin_listen: SocketAddr,
    /// The built client.
    pub web_root: PathBuf,
    /// Viewers in all.
    pub max_viewers: usize,
    /// Viewers per address, if limited.
    pub max_viewers_per_ip: Option<usize>,
    /// Whose `X-Forwarded-*` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may watch.
    pub access: Access,
    /// Pages elsewhere that may show the stream.
    pub allowed_origins: BTreeSet<Origin>,
    /// Time to send viewers away.
    pub drain: Duration,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

/// How to reach NATS.
#[derive(Debug, Clone)]
pub struct NatsSettings {
    /// At least one server.
    pub servers: Vec<async_nats::ServerAddr>,
    /// Who we are there.
    pub login: NatsLogin,
    /// The servers' certificate authority; asks for TLS.
    pub ca_file: Option<PathBuf>,
}

/// Who we are on the NATS server.
#[derive(Clone)]
pub enum NatsLogin {
    /// Nobody in particular.
    Anonymous,
    /// By JWT and seed from a file.
    Creds(PathBuf),
    /// By the nkey seed from a file.
    Nkey(PathBuf),
    /// By name and password.
    Password(String, String),
}

impl std::fmt::Debug for NatsLogin {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "anonymous",
            Self::Creds(_) => "creds file",
            Self::Nkey(_) => "nkey file",
            Self::Password(..) => "user and password",
        })
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// A line for people.
    Text,
    /// A line for programs.
    Json,
}

/// What keeps settings from being used: every problem, in words that name the value and what would do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);
