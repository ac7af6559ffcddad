//! Who may import whom: packages, rooms inside a service, and which room sees which library.

use repo_checks::{Arrow, Crate};

use crate::packages::packages;

/// Our packages that ship, and which of ours each may build on.
const PACKAGES: &[(&str, &[&str])] = &[
    (
        "capture-svc",
        &["bus", "jpeg-ladder", "process", "v4l2-capture", "wire"],
    ),
    ("gateway-svc", &["bus", "process", "rcvlowat", "wire"]),
    ("bus", &["process", "wire"]),
    ("process", &["rcvlowat"]),
    ("wire", &[]),
    ("jpeg-ladder", &[]),
    ("rcvlowat", &[]),
    ("v4l2-capture", &[]),
    ("v4l2-sys-mit", &[]),
];

/// The rooms of a service, top to bottom, and which others each may use. The library's root connects them all.
type Rooms = &'static [(&'static str, &'static [&'static str])];

const CAPTURE: Rooms = &[
    ("cameras", &["config", "one_camera"]),
    (
        "one_camera",
        &[
            "bus",
            "camera",
            "clock",
            "config",
            "controller",
            "demand",
            "encode",
            "events",
            "metrics",
            "open_policy",
            "publish",
            "tasks",
            "wanted",
            "watching",
        ],
    ),
    ("admin", &["demand", "metrics"]),
    (
        "cli",
        &[
            "bus", "camera", "clock", "config", "demand", "encode", "metrics",
        ],
    ),
    (
        "controller",
        &[
            "camera",
            "clock",
            "demand",
            "open_policy",
            "wanted",
            "watching",
        ],
    ),
    ("publish", &["bus", "camera", "encode", "metrics", "wanted"]),
    ("config", &["camera", "encode", "events"]),
    (
        "events",
        &["bus", "camera", "clock", "demand", "metrics", "watching"],
    ),
    ("watching", &["open_policy"]),
    ("tasks", &[]),
    ("bus", &["clock"]),
    ("demand", &["clock", "metrics", "wanted"]),
    ("encode", &["camera"]),
    ("camera", &["metrics", "pacer"]),
    ("open_policy", &[]),
    ("wanted", &[]),
    ("pacer", &[]),
    ("clock", &[]),
    ("metrics", &[]),
];

const GATEWAY: Rooms = &[
    (
        "http",
        &[
            "access", "audit", "bus", "frame", "metrics", "relay", "session",
        ],
    ),
    (
        "session",
        &[
            "access",
            "audit",
            "frame",
            "metrics",
            "relay",
            "viewer",
            "websocket",
        ],
    ),
    ("relay", &["bus", "frame", "metrics", "viewer"]),
    ("share", &["access", "config"]),
    ("config", &["access", "audit"]),
    ("access", &["audit", "metrics"]),
    ("audit", &[]),
    ("bus", &["metrics"]),
    ("viewer", &["frame", "websocket"]),
    ("frame", &["websocket"]),
    ("websocket", &[]),
    ("metrics", &[]),
];

/// Libraries that only some rooms may see: the rest can be read, and tested, without knowing them.
const LIBRARIES: &[(&str, &[&str])] = &[
    (
        "async_nats",
        &[
            "capture-svc/src/bus/",
            "capture-svc/src/demand/watch.rs",
            "capture-svc/src/demand/buckets.rs",
            "capture-svc/src/demand/switch.rs",
            "gateway-svc/src/bus.rs",
        ],
    ),
    (
        "axum",
        &[
            "capture-svc/src/admin.rs",
            "gateway-svc/src/http/",
            "gateway-svc/src/access/middleware.rs",
            "gateway-svc/src/session/upgrade.rs",
        ],
    ),
    (
        "embedded_graphics",
        &["gateway-svc/src/http/mjpeg/no_signal.rs"],
    ),
    (
        "hyper",
        &[
            "capture-svc/src/camera/http/connection.rs",
            "gateway-svc/src/session/upgrade.rs",
        ],
    ),
    (
        "hyper_rustls",
        &[
            "capture-svc/src/camera/http/connection.rs",
            "capture-svc/src/camera/http/tls.rs",
            "gateway-svc/src/access/jwks_url.rs",
        ],
    ),
    ("jsonwebtoken", &["gateway-svc/src/access/jwt/"]),
    (
        "prometheus",
        &["capture-svc/src/metrics/", "gateway-svc/src/metrics/"],
    ),
    ("nokhwa", &["capture-svc/src/camera/v4l2/"]),
    ("rumqttc", &["capture-svc/src/events/mqtt/"]),
    ("v4l", &["capture-svc/src/camera/v4l2/"]),
];

