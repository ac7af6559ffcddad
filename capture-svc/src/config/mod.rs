//! Settings: one flag and one environment variable each; the doc comment is the help and the README's row.
//!
//! [`cli`] spells them, [`validate`] judges the text of all together so that an operator sees every problem at once.
//! Seen by `main` and `run` alone: modules get their own small values.

mod cli;
mod http;
mod validate;

use std::net::SocketAddr;
use std::time::Duration;

use bus::NatsSettings;
use process::{HostName, Hosts, LogSettings};
use wire::CameraId;

pub use self::cli::{Cli, Command, PrivacySwitch, Settings};
use crate::camera::CameraSettings;
use crate::encode::{EncoderKind, Hold, Sampling};

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Config {
    /// How to reach NATS.
    pub(crate) nats: NatsSettings,
    /// Whose frames these are.
    pub(crate) camera_id: CameraId,
    /// What the camera side needs.
    pub(crate) camera: CameraSettings,
    /// Who encodes.
    pub(crate) encoder: EncoderKind,
    /// Colour resolution of the JPEGs.
    pub(crate) sampling: Sampling,
    /// Whether what stands still is held.
    pub(crate) hold: Option<Hold>,
    /// How long the camera stays open without demand; `None`: until the process ends.
    pub(crate) linger: Option<Duration>,
    /// 1 or 3.
    pub(crate) bucket_replicas: usize,
    /// The admin port.
    pub admin_listen: SocketAddr,
    /// Names under which the admin port is served.
    pub allowed_hosts: Vec<HostName>,
    /// The log.
    pub log: LogSettings,
}

impl Config {
    /// Under which names the admin port is served.
    pub(crate) fn admin_hosts(&self) -> Hosts {
        let names = self.allowed_hosts.clone();
        Hosts::admin(self.admin_listen, "CAPTURE_ALLOWED_HOSTS", names)
    }
}
