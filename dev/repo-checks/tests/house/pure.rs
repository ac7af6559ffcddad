//! Pure files decide: values and `now` in, values out. They see no socket, task, clock, log or framework.

use repo_checks::{Crate, Module, read, root};

/// Crates whose types are the edge's.
const FRAMEWORKS: &[&str] = &[
    "anyhow",
    "async_nats",
    "axum",
    "fastrand",
    "futures_util",
    "hyper",
    "hyper_util",
    "nokhwa",
    "parking_lot",
    "process",
    "prometheus",
    "rustix",
    "socket2",
    "tokio",
    "tokio_util",
    "tower",
    "tower_http",
    "tracing",
    "v4l",
];

/// Beginnings and endings of paths that reach outside.
const OUTSIDE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::os",
    "std::process",
    "std::sync::Mutex",
    "std::thread",
];
const CLOCKS: &[&str] = &["Instant::now", "SystemTime::now"];

/// These must be pure; others may say so of themselves.
const MUST_BE: &[&str] = &[
    "capture-svc/src/bus/failover.rs",
    "capture-svc/src/camera/v4l2/negotiate.rs",
    "capture-svc/src/demand/leases.rs",
    "capture-svc/src/events/narrator.rs",
    "capture-svc/src/open_policy.rs",
    "capture-svc/src/pacer.rs",
    "capture-svc/src/watching.rs",
    "gateway-svc/src/access/claims.rs",
    "gateway-svc/src/access/client_ip.rs",
    "gateway-svc/src/access/jwt/mod.rs",
    "gateway-svc/src/access/link.rs",
    "gateway-svc/src/access/login_limiter.rs",
    "gateway-svc/src/access/origin.rs",
    "gateway-svc/src/access/token.rs",
    "gateway-svc/src/access/user_map.rs",
    "gateway-svc/src/relay/lateness.rs",
    "gateway-svc/src/relay/leases.rs",
    "gateway-svc/src/relay/refusals.rs",
    "gateway-svc/src/relay/sequence.rs",
    "gateway-svc/src/viewer/send_window.rs",
    "gateway-svc/src/websocket/decode.rs",
    "gateway-svc/src/websocket/encode.rs",
    "gateway-svc/src/websocket/handshake.rs",
];

/// Roots of what holds pure files.
const CRATES: &[&str] = &[
    "capture-svc/src/lib.rs",
    "gateway-svc/src/lib.rs",
    "crates/wire/src/lib.rs",
];

/// Whether the head of a file says that it is pure.
fn says_pure(text: &str) -> bool {
    let head = text.lines().take_while(|line| line.starts_with("//!"));
    head.into_iter().any(|line| line.starts_with("//! PURE"))
}

fn reaches_out(path: &str) -> bool {
    let first = path.split("::").next().unwrap_or_default();
    FRAMEWORKS.contains(&first)
        || OUTSIDE.iter().any(|outside| path.starts_with(outside))
        || CLOCKS.iter().any(|clock| path.ends_with(clock))
}

fn breaches(module: &Module) -> Vec<String> {
    module
        .written()
        .filter(|(path, _)| reaches_out(path))
        .map(|(path, line)| format!("{}:{line} `{path}`", module.file))
        .collect()
}

#[test]
fn pure_files_know_no_socket_clock_task_log_or_framework() {
    let mut found = Vec::new();
    let mut pure = 0;
    for root_file in CRATES {
        for module in &Crate::read(root_file).modules {
            let all_of_wire = module.file.starts_with("crates/wire/");
            if all_of_wire || says_pure(&read(&root().join(&module.file))) {
                pure += 1;
                found.extend(breaches(module));
            }
        }
    }
    assert!(pure >= MUST_BE.len(), "{pure}");
    assert!(
        found.is_empty(),
        "take `now` and values from whoever acts, and return what to do:\n{found:#?}"
    );
}

#[test]
fn what_decides_says_that_it_is_pure() {
    for file in MUST_BE {
        assert!(
            says_pure(&read(&root().join(file))),
            "{file}: its head must say `//! PURE: what it decides`"
        );
    }
}

/// Not pure in all that they hold; what a decision takes from them is a value.
const VALUES: &[&str] = &[
    "capture-svc/src/camera/frame.rs",
    "capture-svc/src/camera/source.rs",
    "gateway-svc/src/websocket/mod.rs",
];

#[test]
fn pure_files_import_pure_files_and_values() {
    let pure = |file: &str| {
        file.starts_with("crates/wire/")
            || VALUES.contains(&file)
            || says_pure(&read(&root().join(file)))
    };
    let arrows = CRATES
        .iter()
        .flat_map(|root_file| Crate::read(root_file).arrows());
    let found: Vec<String> = arrows
        .filter(|arrow| pure(&arrow.from) && !VALUES.contains(&arrow.from.as_str()))
        .filter(|arrow| !pure(&arrow.to))
        .map(|arrow| arrow.to_string())
        .collect();
    assert!(
        found.is_empty(),
        "take the value, not its room:\n{found:#?}"
    );
}
