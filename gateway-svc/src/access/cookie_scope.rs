//! PURE: where a browser sends the session cookie: its name and path, and how it is set and taken away.
//!
//! Cookies know no ports: two gateways of one host would take each other's away, so a port is part of the name. Under a path
//! of a host that has other applications the cookie is for that path alone. Both are read from what the browser asked for,
//! as a proxy passes it on; who lies about them misplaces its own cookie and no other.
//! Source: RFC 6265 sections 5.1.4 (paths), 5.2 (attributes), 8.5 (ports).

use std::time::Duration;

use http::HeaderMap;

use super::cookie::COOKIE;

/// A longer path is none of ours.
const MAX_PREFIX_BYTES: usize = 200;
/// The host that a browser asked a proxy for.
const FORWARDED_HOST: &str = "x-forwarded-host";
/// What a proxy has taken away in front of the path, as Traefik and others say it.
const FORWARDED_PREFIX: &str = "x-forwarded-prefix";

/// Where the cookie of a request belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CookieScope {
    name: String,
    path: String,
}

/// Where a browser is to keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jar {
    /// With this site's own; `secure` for who came by HTTPS.
    Own { secure: bool },
    /// With the site in whose page ours is a frame, for that one alone. Browsers ask that it is secure, which they take
    /// `localhost` for, too. Source: CHIPS (draft-cutler-httpbis-partitioned-cookies).
    Framed,
}

impl CookieScope {
    /// Of a request with these headers.
    #[must_use]
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let value = |name: &str| headers.get(name)?.to_str().ok()?.split(',').next();
        let host = value(FORWARDED_HOST).or_else(|| value("host"));
        let name = match host.map(str::trim).and_then(port) {
            Some(port) => format!("{COOKIE}_{port}"),
            None => COOKIE.to_owned(),
        };
        let prefix = value(FORWARDED_PREFIX).map(str::trim);
        let prefix = prefix.filter(|prefix| is_path(prefix)).unwrap_or_default();
        let path = format!("{}/", prefix.trim_end_matches('/'));
        Self { name, path }
    }

    /// The cookie's name.
    #[must_use]
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The value of `Set-Cookie`.
    #[must_use]
    pub(crate) fn set(&self, value: &str, lifetime: Duration, jar: Jar) -> String {
        let (Self { name, path }, seconds) = (self, lifetime.as_secs());
        let kept = match jar {
            Jar::Own { secure: false } => "SameSite=Strict",
            Jar::Own { secure: true } => "SameSite=Strict; Secure",
            Jar::Framed => "SameSite=None; Secure; Partitioned",
        };
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; {kept}")
    }
}

/// The port of a host as browsers write it, where it is not the scheme's own.
fn port(host: &str) -> Option<u16> {
    let (name, port) = host.rsplit_once(':')?;
    let whole = !name.contains(':') || name.ends_with(']');
    port.parse().ok().filter(|_| whole)
}

fn is_path(prefix: &str) -> bool {
    let spelled = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~');
    let single = prefix.starts_with('/') && !prefix.contains("//");
    single && prefix.len() <= MAX_PREFIX_BYTES && prefix.chars().all(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn scope(headers: &[(&'static str, &'static str)]) -> (String, String) {
        let pair = |(name, value): &(&'static str, &'static str)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        };
        let CookieScope { name, path } = CookieScope::of(&headers.iter().map(pair).collect());
        (name, path)
    }

    #[test]
    fn the_port_that_the_browser_asked_for_is_part_of_the_name() {
        for (host, name) in [
            ("cam.local:6732", "rero_session_6732"),
            ("[::1]:6733", "rero_session_6733"),
            ("cam.example.org", "rero_session"),
            ("[::1]", "rero_session"),
            ("::1", "rero_session"),
            ("cam.local:x", "rero_session"),
        ] {
            assert_eq!(scope(&[("host", host)]).0, name, "{host}");
        }
        let behind = [
            ("host", "gateway:6732"),
            ("x-forwarded-host", "cam.example.org, inner:1"),
        ];
        assert_eq!(scope(&behind).0, "rero_session");
        assert_eq!(scope(&[]).0, "rero_session");
    }

    #[test]
    fn under_a_path_the_cookie_is_for_that_path() {
        for (prefix, path) in [
            ("/cam", "/cam/"),
            ("/house/cam/", "/house/cam/"),
            ("/", "/"),
            ("", "/"),
            ("cam", "/"),
            ("//evil.example.org", "/"),
            ("/cam; Domain=example.org", "/"),
        ] {
            assert_eq!(scope(&[("x-forwarded-prefix", prefix)]).1, path, "{prefix}");
        }
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_from_other_sites() {
        let scope = CookieScope::of(&HeaderMap::new());
        let day = Duration::from_secs(86_400);
        let set = "rero_session=x; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict";
        let own = |secure| scope.set("x", day, Jar::Own { secure });
        assert_eq!(own(false), set);
        assert_eq!(own(true), format!("{set}; Secure"));
    }

    #[test]
    fn in_another_sites_frame_the_cookie_is_for_that_site_alone() {
        let scope = CookieScope::of(&HeaderMap::new());
        let set = scope.set("x", Duration::from_secs(60), Jar::Framed);
        let kept = "SameSite=None; Secure; Partitioned";
        assert_eq!(
            set,
            format!("rero_session=x; Path=/; Max-Age=60; HttpOnly; {kept}")
        );
    }
}
