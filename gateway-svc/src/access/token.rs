//! PURE: the token that viewers must know.

use subtle::ConstantTimeEq as _;

/// The shortest token: 16 characters as `openssl rand -hex` makes them are 64 bits, out of reach of any guessing that
/// the limits let through.
const MIN_LENGTH: usize = 16;

/// Who may watch.
#[derive(Clone, Debug)]
pub enum Access {
    /// Whoever is at this machine.
    ThisMachine,
    /// Whoever can connect: public on purpose.
    Anyone,
    /// Whoever proves who they are by something else than a token.
    Bearers,
    /// Whoever knows the token, or proves who they are.
    Token(Token),
}

/// The secret that viewers must know; never shown.
#[derive(Clone)]
pub struct Token(Box<[u8]>);

/// Too short to be a secret, or not sendable in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MIN_LENGTH} or more visible ASCII characters would do, for instance from: openssl rand -hex 16"
)]
pub(crate) struct TokenError;

impl Token {
    /// # Errors
    /// Fewer than 16 characters, or others than visible ASCII.
    pub(crate) fn new(text: &str) -> Result<Self, TokenError> {
        let sendable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if sendable && text.len() >= MIN_LENGTH {
            Ok(Self(text.as_bytes().into()))
        } else {
            Err(TokenError)
        }
    }

    /// Compares in constant time.
    #[must_use]
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.ct_eq(given.as_bytes()).into()
    }

    /// What keys are made from.
    #[must_use]
    pub(super) fn secret(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef";

    #[test]
    fn a_secret_that_is_none_is_refused_and_what_would_do_is_said() {
        for bad in [
            "",
            "0123456789abcde",
            "with a space in the middle",
            "with-ünicode-in-the-middle",
        ] {
            let error = Token::new(bad).unwrap_err().to_string();
            assert!(error.contains("openssl rand -hex 16"), "{bad:?}: {error}");
        }
        assert!(Token::new(SECRET).is_ok());
    }

    #[test]
    fn only_the_token_is_the_token() {
        let token = Token::new(SECRET).unwrap();
        assert!(token.is(SECRET));
        for other in [
            "",
            "0123456789abcdeX",
            "0123456789abcde",
            "0123456789abcdef0",
        ] {
            assert!(!token.is(other), "{other}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        assert_eq!(format!("{:?}", Token::new(SECRET).unwrap()), "Token(…)");
    }
}
