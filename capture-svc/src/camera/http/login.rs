//! PURE: who we are towards one camera: reads what it asks for (`WWW-Authenticate`), chooses the strongest way that we
//! know, and answers. The hashes are in [`super::digest`].

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    address::Password,
    digest::{Algorithm, DigestChallenge},
};

/// A way to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Basic,
    Digest(DigestChallenge),
}

impl Way {
    /// The greater, the better kept is the password.
    fn strength(&self) -> u8 {
        match self {
            Self::Basic => 0,
            Self::Digest(asked) if asked.algorithm == Algorithm::Md5 => 1,
            Self::Digest(_) => 2,
        }
    }
}

/// Why there is nothing to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoLogin {
    /// We have no user.
    Nobody,
    /// The answer was understood and refused.
    Refused,
    /// It asks for none of the ways that we know; its words for them.
    Unknown(String),
}

/// Our login at one camera, over all its requests.
#[derive(Debug)]
pub(super) struct Login {
    /// Nothing is told before the camera asks, and then by the strongest of its ways.
    who: Option<(String, Password)>,
    way: Option<Way>,
    /// Answers that were made to the challenge.
    answers: u32,
}

impl Login {
    pub(super) fn new(who: Option<(String, Password)>) -> Self {
        Self {
            who,
            way: None,
            answers: 0,
        }
    }

    /// The header's value for a `GET` of `target`, if the camera has asked before. `cnonce`: another text each time.
    pub(super) fn answer(&mut self, target: &str, cnonce: &str) -> Option<String> {
        let (user, password) = self.who.as_ref()?;
        let who = (user.as_str(), password.reveal());
        self.answers += 1;
        match self.way.as_ref()? {
            Way::Basic => {
                let pair = format!("{}:{}", who.0, who.1);
                Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
            }
            Way::Digest(asked) => Some(asked.answer(who, target, self.answers, cnonce)),
        }
    }

    /// The camera asks, `answered`: although we have answered this very challenge.
    pub(super) fn asked<'a>(
        &mut self,
        headers: impl Iterator<Item = &'a str>,
        answered: bool,
    ) -> Result<(), NoLogin> {
        let challenges: Vec<_> = headers.flat_map(challenges).collect();
        let ways = challenges.iter().filter_map(way);
        let best = ways.max_by_key(Way::strength);
        if self.who.is_none() {
            return Err(NoLogin::Nobody);
        }
        let Some(best) = best else {
            let schemes: Vec<_> = challenges.into_iter().map(|known| known.scheme).collect();
            return Err(NoLogin::Unknown(schemes.join(", ")));
        };
        let stale = matches!(&best, Way::Digest(asked) if asked.stale);
        if answered && !stale {
            return Err(NoLogin::Refused);
        }
        (self.way, self.answers) = (Some(best), 0);
        Ok(())
    }
}

/// One challenge of a `WWW-Authenticate` header.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

fn way(challenge: &Challenge) -> Option<Way> {
    if challenge.scheme.eq_ignore_ascii_case("basic") {
        return Some(Way::Basic);
    }
    let digest = challenge.scheme.eq_ignore_ascii_case("digest");
    let asked = digest.then(|| DigestChallenge::of(&challenge.parameters));
    asked.flatten().map(Way::Digest)
}

/// The challenges of one header: schemes, each with its parameters, all separated by commas. What is neither is passed
/// over.
fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.is_empty() {
            return found;
        }
        let (word, behind) = split_token(rest);
        let after = behind.trim_start_matches([' ', '\t']);
        if let Some(value) = after.strip_prefix('=').filter(|_| !word.is_empty()) {
            let (value, behind) = split_value(value.trim_start_matches([' ', '\t']));
            rest = behind;
            if let Some(challenge) = found.last_mut() {
                challenge.parameters.push((word.to_owned(), value));
            }
        } else if word.is_empty() {
            // One character that begins nothing.
            let mut characters = rest.chars();
            characters.next();
            rest = characters.as_str();
        } else {
            found.push(Challenge {
                scheme: word.to_owned(),
                parameters: Vec::new(),
            });
            rest = behind;
        }
    }
}

/// Cuts off a word.
fn split_token(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_whitespace() || "=,\"".contains(c));
    text.split_at(end.unwrap_or(text.len()))
}

/// Cuts off a value, in quotes or without; quotes that do not end, end with the header.
fn split_value(text: &str) -> (String, &str) {
    let Some(text) = text.strip_prefix('"') else {
        let end = text.find(|c: char| c.is_whitespace() || c == ',');
        let (value, rest) = text.split_at(end.unwrap_or(text.len()));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests;