const SERVICES: [(&str, Rooms); 2] = [
    ("capture-svc/src/lib.rs", CAPTURE),
    ("gateway-svc/src/lib.rs", GATEWAY),
];

/// Why an arrow between two rooms must not be.
fn forbidden(rooms: Rooms, arrow: &Arrow) -> Option<String> {
    let (from, to) = (arrow.rooms.0.as_str(), arrow.rooms.1.as_str());
    if from.is_empty() || from == to {
        return None;
    }
    let Some((_, may)) = rooms.iter().find(|(room, _)| *room == from) else {
        return Some(format!("{arrow}: the room {from} is in no table"));
    };
    (!may.contains(&to)).then(|| format!("{arrow}: {from} must not know {to}"))
}

#[test]
fn rooms_of_a_service_import_only_what_their_table_allows() {
    let mut found = Vec::new();
    for (root, rooms) in SERVICES {
        let arrows = Crate::read(root).arrows();
        found.extend(arrows.iter().filter_map(|arrow| forbidden(rooms, arrow)));
    }
    assert!(
        found.is_empty(),
        "hand the value in from above, or move what both need into a room below; a new arrow that is meant goes into \
         the table of this test and into docs/architecture.md:\n{found:#?}"
    );
}

#[test]
fn a_room_stands_above_all_that_it_may_use() {
    for (_, rooms) in SERVICES {
        for (at, (room, may)) in rooms.iter().enumerate() {
            for other in *may {
                let below = rooms[at + 1..].iter().any(|(below, _)| below == other);
                assert!(
                    below,
                    "{room} may use {other}, which does not stand below it"
                );
            }
        }
    }
}

#[test]
fn a_package_that_ships_builds_on_those_below_it_only() {
    let packages = packages();
    let ours: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for (name, may) in PACKAGES {
        let package = packages.iter().find(|package| package.name == *name);
        let package = package.unwrap_or_else(|| panic!("no package {name}"));
        for dependency in package.dependencies.iter().filter(|one| !one.for_tests) {
            assert!(
                !ours.contains(&dependency.name.as_str())
                    || may.contains(&dependency.name.as_str()),
                "{}: {name} must not build on {}",
                package.manifest,
                dependency.name
            );
        }
    }
    let ships = |path: &str| !path.starts_with("dev/") && !path.starts_with("bench/");
    for package in packages.iter().filter(|package| ships(&package.manifest)) {
        let known = PACKAGES.iter().any(|(name, _)| *name == package.name);
        assert!(known, "{} is in no table", package.name);
    }
}

#[test]
fn a_library_is_seen_only_by_the_rooms_that_are_there_for_it() {
    let mut found = Vec::new();
    for (root, _) in SERVICES {
        for module in &Crate::read(root).modules {
            for (path, line) in module.written() {
                let library = path.split("::").next().unwrap_or_default();
                let rule = LIBRARIES.iter().find(|(name, _)| *name == library);
                let Some((_, rooms)) = rule else { continue };
                if !rooms.iter().any(|room| module.file.starts_with(room)) {
                    found.push(format!(
                        "{}:{line} `{path}`: {library} is for {rooms:?}",
                        module.file
                    ));
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "take values (strings, numbers, a counter's guard) instead of the library's types:\n{found:#?}"
    );
}
