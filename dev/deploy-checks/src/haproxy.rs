//! PURE: what the load balancer's configuration must say, and must not.

use crate::report::Finding;

pub(crate) fn judge(text: &str) -> Finding {
    let code: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect();
    let says = |wanted: &str| code.iter().any(|line| line.contains(wanted));
    let must = [
        (
            "balance leastconn",
            "viewers stay for hours: spread by connections",
        ),
        (
            "option httpchk GET /readyz",
            "only gateways that are ready get viewers",
        ),
        (
            "server-template",
            "--scale must not need a new configuration",
        ),
        ("timeout tunnel", "a WebSocket lives longer than a request"),
        (
            "redispatch",
            "who is refused by a leaving gateway goes to another",
        ),
    ];
    if let Some((line, why)) = must.iter().find(|(line, _)| !says(line)) {
        return Err(format!("haproxy.cfg has no `{line}`: {why}"));
    }
    if says("shutdown-sessions") {
        return Err("haproxy.cfg shuts sessions of a gateway that is down: its viewers would get 1006, not 1012".into());
    }
    Ok("leastconn, readiness, redispatch, no cut sessions".into())
}
