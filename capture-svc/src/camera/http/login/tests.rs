//! Logins as cameras ask for them, and the check of the fuzz target `challenge`.

use super::*;

#[path = "../../../../fuzz/challenge.rs"]
mod challenge;

fn login() -> Login {
    Login::new(Some(("me".into(), Password::new("geheim".into()))))
}

fn answer(headers: &[&str]) -> Result<String, NoLogin> {
    let mut login = login();
    login.asked(headers.iter().copied(), false)?;
    Ok(login.answer("/", "c").unwrap())
}

#[test]
fn nothing_is_told_before_the_camera_asks() {
    assert_eq!(login().answer("/", "c"), None);
    let mut nobody = Login::new(None);
    assert_eq!(
        nobody.asked(["Basic"].into_iter(), false),
        Err(NoLogin::Nobody)
    );
    assert_eq!(nobody.answer("/", "c"), None);
}

#[test]
fn the_strongest_way_is_taken_wherever_it_stands() {
    let sha = "Digest realm=\"a, Basic b\", nonce=\"n\", algorithm=SHA-256";
    let md5 = "Digest realm=\"r\",nonce=\"n\"";
    assert_eq!(
        answer(&["Basic realm=\"x\""]).unwrap(),
        "Basic bWU6Z2VoZWlt"
    );
    for headers in [
        vec!["Basic realm=\"x\"", md5, sha],
        vec![sha, md5],
        vec![&*format!("Basic realm=\"x\", {sha}, {md5}")],
    ] {
        let told = answer(&headers).unwrap();
        assert!(
            told.contains("algorithm=SHA-256") && told.contains("realm=\"a, Basic b\""),
            "{told}"
        );
    }
    let told = answer(&[md5, "Basic", "Digest nonce=\"n\", algorithm=SHA-999"]).unwrap();
    assert!(
        told.starts_with("Digest") && !told.contains("algorithm"),
        "{told}"
    );
}

#[test]
fn parameters_are_read_as_cameras_spell_them() {
    let told = answer(&[
        "digest  REALM = \"r\\\"1\" ,, qop=\"auth\",nonce=abc , opaque=\"\", stale=\"FALSE\", algorithm=\"MD5\"",
    ]);
    let told = told.unwrap();
    for part in [
        "realm=\"r\\\"1\"",
        "nonce=\"abc\"",
        "opaque=\"\"",
        "qop=auth",
        "algorithm=MD5",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn ways_that_we_do_not_know_are_named() {
    assert_eq!(
        answer(&["Negotiate", "Bearer realm=\"x\""]),
        Err(NoLogin::Unknown("Negotiate, Bearer".into()))
    );
    assert_eq!(answer(&[]), Err(NoLogin::Unknown(String::new())));
}

#[test]
fn an_answer_is_refused_unless_only_its_nonce_was_too_old() {
    let mut login = login();
    let asks = |nonce, stale| format!("Digest nonce=\"{nonce}\", qop=\"auth\", stale={stale}");
    login
        .asked([&*asks("a", "false")].into_iter(), false)
        .unwrap();
    login.answer("/", "c");
    assert!(login.answer("/", "c").unwrap().contains("nc=00000002"));
    login
        .asked([&*asks("b", "true")].into_iter(), true)
        .unwrap();
    let told = login.answer("/", "c").unwrap();
    assert!(
        told.contains("nonce=\"b\"") && told.contains("nc=00000001"),
        "{told}"
    );
    let refused = login.asked([&*asks("c", "false")].into_iter(), true);
    assert_eq!(refused, Err(NoLogin::Refused));
}

#[test]
fn whatever_a_camera_asks_is_answered_or_refused() {
    let parts = [
        "Basic",
        "Digest ",
        "realm=",
        "\"",
        "nonce=\"n\"",
        ", ",
        "=",
        "\\",
        "qop=auth",
        "é",
        "stale=true",
        "\n",
    ];
    let mut random = fastrand::Rng::with_seed(31);
    for _ in 0..5000 {
        let picked = (0..random.usize(..12)).map(|_| parts[random.usize(..parts.len())]);
        challenge::check(picked.collect::<String>().as_bytes());
    }
}
