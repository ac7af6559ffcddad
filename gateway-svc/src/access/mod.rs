//! Who may come in, and what they may see: the origin of a page, the token and the other bearers, the login, and whose
//! address it is.
//!
//! [`AccessControl`] holds the rules and who broke them; what decides is pure: [`claims`] say what may be seen, and each
//! bearer that proves some has a file of its own. Only [`middleware`] knows the server.

pub(crate) mod bearers;
pub(crate) mod claims;
pub(crate) mod client_ip;
mod cookie;
pub(crate) mod cookie_scope;
pub(crate) mod identity;
pub(crate) mod jwks_url;
pub(crate) mod jwt;
pub(crate) mod kept_file;
pub(crate) mod link;
pub(crate) mod login;
mod login_limiter;
pub(crate) mod middleware;
pub(crate) mod origin;
pub(crate) mod pages;
mod presented;
pub(crate) mod token;
pub(crate) mod user_map;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use parking_lot::Mutex;
use process::Clock;
use wire::Quality;

use self::bearers::Bearers;
use self::client_ip::{Network, TrustedProxies};
use self::cookie::CookieKey;
use self::login_limiter::LoginLimiter;
use self::origin::Origin;
use self::pages::{Audience, OtherPages, PageRules};
use self::token::{Access, Token};
use crate::audit::Audit;
use crate::metrics::Refused;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The rules, and who broke them.
#[derive(Debug)]
pub(crate) struct AccessControl {
    secret: Option<Secret>,
    /// What proves an identity beside it.
    bearers: Arc<Bearers>,
    pages: PageRules,
    proxies: TrustedProxies,
    /// Wrong tokens.
    tokens: Mutex<LoginLimiter>,
    /// Wrong cookies, apart: after a change of the token every browser sends one until it logs in again.
    cookies: Mutex<LoginLimiter>,
    clock: Clock,
    refused: Arc<Refused>,
    audit: Audit,
    /// The best quality that anybody may see.
    best: Quality,
}

/// What a viewer proves to know.
#[derive(Debug)]
struct Secret {
    token: Token,
    /// Made from the token.
    cookies: CookieKey,
}

impl AccessControl {
    /// The rules as configured; blocks for a tenth of a second where a token is set.
    #[must_use]
    pub(crate) fn new(
        access: Access,
        bearers: Arc<Bearers>,
        others: OtherPages,
        trusted_proxies: Vec<Network>,
        clock: Clock,
        refused: Arc<Refused>,
        audit: Audit,
    ) -> Self {
        let audience = match &access {
            Access::ThisMachine => Audience::ThisMachine,
            Access::Anyone => Audience::Anyone,
            Access::Token(_) | Access::Bearers => Audience::Invited,
        };
        let secret = match access {
            Access::ThisMachine | Access::Anyone | Access::Bearers => None,
            Access::Token(token) => Some(Secret {
                cookies: CookieKey::derive(token.secret()),
                token,
            }),
        };
        Self {
            secret,
            bearers,
            pages: PageRules { audience, others },
            proxies: TrustedProxies::new(trusted_proxies),
            tokens: Mutex::default(),
            cookies: Mutex::default(),
            clock,
            refused,
            audit,
            best: Quality::HIGHEST,
        }
    }

    /// Whoever comes sees no better quality than `best`.
    pub(crate) fn at_most(mut self, best: Quality) -> Self {
        self.best = best;
        self
    }

    /// Whether viewers have to prove who they are.
    pub(crate) fn asks(&self) -> bool {
        self.secret.is_some() || !self.bearers.is_empty()
    }

    /// Keeps what bearers are checked with as its files and the issuer have it, for ever.
    pub(crate) async fn keep(&self) -> Infallible {
        self.bearers.keep().await
    }

    /// The client's own address.
    #[must_use]
    pub(crate) fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        self.proxies.client_ip(peer, values)
    }

    /// Whether the client came by HTTPS, as a trusted proxy says.
    #[must_use]
    pub(crate) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.forwarded(peer, headers, &FORWARDED_PROTO) == Some("https")
    }

    /// The host that the client asked for, as a trusted proxy says, else as the request does.
    pub(crate) fn host<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Option<&'a str> {
        let own = || headers.get(header::HOST)?.to_str().ok();
        self.forwarded(peer, headers, &FORWARDED_HOST).or_else(own)
    }

    /// What a trusted proxy says about its own client's request.
    fn forwarded<'a>(
        &self,
        peer: IpAddr,
        headers: &'a HeaderMap,
        name: &HeaderName,
    ) -> Option<&'a str> {
        let value = headers.get(name).filter(|_| self.proxies.trusts(peer))?;
        value.to_str().ok()?.split(',').next().map(str::trim)
    }

    /// Pages elsewhere that may show this gateway's own in a frame, as sources of a content security policy.
    pub(crate) fn embedders(&self) -> Vec<String> {
        if self.pages.audience == Audience::Anyone {
            return vec!["*".to_owned()];
        }
        let OtherPages { showing, framing } = &self.pages.others;
        showing.union(framing).map(Origin::to_string).collect()
    }

    /// Seconds since the Unix epoch.
    fn now_s(&self) -> u64 {
        self.clock.since_epoch().as_secs()
    }
}
