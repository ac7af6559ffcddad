//! PURE: which cameras the users and groups of an authenticating proxy may see, by the operator's map file.
//!
//! `{"users":{"alice":{"cameras":["*"]}},"groups":{"family":{"cameras":["yard-*"],"max_quality":60}}}`: what a user may
//! see is what is granted to them and to each of their groups. The user `*` is everybody whom the proxy lets in.

use std::collections::HashMap;

use serde::Deserialize;

use super::claims::{Claims, Grant, GrantError, GrantText};

/// Means every user that the proxy knows.
const EVERYBODY: &str = "*";

/// Who may see what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserMap {
    users: HashMap<String, Grant>,
    groups: HashMap<String, Grant>,
}

/// Why a text is no map.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserMapError {
    /// Not of this form.
    #[error(
        "{0}; {{\"users\":{{\"alice\":{{\"cameras\":[\"*\"]}}}},\"groups\":{{\"family\":{{\"cameras\":[\"yard-*\"]}}}}}} would do"
    )]
    Form(serde_json::Error),
    /// A grant that gives nothing, or nothing that there is.
    #[error("{name:?}: {grant}")]
    Grant {
        /// Whose.
        name: String,
        /// Why.
        grant: GrantError,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserMapText {
    #[serde(default)]
    users: HashMap<String, GrantText>,
    #[serde(default)]
    groups: HashMap<String, GrantText>,
}

impl UserMap {
    /// Reads the map file.
    ///
    /// # Errors
    /// See [`UserMapError`].
    pub(crate) fn read(text: &str) -> Result<Self, UserMapError> {
        let map: UserMapText = serde_json::from_str(text).map_err(UserMapError::Form)?;
        Ok(Self {
            users: read(map.users)?,
            groups: read(map.groups)?,
        })
    }

    /// Everybody whom the proxy lets in may see everything: what holds without a file.
    pub(crate) fn everything() -> Self {
        let users = [(EVERYBODY.to_owned(), Grant::everything())];
        Self {
            users: users.into(),
            groups: HashMap::new(),
        }
    }

    /// What the user may see, perhaps nothing.
    pub(crate) fn claims<'a>(&self, user: &str, groups: impl Iterator<Item = &'a str>) -> Claims {
        let own = [self.users.get(user), self.users.get(EVERYBODY)];
        let groups = groups.filter_map(|group| self.groups.get(group));
        let grants = own.into_iter().flatten().chain(groups);
        Claims::new(user, grants.cloned().collect(), None)
    }
}

fn read(texts: HashMap<String, GrantText>) -> Result<HashMap<String, Grant>, UserMapError> {
    let read = |(name, text): (String, GrantText)| match text.read() {
        Ok(grant) => Ok((name, grant)),
        Err(grant) => Err(UserMapError::Grant { name, grant }),
    };
    texts.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Quality;

    const MAP: &str = r#"{
        "users": {"alice": {"cameras": ["*"]}, "bob": {"cameras": ["hall"], "max_quality": 40}},
        "groups": {"family": {"cameras": ["yard-*"], "max_quality": 60}, "guests": {"cameras": ["hall"]}}
    }"#;

    fn quality(user: &str, groups: &[&str], camera: &str) -> Option<u8> {
        let map = UserMap::read(MAP).unwrap();
        let claims = map.claims(user, groups.iter().copied());
        assert_eq!(claims.sub(), user);
        claims.best(&camera.parse().unwrap()).map(Quality::get)
    }

    #[test]
    fn a_user_sees_what_is_granted_to_them_and_to_their_groups() {
        assert_eq!(quality("alice", &[], "hall"), Some(95));
        assert_eq!(quality("bob", &[], "hall"), Some(40));
        assert_eq!(quality("bob", &[], "yard-1"), None);
        assert_eq!(quality("bob", &["family", "unknown"], "yard-1"), Some(60));
        assert_eq!(quality("bob", &["family", "guests"], "hall"), Some(95));
        assert_eq!(quality("mallory", &[], "hall"), None);
        assert_eq!(quality("family", &[], "yard-1"), None, "no user");
        assert_eq!(quality("", &["alice"], "hall"), None, "no group");
    }

    #[test]
    fn everybody_is_a_user_of_its_own() {
        let map = r#"{"users": {"*": {"cameras": ["hall"]}}}"#;
        let map = UserMap::read(map).unwrap();
        let claims = map.claims("anybody", std::iter::empty());
        assert_eq!(claims.cameras(), ["hall"]);
        let all = UserMap::everything().claims("anybody", std::iter::empty());
        assert_eq!(all.cameras(), ["*"]);
    }

    #[test]
    fn a_mistake_in_the_map_is_named() {
        let told = |text: &str| UserMap::read(text).unwrap_err().to_string();
        assert!(told("7").contains("would do"));
        assert!(told(r#"{"user":{}}"#).contains("user"));
        let grant = told(r#"{"groups":{"family":{"cameras":["Yard"]}}}"#);
        assert!(
            grant.contains("family") && grant.contains("Yard"),
            "{grant}"
        );
        assert!(told(r#"{"users":{"a":{"cameras":["b"],"max":5}}}"#).contains("max"));
    }
}
