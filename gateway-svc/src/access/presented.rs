//! PURE: what a request shows of itself: tokens in three places, cookies.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use url::form_urlencoded;

use super::cookie_scope::CookieScope;

/// The user name whose HTTP Basic password is the token: for players that have but these two fields.
const BASIC_USER: &str = "token";

/// What a request shows, as it was sent.
#[derive(Debug)]
pub(super) struct Presented<'a> {
    /// By `Authorization` and `?access_token=`; any of them may be the right one.
    pub(super) tokens: Vec<Cow<'a, str>>,
    /// The values of every cookie with our name: a browser sends one for each path that it was set for.
    pub(super) cookies: Vec<&'a str>,
}

impl<'a> Presented<'a> {
    /// Reads them from a request's headers and what follows the `?`.
    #[must_use]
    pub(super) fn of(headers: &'a HeaderMap, query: Option<&'a str>) -> Self {
        let authorization = headers.get(header::AUTHORIZATION);
        let authorization = authorization.and_then(|value| authorization_token(value.as_bytes()));
        let query = query.and_then(access_token);
        let cookies = headers.get_all(header::COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let cookies = cookies.flat_map(|value| value.split(';'));
        let scope = CookieScope::of(headers);
        let ours = |pair: &'a str| pair.trim().strip_prefix(scope.name())?.strip_prefix('=');
        Self {
            tokens: authorization.into_iter().chain(query).collect(),
            cookies: cookies.filter_map(ours).collect(),
        }
    }
}

/// The token in `Authorization`: of Bearer, or of Basic with our user name. Any other is somebody else's, a proxy's for
/// instance, and no guess.
fn authorization_token(value: &[u8]) -> Option<Cow<'_, str>> {
    let (scheme, rest) = std::str::from_utf8(value).ok()?.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.into());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    (user == BASIC_USER).then(|| password.to_owned().into())
}

/// The value of `access_token` in a query, unescaped.
fn access_token(query: &str) -> Option<Cow<'_, str>> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == "access_token").then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    fn tokens(authorization: &str, query: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        let presented = Presented::of(&headers, Some(query));
        presented.tokens.into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn a_token_is_found_wherever_it_may_be() {
        for (authorization, query, found) in [
            ("Bearer secret", "", vec!["secret"]),
            ("bearer  secret", "", vec!["secret"]),
            ("", "quality=80&access_token=se%63ret", vec!["secret"]),
            ("", "access_token=", vec![""]),
            (&basic("token:secret"), "", vec!["secret"]),
            (&basic("token:with:colon"), "", vec!["with:colon"]),
            ("Bearer one", "access_token=two", vec!["one", "two"]),
        ] {
            assert_eq!(
                tokens(authorization, query),
                found,
                "{authorization} {query}"
            );
        }
    }

    #[test]
    fn what_is_meant_for_others_is_none_of_our_tokens() {
        for authorization in [
            &basic("admin:secret"),
            &basic("token"),
            &basic("Token:secret"),
            "Basic !",
            "Basic secret",
            "Digest username=\"token\"",
            "secret",
            "",
        ] {
            let found = tokens(authorization, "quality=80&token=secret");
            assert_eq!(found, Vec::<String>::new(), "{authorization}");
        }
    }

    #[test]
    fn every_cookie_of_our_name_is_found_among_others() {
        let mut headers = HeaderMap::new();
        for value in [
            "theme=dark; rero_session=one",
            "rero_session=two;x=y",
            "rero_sessions=no",
        ] {
            headers.append(header::COOKIE, value.parse().unwrap());
        }
        assert_eq!(Presented::of(&headers, None).cookies, ["one", "two"]);
    }
}
