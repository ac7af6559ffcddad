//! Who we are on the NATS server: the login, what the library makes of it, and how its refusal is known.

use std::path::{Path, PathBuf};

use async_nats::{ConnectErrorKind, ConnectOptions};

/// Who we are on the NATS server.
#[derive(Clone)]
pub enum NatsLogin {
    /// Nobody in particular.
    Anonymous,
    /// By JWT and seed from a file.
    Creds(PathBuf),
    /// By the nkey seed from a file.
    Nkey(PathBuf),
    /// By name and password.
    Password(String, String),
}

impl std::fmt::Debug for NatsLogin {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "anonymous",
            Self::Creds(_) => "creds file",
            Self::Nkey(_) => "nkey file",
            Self::Password(..) => "user and password",
        })
    }
}

/// The file of the login cannot be read or holds no login.
#[derive(Debug, thiserror::Error)]
#[error("the login file {} cannot be used", path.display())]
pub struct LoginError {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

impl NatsLogin {
    /// The settings that a person looks at when this login is refused.
    pub(crate) const fn named(&self) -> &'static str {
        match self {
            Self::Anonymous => {
                "it wants a login: set NATS_NKEY_FILE, NATS_CREDS_FILE, or NATS_USER and NATS_PASSWORD"
            }
            Self::Creds(_) => "check NATS_CREDS_FILE and the user that the server knows",
            Self::Nkey(_) => "check NATS_NKEY_FILE and the public key that the server knows",
            Self::Password(..) => "check NATS_USER and NATS_PASSWORD",
        }
    }

    /// The beginning of a connection with it.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub(crate) fn options(&self) -> Result<ConnectOptions, LoginError> {
        let unusable = |path: &Path| {
            let path = path.to_owned();
            move |source| LoginError { path, source }
        };
        let read = |path: &Path| std::fs::read_to_string(path).map_err(unusable(path));
        let options = ConnectOptions::new();
        Ok(match self {
            Self::Anonymous => options,
            Self::Nkey(path) => options.nkey(read(path)?.trim().to_owned()),
            Self::Password(user, password) => {
                options.user_and_password(user.clone(), password.clone())
            }
            Self::Creds(path) => options.credentials(&read(path)?).map_err(unusable(path))?,
        })
    }
}

/// Whether the library's words for a failed attempt mean the login; they begin with the kind's own.
pub(crate) fn is_refusal(words: &str) -> bool {
    [
        ConnectErrorKind::AuthorizationViolation,
        ConnectErrorKind::Authentication,
    ]
    .iter()
    .any(|kind| words.contains(&kind.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_told_from_other_reasons_by_the_librarys_own_words() {
        for kind in [
            ConnectErrorKind::AuthorizationViolation,
            ConnectErrorKind::Authentication,
        ] {
            assert!(is_refusal(&async_nats::ConnectError::new(kind).to_string()));
        }
        for kind in [
            ConnectErrorKind::TimedOut,
            ConnectErrorKind::Io,
            ConnectErrorKind::Tls,
            ConnectErrorKind::Dns,
        ] {
            assert!(!is_refusal(
                &async_nats::ConnectError::new(kind).to_string()
            ));
        }
    }
}
