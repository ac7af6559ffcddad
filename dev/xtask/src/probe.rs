//! A look at the gateway as a viewer has it, through testkit's `probe`, which is built with everything else.

use std::net::SocketAddr;

use crate::shell::{Environment, Outcome, binaries};

/// Waits for the first picture at the default quality.
pub(crate) fn picture(environment: &Environment, gateway: SocketAddr) -> Outcome<()> {
    look(environment, gateway, &["picture"]).map(drop)
}

/// `pattern`, `webcam` or `file`.
pub(crate) fn source(environment: &Environment, gateway: SocketAddr) -> Outcome<String> {
    let source = look(environment, gateway, &["source"])?;
    String::from_utf8(source).map_err(|error| error.to_string())
}

/// The body of what is at `path`.
pub(crate) fn get(environment: &Environment, gateway: SocketAddr, path: &str) -> Outcome<Vec<u8>> {
    look(environment, gateway, &["get", path])
}

fn look(environment: &Environment, gateway: SocketAddr, what: &[&str]) -> Outcome<Vec<u8>> {
    let mut probe = environment.command(binaries("debug").join("probe"));
    let looked = probe.arg(gateway.to_string()).args(what).output();
    let looked = looked.map_err(|error| format!("probe does not start: {error}"))?;
    if looked.status.success() {
        Ok(looked.stdout)
    } else {
        Err(String::from_utf8_lossy(&looked.stderr).trim().to_owned())
    }
}
