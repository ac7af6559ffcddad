//! PURE: the permissions of a configuration of NATS users, and which of them a refused subject would have needed.

use std::ops::Range;

/// One subject that a user is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permit {
    /// `capture` or `gateway`.
    pub(crate) user: &'static str,
    pub(crate) subject: String,
    /// Whether it is for publishing, or for subscribing.
    pub(crate) publish: bool,
    /// Where it stands, with its quotes.
    place: Range<usize>,
}

impl Permit {
    /// The configuration without it.
    pub(crate) fn taken_from(&self, users: &str) -> String {
        let mut without = users.to_owned();
        // A subject of nobody's keeps the list well-formed.
        without.replace_range(self.place.clone(), "\"nobody.home\"");
        without
    }

    /// Whether the server's refusal is for want of this permit: `Permissions Violation for Publish to "frames.q80"`.
    pub(crate) fn is_named_in(&self, words: &str) -> bool {
        let verb = if self.publish {
            "violation for publish to "
        } else {
            "violation for subscription to "
        };
        let words = words.to_ascii_lowercase().replace("\\\"", "\"");
        let wanted = self.subject.to_ascii_lowercase();
        words.split(verb).skip(1).any(|rest| {
            let subject = rest.trim_start_matches('"').split('"').next();
            subject.is_some_and(|subject| covers(&wanted, subject))
        })
    }
}

/// Every allowed subject of a file like `deploy/nats-users.conf`.
pub(crate) fn permits(users: &str) -> Vec<Permit> {
    let mut permits = Vec::new();
    let (mut user, mut publish, mut allow, mut at) = ("", false, false, 0);
    for line in users.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        // `$` and `>` stand in subjects, words before a colon do not.
        for (word, then) in [("$CAPTURE_NKEY", "capture"), ("$GATEWAY_NKEY", "gateway")] {
            if code.contains(word) {
                user = then;
            }
        }
        let mut inside = 0;
        for (index, part) in code.split('"').enumerate() {
            if index % 2 == 0 {
                for word in part.split(|other: char| !other.is_ascii_alphabetic()) {
                    match word {
                        "publish" => publish = true,
                        "subscribe" => publish = false,
                        "allow" => allow = true,
                        "deny" => allow = false,
                        _ => {}
                    }
                }
            } else if allow {
                let start = at + inside - 1;
                permits.push(Permit {
                    user,
                    subject: part.to_owned(),
                    publish,
                    place: start..start + part.len() + 2,
                });
            }
            inside += part.len() + 1;
        }
        at += line.len();
    }
    permits
}

/// Whether the pattern, with `*` and `>`, covers the subject, which may be a pattern too.
fn covers(pattern: &str, subject: &str) -> bool {
    let (mut pattern, mut subject) = (pattern.split('.'), subject.split('.'));
    loop {
        match (pattern.next(), subject.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = r#"# "no.subject"
users: [
  { nkey: $CAPTURE_NKEY
    permissions: { publish: { allow: [ "frames.*", # "x"
      "$KV.demand._cap.*" ] } subscribe: { allow: ["status"] } } }
  { nkey: $GATEWAY_NKEY
    permissions: { publish: { allow: ["$KV.demand.*.*"]
      deny: ["$KV.demand._cap.*"] } } } ]"#;

    #[test]
    fn allowed_subjects_are_found_and_denied_ones_and_comments_are_not() {
        let found = permits(USERS);
        let found: Vec<_> = found
            .iter()
            .map(|permit| (permit.user, permit.subject.as_str(), permit.publish))
            .collect();
        assert_eq!(
            found,
            [
                ("capture", "frames.*", true),
                ("capture", "$KV.demand._cap.*", true),
                ("capture", "status", false),
                ("gateway", "$KV.demand.*.*", true)
            ]
        );
    }

    #[test]
    fn one_is_taken_and_the_others_stay() {
        let taken = permits(USERS)[3].taken_from(USERS);
        assert!(taken.contains("allow: [\"nobody.home\"]"), "{taken}");
        assert_eq!(permits(&taken).len(), 4);
    }

    #[test]
    fn a_refusal_names_the_permit_that_would_have_done() {
        let permit = &permits(USERS)[0];
        assert!(permit.is_named_in(r#"Permissions Violation for Publish to \"frames.q80\""#));
        assert!(permit.is_named_in(r#"permissions violation for publish to "frames.q80""#));
        assert!(!permit.is_named_in(r#"Permissions Violation for Publish to "frames.door.q80""#));
        assert!(!permit.is_named_in(r#"Permissions Violation for Subscription to "frames.q80""#));
    }

    #[test]
    fn patterns_cover_what_the_server_says_they_do() {
        assert!(covers("$KV.control.>", "$KV.control.door.privacy"));
        assert!(covers("status.*", "status.door") && !covers("status.*", "status"));
        assert!(!covers("a.>", "a") && covers("a.>", "a.>"));
    }
}
