//! Which requests a port answers at all, as far as a browser tells: under which names, and for whose page.
//!
//! Against DNS rebinding: a page of evil.example has that name lead to 127.0.0.1 and may then read everything there as
//! its own; but its browser still sends `Host: evil.example`. An address as `Host` is never of a name that somebody else
//! has in hand. Against pages that only show or trigger: a browser says in `Sec-Fetch-Site` whose page asks. Programs
//! send neither or the address that they connect to, and pass.
//!
//! Which pages are allowed beside a port's own is the business of the service, not decided here.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{self, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// The most characters of a foreign name that are given back in our words.
const MAX_QUOTED_HOST: usize = 100;

/// The names under which a port is served.
#[derive(Clone, Debug)]
pub struct Hosts {
    rule: Rule,
    /// The setting that adds names.
    setting: &'static str,
    names: Arc<[HostName]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Under any name: something else decides who may ask.
    Any,
    /// `localhost` and loopback addresses.
    ThisMachine,
    /// `localhost` and every address: monitors and orchestrators ask by the address of a pod or container.
    Addresses,
}

/// A host's name without a port, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(Box<str>);

/// Not a host's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name of a host; cam.example.org or 192.0.2.7 would do, without scheme and port"
)]
pub struct HostNameError(String);

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, HostNameError> {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let address = text.parse::<IpAddr>().is_ok();
        if address || !text.is_empty() && text.chars().all(letter) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(HostNameError(text.to_owned()))
        }
    }
}

impl Hosts {
    /// Any name: for a port that asks for a secret, or is public on purpose.
    #[must_use]
    pub fn any() -> Self {
        Self::new(Rule::Any, "", Vec::new())
    }

    /// `localhost`, loopback addresses and `names`, which come from `setting`.
    #[must_use]
    pub fn this_machine(setting: &'static str, names: Vec<HostName>) -> Self {
        Self::new(Rule::ThisMachine, setting, names)
    }

    /// Of an admin port at `listens`: on loopback as [`this_machine`](Self::this_machine), else any address as well.
    #[must_use]
    pub fn admin(listens: SocketAddr, setting: &'static str, names: Vec<HostName>) -> Self {
        let rule = if listens.ip().to_canonical().is_loopback() {
            Rule::ThisMachine
        } else {
            Rule::Addresses
        };
        Self::new(rule, setting, names)
    }

    fn new(rule: Rule, setting: &'static str, names: Vec<HostName>) -> Self {
        Self {
            rule,
            setting,
            names: names.into(),
        }
    }

    /// The answer to a request under a name that is not served; `None` if it may go on.
    pub(crate) fn refusal<B>(&self, request: &http::Request<B>) -> Option<Response> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (first, second) = (hosts.next(), hosts.next());
        if second.is_some() {
            return Some((StatusCode::BAD_REQUEST, "one Host header would do\n").into_response());
        }
        // A target in absolute form names the host, and then Host says nothing. Source: RFC 9112 section 3.2.2.
        let target = request.uri().authority().map(http::uri::Authority::as_str);
        // Every browser sends one; who sends none is a program.
        let host = target.or_else(|| Some(first?.to_str().unwrap_or_default()))?;
        if self.serves(host) {
            return None;
        }
        let host: String = host
            .chars()
            .filter(char::is_ascii_graphic)
            .take(MAX_QUOTED_HOST)
            .collect();
        let words = format!(
            "this port is served to this machine alone, not as {host}: {} does not name it\n",
            self.setting
        );
        Some((StatusCode::MISDIRECTED_REQUEST, words).into_response())
    }

    fn serves(&self, host: &str) -> bool {
        if self.rule == Rule::Any {
            return true;
        }
        let host = without_port(host).to_ascii_lowercase();
        let served = match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) => self.rule == Rule::Addresses || address.is_loopback(),
            Err(_) => host == "localhost",
        };
        served || self.names.iter().any(|name| *name.0 == *host)
    }
}

/// A `Host` without port and brackets.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// Whether a browser says that a page of another site made it ask. A link or an address bar that leads here is none:
/// what comes is shown to the person, and no page can look at it.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    !matches!(site, None | Some(b"same-origin" | b"none"))
}

/// Whether it is a browser that goes to a page, or a frame's content, rather than a page's script or picture.
#[must_use]
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let mode = headers.get(FETCH_MODE).map(HeaderValue::as_bytes);
    (method == Method::GET || method == Method::HEAD) && mode == Some(b"navigate")
}

/// Refuses what pages of any site but this one ask of an admin port: it has no page, and nothing for one.
pub(crate) async fn no_pages(request: Request, next: axum::middleware::Next) -> Response {
    let (method, headers) = (request.method(), request.headers());
    let page = headers.contains_key(header::ORIGIN) || is_cross_site(headers);
    if page && !is_navigation(method, headers) {
        let words = "no page may use this port\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    next.run(request).await
}

/// What every answer says to browsers and caches, unless the service has said otherwise: take it as what it is called,
/// show it to no other site's page, and do not keep it. A cache may keep a 404 that says nothing of that for minutes
/// (RFC 9111, section 4.2.2).
pub(crate) fn protect(headers: &mut HeaderMap) {
    let fixed = [
        (RESOURCE_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Lets pages of other sites show this answer.
pub fn share(headers: &mut HeaderMap) {
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

#[cfg(test)]
mod tests;
