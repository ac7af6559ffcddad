//! PURE: Digest access authentication: what a server asks for, and the answer. Basic is in [`super::login`].
//!
//! Source: RFC 7616, and RFC 2069 for servers that know no `qop`, as old cameras do.

use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest, Sha256};

/// The hash that a server asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn hex(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What a server asks for by Digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DigestChallenge {
    pub(super) algorithm: Algorithm,
    /// The algorithm as the server spells it, if it did.
    spelt: Option<String>,
    /// The first hash takes in nonce and cnonce.
    session: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// Whether it knows `qop=auth`; one that knows only `auth-int` is not answered.
    qop: bool,
    /// The last answer was right, but for a nonce that is too old.
    pub(super) stale: bool,
}

impl DigestChallenge {
    /// From the parameters of a challenge; `None` if it asks for what we do not know.
    pub(super) fn of(parameters: &[(String, String)]) -> Option<Self> {
        let value = |name: &str| {
            let found = parameters
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let spelt = value("algorithm");
        let (algorithm, session) = match spelt.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("md5" | "") => (Algorithm::Md5, false),
            Some("md5-sess") => (Algorithm::Md5, true),
            Some("sha-256") => (Algorithm::Sha256, false),
            Some("sha-256-sess") => (Algorithm::Sha256, true),
            Some(_) => return None,
        };
        let qop = value("qop").filter(|qop| !qop.trim().is_empty());
        let auth = |qop: &String| {
            qop.split([',', ' '])
                .any(|one| one.eq_ignore_ascii_case("auth"))
        };
        if qop.as_ref().is_some_and(|qop| !auth(qop)) {
            return None;
        }
        Some(Self {
            algorithm,
            spelt,
            session,
            realm: value("realm").unwrap_or_default(),
            nonce: value("nonce")?,
            opaque: value("opaque"),
            qop: qop.is_some(),
            stale: value("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The header's value for one more `GET` of `target`. `count`: how many answers this nonce has had, this one
    /// included; `cnonce`: any text of ours without quotes, another one each time.
    pub(super) fn answer(
        &self,
        (user, password): (&str, &str),
        target: &str,
        count: u32,
        cnonce: &str,
    ) -> String {
        let hash = |text: String| self.algorithm.hex(&text);
        let nonce = &self.nonce;
        let mut who = hash(format!("{user}:{}:{password}", self.realm));
        if self.session {
            who = hash(format!("{who}:{nonce}:{cnonce}"));
        }
        let what = hash(format!("GET:{target}"));
        let response = if self.qop {
            hash(format!("{who}:{nonce}:{count:08x}:{cnonce}:auth:{what}"))
        } else {
            hash(format!("{who}:{nonce}:{what}"))
        };
        let mut answer = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            quoted(user),
            quoted(&self.realm),
            quoted(nonce),
            quoted(target),
        );
        if let Some(spelt) = &self.spelt {
            let _ = write!(answer, ", algorithm={spelt}");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(answer, ", opaque={}", quoted(opaque));
        }
        if self.qop {
            let _ = write!(answer, ", qop=auth, nc={count:08x}");
        }
        if self.qop || self.session {
            let _ = write!(answer, ", cnonce=\"{cnonce}\"");
        }
        answer
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(parameters: &[(&str, &str)]) -> Option<DigestChallenge> {
        let owned: Vec<_> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        DigestChallenge::of(&owned)
    }

    /// Of RFC 7616, 3.9.1.
    const EXAMPLE: [(&str, &str); 4] = [
        ("realm", "http-auth@example.org"),
        ("qop", "auth, auth-int"),
        ("nonce", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
        ("opaque", "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"),
    ];

    fn example(algorithm: &str) -> String {
        let asked = challenge(&[&EXAMPLE[..], &[("algorithm", algorithm)]].concat()).unwrap();
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        asked.answer(("Mufasa", "Circle of Life"), "/dir/index.html", 1, cnonce)
    }

    #[test]
    fn the_examples_of_the_standard_come_out() {
        let md5 = example("MD5");
        assert!(
            md5.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""),
            "{md5}"
        );
        for part in [
            "Digest username=\"Mufasa\"",
            "uri=\"/dir/index.html\"",
            "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
            "qop=auth, nc=00000001",
            "algorithm=MD5",
        ] {
            assert!(md5.contains(part), "{part} in {md5}");
        }
        let sha = example("SHA-256");
        let right = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
        assert!(sha.contains(&format!("response=\"{right}\"")), "{sha}");
    }

    #[test]
    fn a_server_that_knows_no_qop_is_answered_as_of_old() {
        // Of RFC 2617's example without qop: MD5(HA1:nonce:HA2).
        let asked = challenge(&[
            ("realm", "testrealm@host.com"),
            ("nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"),
        ]);
        let answer = asked
            .unwrap()
            .answer(("Mufasa", "Circle Of Life"), "/dir/index.html", 1, "c");
        assert!(
            answer.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""),
            "{answer}"
        );
        for absent in ["qop", "nc=", "cnonce", "opaque", "algorithm"] {
            assert!(!answer.contains(absent), "{answer}");
        }
    }

    #[test]
    fn each_answer_to_one_nonce_counts_and_a_session_is_hashed_with_it() {
        let asked =
            challenge(&[("nonce", "n"), ("qop", "auth"), ("algorithm", "MD5-sess")]).unwrap();
        let answers = [1, 2].map(|count| asked.answer(("u", "p"), "/", count, "c"));
        assert!(answers[0].contains("nc=00000001") && answers[1].contains("nc=00000002"));
        let response = |answer: &str| {
            answer
                .split("response=")
                .nth(1)
                .map(|rest| rest[..34].to_owned())
        };
        assert_ne!(response(&answers[0]), response(&answers[1]));
        let plain = challenge(&[("nonce", "n"), ("qop", "auth")]).unwrap();
        assert_ne!(
            response(&answers[0]),
            response(&plain.answer(("u", "p"), "/", 1, "c"))
        );
    }

    #[test]
    fn what_we_do_not_know_is_not_answered() {
        assert_eq!(
            challenge(&[("nonce", "n"), ("algorithm", "SHA-512-256")]),
            None
        );
        assert_eq!(challenge(&[("nonce", "n"), ("qop", "auth-int")]), None);
        assert_eq!(challenge(&[("realm", "r")]), None);
        assert!(
            challenge(&[("NONCE", "n"), ("Stale", "TRUE")])
                .unwrap()
                .stale
        );
    }

    #[test]
    fn what_stands_in_quotes_cannot_end_them() {
        let asked = challenge(&[("nonce", "a\"b\\c"), ("realm", "x")]).unwrap();
        let answer = asked.answer(("u\"", "p"), "/", 1, "c");
        assert!(answer.contains(r#"username="u\"""#), "{answer}");
        assert!(answer.contains(r#"nonce="a\"b\\c""#), "{answer}");
    }
}
