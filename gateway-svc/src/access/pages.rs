//! Which pages, and which proxies, a request may come from.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, header};

use super::origin::Origin;

/// What proxies write beside `X-Forwarded-*`.
const PROXY_HEADERS: [&str; 3] = ["forwarded", "via", "x-real-ip"];

/// For whom this gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Programs and browsers at this machine.
    ThisMachine,
    /// Who proves something.
    Invited,
    /// Everybody.
    Anyone,
}

/// Whose page it is that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// This gateway's own.
    Own,
    /// One that the operator allows.
    Allowed,
    /// Any other.
    Foreign,
}

/// Pages elsewhere, as the operator names them.
#[derive(Debug)]
pub(crate) struct OtherPages {
    /// May show the stream.
    pub(crate) showing: BTreeSet<Origin>,
    /// May have this gateway's own page in a frame, and nothing else.
    pub(crate) framing: BTreeSet<Origin>,
}

/// The rules for pages.
#[derive(Debug)]
pub(super) struct PageRules {
    pub(super) audience: Audience,
    pub(super) others: OtherPages,
}

impl PageRules {
    /// Whether a request without `Origin` comes from a page that may not make it: a picture or script of a page elsewhere,
    /// of which the browser tells no more than `Sec-Fetch-Site` and, if the page lets it, the page's address in `Referer`.
    pub(super) fn is_foreign(&self, headers: &HeaderMap) -> bool {
        process::is_cross_site(headers)
            && self.audience != Audience::Anyone
            && !self.is_from_allowed_page(headers)
    }

    /// Whether `Referer`, which a page can keep back but not forge, is of an allowed page.
    pub(super) fn is_from_allowed_page(&self, headers: &HeaderMap) -> bool {
        let page = headers.get(header::REFERER);
        let page = page.and_then(|page| Origin::of_page(page.to_str().ok()?));
        page.is_some_and(|page| self.others.showing.contains(&page))
    }

    /// A header that only a proxy writes, where none is expected: through it others than this machine would come in.
    pub(super) fn proxy_header<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderName> {
        let by_proxy = |name: &&HeaderName| {
            let name = name.as_str();
            name.starts_with("x-forwarded-") || PROXY_HEADERS.contains(&name)
        };
        let headers = headers
            .keys()
            .filter(|_| self.audience == Audience::ThisMachine);
        headers.into_iter().find(by_proxy)
    }

    /// Whose page sends this `Origin`.
    pub(super) fn whose(&self, origin: &[u8], host: Option<&str>) -> Page {
        let origin = std::str::from_utf8(origin).ok();
        let Some(origin) = origin.and_then(|origin| origin.parse::<Origin>().ok()) else {
            return Page::Foreign;
        };
        if host.is_some_and(|host| origin.is_host(host)) {
            Page::Own
        } else if self.others.showing.contains(&origin) {
            Page::Allowed
        } else {
            Page::Foreign
        }
    }
}
