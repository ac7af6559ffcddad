//! The reverse proxies that `deploy/proxy` has settings for.

use super::fetch::Apt;
use super::tool::{Tool, directory_of};

pub(crate) const NGINX: Tool = Tool {
    name: "nginx",
    variable: "NGINX_BIN",
    programs: &["nginx"],
    companion: None,
    at_least: (0, 0),
    asked: &["-v"],
    apt: Apt {
        packages: &["nginx-light"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};

pub(crate) const CADDY: Tool = Tool {
    name: "caddy",
    variable: "CADDY_BIN",
    programs: &["caddy"],
    companion: None,
    at_least: (0, 0),
    asked: &["version"],
    apt: Apt {
        packages: &["caddy"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};

pub(crate) const HAPROXY: Tool = Tool {
    name: "haproxy",
    variable: "HAPROXY_BIN",
    programs: &["haproxy"],
    companion: None,
    at_least: (0, 0),
    asked: &["-v"],
    apt: Apt {
        packages: &["haproxy"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};
