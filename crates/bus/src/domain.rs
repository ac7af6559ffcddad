//! PURE: whose JetStream keeps what we keep: that of the server we are on, or that of a domain behind a leaf node.
//!
//! Across a leaf node only subjects that name the domain reach its JetStream; plain ones are held back on purpose, for
//! the leaf may have one of its own. The domain's own servers take both.
//! Source: NATS, "JetStream on Leaf Nodes"; nats-server's table of mappings for a domain.

/// Whose JetStream is meant. The default: the one where we are connected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JetStreamDomain(Option<String>);

impl JetStreamDomain {
    /// Of a name as the server's `jetstream { domain: … }` has it.
    ///
    /// # Errors
    /// It could not be a token of a subject; in words.
    pub(crate) fn named(name: &str) -> Result<Self, &'static str> {
        let token = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if name.is_empty() || !name.chars().all(token) {
            return Err(
                "hub would do: letters, digits, - and _, as in the server's jetstream { domain: hub }",
            );
        }
        Ok(Self(Some(name.to_owned())))
    }

    /// What requests of JetStream's API begin with, without a dot at the end.
    #[must_use]
    pub fn api_prefix(&self) -> String {
        match &self.0 {
            None => "$JS.API".to_owned(),
            Some(domain) => format!("$JS.{domain}.API"),
        }
    }

    /// Where an entry for a bucket's `subject` (`$KV.…`) is sent.
    #[must_use]
    pub fn entry_subject(&self, subject: &str) -> String {
        match &self.0 {
            None => subject.to_owned(),
            Some(_) => format!("{}.{subject}", self.api_prefix()),
        }
    }

    /// What a person looks at when nobody answers.
    #[must_use]
    pub fn hint(&self) -> String {
        match &self.0 {
            None => {
                "behind a leaf node NATS_JS_DOMAIN has to name the domain whose JetStream it is"
                    .to_owned()
            }
            Some(domain) => format!(
                "NATS_JS_DOMAIN is {domain}: the server with the bucket has to have jetstream {{ domain: {domain} }}, and the link to it to stand"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_domain_subjects_are_the_plain_ones() {
        let here = JetStreamDomain::default();
        assert_eq!(here.api_prefix(), "$JS.API");
        assert_eq!(here.entry_subject("$KV.a.b"), "$KV.a.b");
        assert!(here.hint().contains("NATS_JS_DOMAIN"));
    }

    #[test]
    fn a_domain_stands_before_the_api_and_before_entries() {
        let hub = JetStreamDomain::named("hub_1").unwrap();
        assert_eq!(hub.api_prefix(), "$JS.hub_1.API");
        assert_eq!(hub.entry_subject("$KV.a.b"), "$JS.hub_1.API.$KV.a.b");
        assert!(hub.hint().contains("domain: hub_1"));
    }

    #[test]
    fn what_is_no_token_of_a_subject_is_no_domain() {
        for wrong in ["", "a.b", "*", ">", "a b", "$JS"] {
            assert!(JetStreamDomain::named(wrong).is_err(), "{wrong:?}");
        }
    }
}
