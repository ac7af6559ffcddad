//! PURE: which web pages may show the stream.
//!
//! A browser opens a WebSocket for any page and sends the cookie along, so without this check every site its user
//! visits could watch the camera (cross-site WebSocket hijacking). Clients that are no browsers send no `Origin`.
//! Source: RFC 6454 section 7 (the header), RFC 6455 section 10.2.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;

/// Scheme, host and port of a page, as browsers spell it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    scheme: Box<str>,
    host: Box<str>,
    port: Option<u16>,
}

/// Not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no origin; https://example.org or http://localhost:5173 would do, without a path"
)]
pub struct OriginError(String);

impl Origin {
    /// Whether this is the page of the server that was asked for as `host` (a `Host` header).
    #[must_use]
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let host: Option<Self> = format!("{}://{host}", self.scheme).parse().ok();
        host.is_some_and(|host| host == *self)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let read = || {
            let uri: Uri = text.parse().ok()?;
            let scheme = uri.scheme_str()?.to_ascii_lowercase();
            let authority = uri.authority()?;
            let default = match &*scheme {
                "http" => Some(80),
                "https" => Some(443),
                _ => None,
            };
            let bare = text.len() == scheme.len() + "://".len() + authority.as_str().len();
            (bare && !authority.as_str().contains('@')).then_some(Self {
                host: authority.host().to_ascii_lowercase().into(),
                port: authority.port_u16().filter(|port| Some(*port) != default),
                scheme: scheme.into(),
            })
        };
        read().ok_or_else(|| OriginError(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
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
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "",
            "null",
            "example.org",
            "https://",
            "https://a.org/",
            "https://a.org/x",
            "https://u@a.org",
            "*",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
        let origin: Origin = "HTTPS://Example.org:443".parse().unwrap();
        assert_eq!(origin.to_string(), "https://example.org");
    }
}
