//! What proves an identity beside the token: links, JWT, and the word of an authenticating proxy.
//!
//! Their rules are pure; here stands what they are checked with now, and that it is looked at again.

use std::convert::Infallible;
use std::fmt::Display;
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::identity::{Identity, Proof};
use super::jwks_url::JwksUrl;
use super::jwt::keys::JwtKeys;
use super::jwt::{self, JwtError, JwtRules};
use super::kept_file::KeptFile;
use super::link::{self, LinkError, LinkKey};
use super::user_map::UserMap;

/// So long a change of a key or of the map file goes unnoticed.
const REFRESH: Duration = Duration::from_secs(2);

/// Those that are configured.
#[derive(Debug, Default)]
pub(crate) struct Bearers {
    pub(crate) links: Option<KeptFile<Replaceable<LinkKey>>>,
    pub(crate) jwt: Option<Jwt>,
    pub(crate) proxy: Option<Proxy>,
}

/// What identities rest on until something else takes its place: those that watch are told then.
#[derive(Debug)]
pub(crate) struct Replaceable<T> {
    value: T,
    replaced: CancellationToken,
}

/// Tokens of an issuer.
#[derive(Debug)]
pub(crate) struct Jwt {
    pub(crate) rules: JwtRules,
    /// A secret, a JWKS.
    pub(crate) files: Vec<KeptFile<JwtKeys>>,
    pub(crate) url: Option<JwksUrl>,
    pub(crate) keys_gone: KeysGone,
}

/// Whom to tell when a key is taken away: those that watch by a token, who are then judged anew.
#[derive(Debug, Default)]
pub(crate) struct KeysGone(Mutex<CancellationToken>);

/// Headers of a proxy that has asked for a login.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) user: HeaderName,
    pub(crate) groups: Option<HeaderName>,
    /// Without one everybody whom it lets in may see everything.
    pub(crate) map: Option<KeptFile<Replaceable<UserMap>>>,
}

/// Why a bearer opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BearerError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Jwt(#[from] JwtError),
}

impl<T> Replaceable<T> {
    /// What `read` makes of a file's text.
    ///
    /// # Errors
    /// Its own, in words.
    pub(crate) fn read<E: Display>(read: Result<T, E>) -> Result<Self, String> {
        let value = read.map_err(|error| error.to_string())?;
        let replaced = CancellationToken::new();
        Ok(Self { value, replaced })
    }

    /// Where a change of the file must be seen at once.
    async fn refresh(file: &KeptFile<Self>) {
        if let Some(old) = file.refresh().await {
            old.replaced.cancel();
        }
    }
}

impl Bearers {
    /// Whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.links.is_none() && self.jwt.is_none() && self.proxy.is_none()
    }

    /// Whose a link's token or a JWT is; `None`: it is neither, or such are not asked for.
    pub(super) fn identify(
        &self,
        token: &str,
        now_s: u64,
    ) -> Option<Result<Identity, BearerError>> {
        if let Some(links) = self.links.as_ref().filter(|_| link::is_link(token)) {
            let key = links.get();
            let claims = key.value.verify(token, now_s).map_err(BearerError::Link);
            let revoked = Some(key.replaced.clone());
            return Some(claims.map(|claims| Identity::new(claims, Proof::Link, revoked)));
        }
        let jwt = self.jwt.as_ref().filter(|_| jwt::is_jwt(token))?;
        // Asked for before the keys are: one that goes in between is told to this one, too.
        let gone = jwt.keys_gone.next();
        let claims = jwt.verify(token, now_s).map_err(BearerError::Jwt);
        Some(claims.map(|claims| Identity::new(claims, Proof::Jwt, Some(gone))))
    }

    /// Whom a trusted proxy's headers name.
    pub(super) fn proxied(&self, headers: &HeaderMap) -> Option<Identity> {
        let proxy = self.proxy.as_ref()?;
        let mut users = headers.get_all(&proxy.user).iter();
        // Two would be the proxy's and somebody else's.
        let (Some(user), None) = (users.next(), users.next()) else {
            return None;
        };
        let user = user.to_str().ok().map(str::trim);
        let user = user.filter(|user| !user.is_empty())?;
        let groups = proxy.groups.iter();
        let groups = groups.flat_map(|name| headers.get_all(name));
        let groups = groups.filter_map(|value| value.to_str().ok());
        // Authelia and oauth2-proxy put commas between them, authentik bars.
        let groups = groups
            .flat_map(|value| value.split([',', '|']))
            .map(str::trim);
        let Some(map) = &proxy.map else {
            let claims = UserMap::everything().claims(user, groups);
            return Some(Identity::new(claims, Proof::Proxy, None));
        };
        let map = map.get();
        let (claims, replaced) = (map.value.claims(user, groups), map.replaced.clone());
        Some(Identity::new(claims, Proof::Proxy, Some(replaced)))
    }

    /// Looks again and again at what is kept in files or at the issuer's.
    pub(super) async fn keep(&self) -> Infallible {
        let jwt = self.jwt.as_ref();
        let fetching = async {
            match jwt.and_then(|jwt| Some((jwt.url.as_ref()?, &jwt.keys_gone))) {
                Some((url, gone)) => url.keep(|| gone.tell()).await,
                None => std::future::pending().await,
            }
        };
        let reading = async {
            let mut again = tokio::time::interval(REFRESH);
            again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                again.tick().await;
                self.refresh().await;
            }
        };
        tokio::select! {
            never = fetching => never,
            never = reading => never,
        }
    }

    async fn refresh(&self) {
        if let Some(links) = &self.links {
            Replaceable::refresh(links).await;
        }
        if let Some(jwt) = &self.jwt {
            for file in &jwt.files {
                let before = file.refresh().await;
                if before.is_some_and(|before| !file.get().keep(&before)) {
                    jwt.keys_gone.tell();
                }
            }
        }
        if let Some(map) = self.proxy.as_ref().and_then(|proxy| proxy.map.as_ref()) {
            Replaceable::refresh(map).await;
        }
    }
}

impl KeysGone {
    /// Is cancelled when the next key goes.
    fn next(&self) -> CancellationToken {
        self.0.lock().clone()
    }

    fn tell(&self) {
        std::mem::take(&mut *self.0.lock()).cancel();
    }
}

impl Jwt {
    fn verify(&self, token: &str, now_s: u64) -> Result<super::claims::Claims, JwtError> {
        let fetched = self.url.iter().map(JwksUrl::get);
        let keys: Vec<_> = self
            .files
            .iter()
            .map(KeptFile::get)
            .chain(fetched)
            .collect();
        let claims = self.rules.verify(&keys, token, now_s);
        if let (Err(JwtError::UnknownKey), Some(url)) = (&claims, &self.url) {
            url.want();
        }
        claims
    }
}
