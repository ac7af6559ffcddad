//! Settings: one flag and one environment variable each; the doc comment is the help and the README's row.
//!
//! [`cli`] spells them, [`validate`] judges the text of all together so that an operator sees every problem at once.
//! Seen by `main` and `run` alone: modules get their own small values.

mod camera;
mod cameras_file;
mod cli;
mod events;
mod http;
mod validate;

use std::net::SocketAddr;

use bus::NatsSettings;
use process::{HostName, Hosts, LogSettings};
use wire::CameraId;

pub use self::cli::{Cli, Command, PrivacySwitch, Settings};
pub(crate) use self::{camera::CameraConfig, cameras_file::CamerasFile};

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Config {
    /// How to reach NATS.
    pub(crate) nats: NatsSettings,
    /// The cameras that are served; at least one.
    pub(crate) cameras: Vec<CameraConfig>,
    /// Where they were read from, unless there is the one of the environment.
    pub(crate) cameras_file: Option<CamerasFile>,
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
    /// The camera that a command is about.
    ///
    /// # Errors
    /// There are several; words that name them.
    pub(crate) fn only_camera(&self) -> Result<&CameraConfig, String> {
        if let [camera] = &self.cameras[..] {
            return Ok(camera);
        }
        let names: Vec<_> = self.cameras.iter().map(|camera| camera.id.name()).collect();
        Err(format!(
            "which camera? --camera-id is one of {}",
            names.join(", ")
        ))
    }

    /// Whose name the connections to NATS go by, whose user may be restricted to it.
    pub(crate) fn login_camera(&self) -> CameraId {
        self.only_camera()
            .map_or_else(|_| CameraId::default(), |camera| camera.id.clone())
    }

    /// Under which names the admin port is served.
    pub(crate) fn admin_hosts(&self) -> Hosts {
        let names = self.allowed_hosts.clone();
        Hosts::admin(self.admin_listen, "CAPTURE_ALLOWED_HOSTS", names)
    }
}
