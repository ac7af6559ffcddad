//! Settings: one flag and one environment variable each; the doc comment is the help and the README's row.
//!
//! [`cli`] spells them, [`validate`] judges the text of all together so that an operator sees every problem at once.
//! Seen by `main` and `run` alone: modules get their own small values.

mod bearers;
mod cli;
mod validate;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bus::NatsSettings;
use process::{HostName, LogSettings};
use wire::Quality;

pub use self::cli::{Cli, Command, Settings, ShareArgs};
use crate::access::bearers::Bearers;
use crate::access::client_ip::Network;
use crate::access::origin::Origin;
use crate::access::token::Access;
use crate::audit::destination::Destination;

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
    /// What proves an identity beside the token.
    pub(crate) bearers: Arc<Bearers>,
    /// Where the audit log goes.
    pub(crate) audit: Destination,
    /// Names under which both ports are served without a token.
    pub allowed_hosts: Vec<HostName>,
    /// Pages elsewhere that may show the stream.
    pub allowed_origins: BTreeSet<Origin>,
    /// Origins of pages that may have the page in a frame.
    pub embed_origins: BTreeSet<Origin>,
    /// The best quality that anybody may see.
    pub quality_limit: Quality,
    /// How long a shared cache may answer with a snapshot; zero: not at all.
    pub snapshot_cache: Duration,
    /// Time to send viewers away.
    pub drain: Duration,
    /// The log.
    pub log: LogSettings,
}
