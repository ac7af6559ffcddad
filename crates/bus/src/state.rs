//! What a connection to NATS says of itself: whether it stands, why not, and when a person has to know.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// A link that comes back within this time is not worth a word.
const FIRST_REMINDER: Duration = Duration::from_secs(10);
/// How often a person is told that it is still away.
const REMIND_EVERY: Duration = Duration::from_secs(60);

/// What a connection says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkState {
    /// Whether it stands.
    pub connected: bool,
    /// Counts the times it was made: another number means that whatever was watched may have a gap.
    pub generation: u64,
    /// The last thing the server refused since then, in its words.
    pub refused: Option<String>,
    /// Why the last attempt to make it failed, while it does not stand.
    pub unreachable: Option<Unreachable>,
}

/// Why a connection could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// The server refuses the login; the words name the settings to look at.
    Login(&'static str),
    /// Anything else, in the library's words.
    Other(String),
}

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Login(settings) => write!(f, "the server refuses the login; {settings}"),
            Self::Other(words) => write!(f, "{words}; NATS_URL says where it should be"),
        }
    }
}

impl LinkState {
    /// Why nothing can be done over it, in words for a person; `None` while all is well.
    #[must_use]
    pub fn unready(&self) -> Option<String> {
        let refused = self.refused.as_ref();
        let refused = refused.map(|words| format!("NATS refuses: {words}"));
        refused.or_else(|| self.away())
    }

    /// That it does not stand, and why if that is known.
    fn away(&self) -> Option<String> {
        let why = || match &self.unreachable {
            Some(why) => format!("NATS is not connected: {why}"),
            None => "NATS is not connected".to_owned(),
        };
        (!self.connected).then(why)
    }
}

/// Says once a minute that the connection is away and why: a login that is refused at once, anything else after ten
/// seconds. Ends when the client does.
pub async fn remind(mut state: watch::Receiver<LinkState>) {
    while state.wait_for(|state| !state.connected).await.is_ok() {
        let not_by_itself = |state: &LinkState| {
            state.connected || matches!(state.unreachable, Some(Unreachable::Login(_)))
        };
        let _ = timeout(FIRST_REMINDER, state.wait_for(not_by_itself)).await;
        loop {
            let Some(why) = state.borrow().away() else {
                break;
            };
            tracing::warn!(why, "waiting for NATS");
            let back = state.wait_for(|state| state.connected);
            if let Ok(Err(_)) = timeout(REMIND_EVERY, back).await {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::NatsLogin;

    #[test]
    fn what_keeps_a_link_from_being_ready_is_said_with_its_reason() {
        let mut state = LinkState::default();
        assert_eq!(state.unready().unwrap(), "NATS is not connected");
        state.unreachable = Some(Unreachable::Other("timed out".to_owned()));
        let told = state.unready().unwrap();
        assert!(
            told.contains("timed out") && told.contains("NATS_URL"),
            "{told}"
        );
        state.unreachable = Some(Unreachable::Login(NatsLogin::Nkey("seed".into()).named()));
        let told = state.unready().unwrap();
        assert!(
            told.contains("login") && told.contains("NATS_NKEY_FILE"),
            "{told}"
        );
        state = LinkState {
            connected: true,
            ..LinkState::default()
        };
        assert_eq!(state.unready(), None);
        state.refused = Some("Permissions Violation".to_owned());
        assert!(state.unready().unwrap().contains("Permissions Violation"));
        assert_eq!(state.away(), None, "it stands");
    }
}
