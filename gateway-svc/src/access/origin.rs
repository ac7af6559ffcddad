//! PURE: which web pages may show the stream.
//!
//! A browser opens a WebSocket for any page and sends the cookie along, so without this check every site its user
//! visits could watch the camera (cross-site WebSocket hijacking). Clients that are no browsers send no `Origin`.
//! Source: RFC 6454 sections 6.2 (how an origin is spelled), 7 (the header), RFC 6455 section 10.2.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// Scheme, host and port of a page, spelled as browsers do in `Origin`: lower case, without the scheme's own port,
/// international names in their ASCII form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(Box<str>);

/// Not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no origin; https://example.org or http://localhost:5173 would do, without a path"
)]
pub struct OriginError(String);

impl Origin {
    /// Whether this is the page of the server that was asked for as `host` (a `Host` header).
    pub(super) fn is_host(&self, host: &str) -> bool {
        let scheme = self.0.split(':').next().unwrap_or_default();
        let host: Option<Self> = format!("{scheme}://{host}").parse().ok();
        host.is_some_and(|host| host == *self)
    }
}

impl Origin {
    /// Of a page at this address (a `Referer`).
    pub(super) fn of_page(address: &str) -> Option<Self> {
        let origin = Url::parse(address).ok()?.origin();
        origin
            .is_tuple()
            .then(|| Self(origin.ascii_serialization().into()))
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let read = || {
            let (_, authority) = text.split_once("://")?;
            // What a browser would accept in an address and never sends as an origin.
            let more = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '@') || c.is_whitespace();
            let url = Url::parse(text).ok()?;
            let origin = url.origin();
            if authority.is_empty() || authority.contains(more) || text.starts_with(' ') {
                return None;
            }
            Some(if origin.is_tuple() {
                origin.ascii_serialization()
            } else {
                // Of a scheme that the web has no rules for, such as a browser extension's.
                let port = url.port().map(|port| format!(":{port}"));
                let port = port.unwrap_or_default();
                format!("{}://{}{port}", url.scheme(), url.host_str()?)
            })
        };
        let origin = read().ok_or_else(|| OriginError(text.to_owned()))?;
        Ok(Self(origin.into()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_own_page_is_told_from_its_neighbours_by_host_and_port() {
        let own = |origin: &str, host: &str| origin.parse::<Origin>().unwrap().is_host(host);
        assert!(own("http://cam.local:6732", "cam.local:6732"));
        assert!(own("https://cam.example.org", "cam.example.org"));
        assert!(own("https://cam.example.org", "CAM.example.org:443"));
        assert!(own("http://[::1]:6732", "[::1]:6732"));
        assert!(!own("http://cam.local:8080", "cam.local:6732"));
        assert!(!own("http://cam.local", "cam.local:6732"));
        assert!(!own("https://cam.local.evil.org", "cam.local"));
        assert!(!own("https://evil.org", ""));
        assert!(!own("https://evil.org", "evil.org/@cam.local"));
        assert!(!own("https://evil.org", "cam.local@evil.org"));
        assert!(!own("https://evil.org", "evil.org\\cam.local"));
    }

    #[test]
    fn a_page_has_the_origin_of_its_address() {
        let of = |page: &str| Origin::of_page(page).map(|origin| origin.to_string());
        let shop = Some("https://shop.example".to_owned());
        assert_eq!(of("https://shop.example/a?b"), shop);
        assert_eq!(of("https://u:p@shop.example:443/"), shop);
        for none in ["", "shop.example", "about:blank", "data:text/html,x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "",
            "null",
            "example.org",
            "https://",
            "https:/a.org",
            "https:a.org",
            "https://a.org/",
            "https://a.org\\",
            "https://a.org/x",
            "https://a.org?x",
            "https://a.org#x",
            "https://u@a.org",
            "https://a.org:99999",
            " https://a.org",
            "https://a.org\n",
            "file:///etc",
            "*",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_origin_is_spelled_as_browsers_do() {
        for (given, spelled) in [
            ("HTTPS://Example.org:443", "https://example.org"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("https://münchen.example", "https://xn--mnchen-3ya.example"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
        ] {
            let origin: Origin = given.parse().unwrap();
            assert_eq!(origin.to_string(), spelled);
        }
    }
}
