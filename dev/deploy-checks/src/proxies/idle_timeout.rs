//! PURE: whoever waits for a picture of a camera that is off is not cut off by a proxy's limit: an hour, or, as with Caddy,
//! none at all. Read from the configuration, since nobody waits an hour for a test.

use crate::report::Finding;

pub(super) fn judge(text: &str) -> Finding {
    let code: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect();
    let value = |name: &str| {
        let line = code.iter().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches(';').to_owned())
    };
    let mut limits = Vec::new();
    if code.iter().any(|line| line.starts_with("proxy_pass ")) {
        limits.extend(["proxy_read_timeout ", "proxy_send_timeout "]);
    }
    if code.iter().any(|line| line.starts_with("frontend ")) {
        limits.extend(["timeout tunnel ", "timeout client ", "timeout server "]);
    }
    for limit in &limits {
        let set = value(limit).ok_or_else(|| format!("{limit}is not set"))?;
        if set != "1h" {
            return Err(format!(
                "{limit}{set}: a camera that is off is silent for longer"
            ));
        }
    }
    if limits.is_empty() && code.iter().any(|line| line.contains("timeout")) {
        return Err("a limit where none was".into());
    }
    Ok(format!("{} limits of an hour", limits.len()))
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_limit_is_an_hour_or_there_is_none() {
        judge("reverse_proxy 127.0.0.1:6732").expect("Caddy has none");
        judge("reverse_proxy x { transport http { read_timeout 60s } }").expect_err("a limit");
        let nginx = "proxy_pass http://x/;\nproxy_read_timeout 1h;\nproxy_send_timeout 1h;";
        judge(nginx).expect("an hour");
        judge("proxy_pass http://x/;").expect_err("nginx's own is a minute");
        judge(&nginx.replace("send_timeout 1h", "send_timeout 60s")).expect_err("a minute");
    }
}
