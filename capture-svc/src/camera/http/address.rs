//! PURE: where an HTTP camera is, who we are there, and how its address is shown: without user, password and query, which
//! may hold secrets.

use std::{fmt, str::FromStr};

use percent_encoding::percent_decode_str;
use url::Url;

/// What would do where an address does not.
const WANTED: &str = "http://[user@]host[:port]/path would do, or https://";

/// Something that no log, no status and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    pub(super) fn new(password: String) -> Self {
        Self(password)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"…\"")
    }
}

/// `CAPTURE_SOURCE` of an HTTP camera.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HttpAddress {
    pub(super) place: Place,
    /// Who we are, if the address says so.
    pub(crate) user: Option<String>,
    /// As in the address.
    pub(crate) password: Option<Password>,
}

impl fmt::Debug for HttpAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "HttpAddress({})", self.place)
    }
}

impl FromStr for HttpAddress {
    type Err = String;

    /// # Errors
    /// Words that say what would do and repeat nothing of the text.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| format!("{error}; {WANTED}"))?;
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded
                .map(String::from)
                .map_err(|_| format!("user and password are no UTF-8; {WANTED}"))
        };
        let user = Some(url.username()).filter(|user| !user.is_empty());
        let user = user.map(decoded).transpose()?;
        let password = url.password().map(decoded).transpose()?;
        if user.is_none() && password.is_some() {
            return Err(format!("it has a password and no user; {WANTED}"));
        }
        // Refused for addresses without a host alone, and those of http have one.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Ok(Self {
            place: Place::new(url)?,
            user,
            password: password.map(Password),
        })
    }
}

/// Where to ask. Holds neither user nor password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place(Url);

impl Place {
    fn new(mut url: Url) -> Result<Self, String> {
        if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
            return Err(WANTED.into());
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    pub(super) fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the same server is asked: only then may it learn who we are.
    pub(super) fn same_server(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// Scheme, host and port: where to connect.
    pub(super) fn server(&self) -> String {
        format!("{}://{}/", self.0.scheme(), self.host())
    }

    /// Host, and the port unless it is the scheme's own; as in the header `Host`.
    pub(super) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port().map(|port| format!(":{port}"));
        format!("{host}{}", port.unwrap_or_default())
    }

    /// Path and query: what to ask for.
    pub(super) fn target(&self) -> String {
        let query = self.0.query().map(|query| format!("?{query}"));
        format!("{}{}", self.0.path(), query.unwrap_or_default())
    }

    /// Where `location` of a redirect leads.
    ///
    /// # Errors
    /// Words: why it is not followed.
    pub(super) fn redirected(&self, location: &str) -> Result<Self, String> {
        let no_address = |error| format!("to what is no address ({error})");
        let mut url = self.0.join(location).map_err(no_address)?;
        if url.scheme() != self.0.scheme() {
            return Err(format!(
                "from {}:// to {}://",
                self.0.scheme(),
                url.scheme()
            ));
        }
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Self::new(url)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = if self.0.query().is_some() { "?…" } else { "" };
        let (scheme, host, path) = (self.0.scheme(), self.host(), self.0.path());
        write!(out, "{scheme}://{host}{path}{query}")
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// A text that may be an address, as it may be shown: also one that is misspelt must not tell its secrets.
pub(crate) fn shown(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("//") else {
        return text.to_owned();
    };
    let (rest, query) = match rest.split_once(['?', '#']) {
        Some((rest, _)) => (rest, "?…"),
        None => (rest, ""),
    };
    // A password may hold any character: all before the last @ may be one.
    match rest.rsplit_once('@') {
        Some((_, rest)) => format!("{scheme}//…@{rest}{query}"),
        None if query.is_empty() => format!("{scheme}//{rest}"),
        // What stands behind the first ? may be a password that has one.
        None if text.contains('@') => format!("{scheme}//…"),
        None => format!("{scheme}//{rest}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> HttpAddress {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_taken_apart_into_where_what_and_who() {
        let camera =
            address("http://admin:p%40ss%3A%C3%A9@cam.local:81/cgi/stream?user=x&pwd=y#top");
        assert_eq!(camera.user.as_deref(), Some("admin"));
        assert_eq!(camera.password.unwrap().reveal(), "p@ss:é");
        assert_eq!(camera.place.server(), "http://cam.local:81/");
        assert_eq!(camera.place.host(), "cam.local:81");
        assert_eq!(camera.place.target(), "/cgi/stream?user=x&pwd=y");
        let bare = address("https://[fd00::7]:8443");
        assert_eq!((bare.user, bare.password), (None, None));
        assert_eq!(bare.place.host(), "[fd00::7]:8443");
        assert_eq!(bare.place.target(), "/");
        assert!(bare.place.is_tls());
        assert_eq!(address("http://cam:80/").place.host(), "cam");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in [
            "http://",
            "http://admin:geheim@",
            "http://:geheim@cam/",
            "http://admin:geheim@cam:99999/",
            "ftp://admin:geheim@cam/",
            "http://ad%FFmin:geheim@cam/",
            "geheim",
        ] {
            let told = HttpAddress::from_str(text).unwrap_err();
            assert!(told.contains("would do"), "{text}: {told}");
            assert!(!told.contains("geheim"), "{told}");
        }
    }

    #[test]
    fn no_way_to_show_an_address_tells_its_secrets() {
        let camera = address("http://admin:geheim@cam/video.cgi?user=admin&pwd=geheim");
        for told in [format!("{camera:?}"), camera.place.to_string()] {
            assert!(told.contains("http://cam/video.cgi?…"), "{told}");
            assert!(
                !told.contains("geheim") && !told.contains("admin"),
                "{told}"
            );
        }
        for text in [
            "http://admin:geheim@cam/x?pwd=geheim",
            "http://admin:geheim@",
            "https://admin:gehe/geheim@cam",
            "http://admin:gehe?geheim@cam",
            "http://admin:geh#geheim@cam",
            "http//admin:geheim@cam",
            "http://cam/x?pwd=geheim",
            "http://cam/x?mail=a@geheim",
        ] {
            let told = shown(text);
            assert!(!told.contains("gehe"), "{told}");
        }
        assert_eq!(shown("http://cam:x/a"), "http://cam:x/a");
        assert_eq!(shown("name:geheim"), "name:geheim");
    }

    #[test]
    fn a_redirect_stays_with_its_scheme_and_brings_nobody_along() {
        let from = address("http://me:geheim@cam/a/b?x=1").place;
        assert_eq!(from.redirected("../c").unwrap().target(), "/c");
        let there = from.redirected("//other:81/c?y#z").unwrap();
        assert_eq!(
            (there.host(), there.target()),
            ("other:81".into(), "/c?y".into())
        );
        assert!(!there.same_server(&from));
        assert!(
            from.redirected("http://you:there@cam/z")
                .unwrap()
                .same_server(&from)
        );
        assert!(
            !from
                .redirected("http://you:there@cam/z")
                .unwrap()
                .0
                .as_str()
                .contains("there")
        );
        for location in [
            "https://cam/",
            "file:///etc/passwd",
            "ftp://cam/",
            "http://[",
            "data:,x",
        ] {
            assert!(from.redirected(location).is_err(), "{location}");
        }
    }
}
