//! Which requests prove that they know the token.

use super::*;

fn token() -> Token {
    Token::new("0123456789abcdef").unwrap()
}

/// What a request with these headers (name, value) and this query proves.
fn credentials(headers: &[(&str, &str)], query: &str, now_s: u64) -> Credentials {
    let values = |wanted| headers.iter().filter(move |(name, _)| *name == wanted);
    let cookies: Vec<_> = values("cookie").map(|(_, value)| *value).collect();
    let presented = Presented {
        authorization: values("authorization")
            .next()
            .map(|(_, value)| value.as_bytes()),
        cookies: &cookies,
        query: Some(query),
    };
    token().credentials(presented, now_s)
}

#[test]
fn each_way_of_giving_the_token_works() {
    let session = format!("theme=dark; {COOKIE}={}", token().login_cookie(1000));
    assert_eq!(
        credentials(&[("authorization", "Bearer 0123456789abcdef")], "", 0),
        Credentials::Valid
    );
    assert_eq!(
        credentials(&[("authorization", "bearer  0123456789abcdef")], "", 0),
        Credentials::Valid
    );
    assert_eq!(
        credentials(&[], "quality=80&access_token=0123456789abcdef", 0),
        Credentials::Valid
    );
    assert_eq!(
        credentials(&[], "access_token=0123456789abcde%66", 0),
        Credentials::Valid
    );
    assert_eq!(
        credentials(&[("cookie", &session)], "", 1001),
        Credentials::Valid
    );
    // The page sends its cookie along with everything else.
    assert_eq!(
        credentials(
            &[("cookie", &session), ("authorization", "Bearer no")],
            "",
            1001
        ),
        Credentials::Valid
    );
}

#[test]
fn nothing_else_does() {
    assert_eq!(credentials(&[], "", 0), Credentials::Missing);
    assert_eq!(
        credentials(&[("authorization", "Bearer 0123456789abcdeX")], "", 0),
        Credentials::Wrong
    );
    assert_eq!(
        credentials(&[("authorization", "Basic 0123456789abcdef")], "", 0),
        Credentials::Wrong
    );
    assert_eq!(credentials(&[], "access_token=", 0), Credentials::Wrong);
    let session = token().login_cookie(1000);
    let cookie =
        |value: &str, now_s| credentials(&[("cookie", &format!("{COOKIE}={value}"))], "", now_s);
    assert_eq!(
        cookie(&session, 1000 + LOGIN_LIFETIME.as_secs()),
        Credentials::Missing,
        "it is over"
    );
    let (expires, mac) = session.split_once('.').unwrap();
    let later: u64 = expires.parse::<u64>().unwrap() + 1;
    for forged in [
        &format!("{later}.{mac}"),
        &format!("{expires}."),
        expires,
        "",
        "1.zz",
        "1.é",
    ] {
        let headers = [("cookie", format!("{COOKIE}={forged}"))];
        let headers: Vec<_> = headers
            .iter()
            .filter(|(_, v)| v.is_ascii())
            .map(|(n, v)| (*n, v.as_str()))
            .collect();
        assert_eq!(
            credentials(&headers, "", 1000),
            Credentials::Missing,
            "{forged}"
        );
    }
    let other = Token::new("another token".replace(' ', "-").as_str())
        .unwrap()
        .login_cookie(1000);
    assert_eq!(cookie(&other, 1000), Credentials::Missing);
}

#[test]
fn a_secret_that_is_none_is_refused() {
    for bad in ["", "short", "with a space", "with-ünicode"] {
        assert!(Token::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_login_lasts_thirty_days() {
    let cookie = format!("{COOKIE}={}", token().login_cookie(1000));
    let at = |now_s| credentials(&[("cookie", &cookie)], "", now_s);
    let last = 1000 + 30 * 86_400 - 1;
    assert_eq!(at(last), Credentials::Valid);
    assert_eq!(at(last + 2), Credentials::Missing);
}

#[test]
fn a_token_is_never_shown() {
    assert_eq!(format!("{:?}", token()), "Token(…)");
}
