//! Who asks, proven: the claims, what they were proven by, and when that ends.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use process::Clock;
use tokio_util::sync::CancellationToken;
use wire::{CameraId, Quality};

use super::claims::Claims;
use crate::audit::Who;

/// The host's clock is looked at again by then: it may have been set meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Who asks. A clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    claims: Arc<Claims>,
    proof: Proof,
    /// Cancelled when what proved it is believed no more.
    revoked: Option<CancellationToken>,
}

/// By what it was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing: nothing is asked for.
    Anonymous,
    /// The token, or its cookie.
    Token,
    /// A signed link.
    Link,
    /// A JSON Web Token.
    Jwt,
    /// The word of an authenticating proxy.
    Proxy,
}

/// Why an identity ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its time is over.
    Expired,
    /// What proved it is believed no more.
    Revoked,
    /// Who may see what was changed.
    Changed,
}

impl Proof {
    /// As it stands in the audit log and in `/api/status`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Token => "token",
            Self::Link => "link",
            Self::Jwt => "jwt",
            Self::Proxy => "proxy",
        }
    }
}

impl Ended {
    /// For the viewer whose stream ends.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Expired => "the time to watch is over, log in again",
            Self::Revoked => "what let you in is not valid any more, log in again",
            Self::Changed => "who may see what was changed, connect again",
        }
    }
}

impl Identity {
    /// Of these claims, proven by `proof`; ends when `revoked` is cancelled.
    pub(super) fn new(claims: Claims, proof: Proof, revoked: Option<CancellationToken>) -> Self {
        Self {
            claims: Arc::new(claims),
            proof,
            revoked,
        }
    }

    /// Who may see everything.
    pub(super) fn everything(proof: Proof) -> Self {
        Self::new(Claims::everything(proof.as_str()), proof, None)
    }

    /// The same, of no better quality than `best`.
    pub(super) fn at_most(mut self, best: Quality) -> Self {
        if self.claims.best_of_all().is_some_and(|own| own > best) {
            self.claims = Arc::new(Arc::unwrap_or_clone(self.claims).at_most(best));
        }
        self
    }

    /// What may be seen.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// By what it was proven.
    pub(crate) const fn proof(&self) -> Proof {
        self.proof
    }

    /// The best quality of a camera that may be seen.
    ///
    /// # Errors
    /// The camera may not be seen, in words; the same whether there is such a camera or not.
    pub(crate) fn best(&self, camera: &CameraId) -> Result<Quality, String> {
        let best = self.claims.best(camera);
        best.ok_or_else(|| format!("you may not watch the camera {camera}"))
    }

    /// For the audit log.
    pub(crate) fn who(&self, address: IpAddr) -> Who {
        Who {
            sub: Some(self.claims.sub().into()),
            by: Some(self.proof.as_str()),
            address,
        }
    }

    /// Waits until it ends; for ever where it does not.
    pub(crate) async fn ended(&self, clock: Clock) -> Ended {
        let revoked = async {
            match &self.revoked {
                Some(revoked) => revoked.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = revoked => match self.proof {
                // The proxy's word still stands, and a token may be another key's; what is granted may be something else.
                Proof::Proxy | Proof::Jwt => Ended::Changed,
                _ => Ended::Revoked,
            },
            () = self.over(clock) => Ended::Expired,
        }
    }

    async fn over(&self, clock: Clock) {
        let Some(end) = self.claims.expires_s() else {
            return std::future::pending().await;
        };
        let end = Duration::from_secs(end);
        while let Some(left) = end.checked_sub(clock.since_epoch()) {
            if left.is_zero() {
                break;
            }
            tokio::time::sleep(left.min(LOOK_AGAIN)).await;
        }
    }
}
