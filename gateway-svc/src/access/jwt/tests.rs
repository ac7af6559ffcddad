//! Which tokens are believed.

mod issuer;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use self::issuer::{
    Ec, NOW_S, RSA_MODULUS, RSA_TOKEN, SECRET, best, claims, hs256, jwks, rsa_jwk, rules, secret,
    signed, token, with,
};
use super::keys::JwtKeysError;
use super::*;

#[test]
fn each_algorithm_is_believed_with_its_own_key() {
    let ec = Ec::new();
    let random = SystemRandom::new();
    let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed = Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap();
    let x = BASE64.encode(ed.public_key().as_ref());
    let ed_jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": x});
    let ed_token = signed(
        &json!({"alg": "EdDSA", "kid": "ed"}),
        &claims(),
        |message| ed.sign(message).as_ref().to_vec(),
    );
    let keys = [jwks(&[rsa_jwk(), ec.jwk("ec"), ed_jwk]), secret()].concat();
    for token in [RSA_TOKEN, &ec.token("ec"), &ed_token, &token(&claims())] {
        assert!(is_jwt(token));
        let claims = rules().verify(&keys, token, NOW_S).unwrap();
        assert_eq!((claims.sub(), claims.expires_s()), ("joe", Some(2000)));
        assert_eq!((best(&claims, "hall"), best(&claims, "")), (Some(95), None));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = BASE64.decode(signature).unwrap();
        bytes[5] ^= 1;
        let forged = format!("{signed}.{}", BASE64.encode(bytes));
        assert!(rules().verify(&keys, &forged, NOW_S).is_err());
    }
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_tokens_word() {
    let rsa = jwks(&[rsa_jwk()]);
    let modulus = BASE64.decode(RSA_MODULUS).unwrap();
    let hs = |key: &[u8], alg: &str| hs256(key, &json!({"alg": alg, "kid": "rsa"}), &claims());
    let unsigned = |alg: &str| signed(&json!({"alg": alg}), &claims(), |_| Vec::new());
    for forged in [
        // What is public taken for a secret.
        hs(&modulus, "HS256"),
        hs(RSA_MODULUS.as_bytes(), "HS256"),
        hs(rsa_jwk().to_string().as_bytes(), "HS256"),
        hs(&modulus, "RS256"),
        unsigned("none"),
        unsigned("None"),
        unsigned("RS256"),
        unsigned(""),
        RSA_TOKEN.rsplit_once('.').unwrap().0.to_owned() + ".",
        RSA_TOKEN.replacen(
            "eyJhbGciOiAiUlMyNTYi",
            &BASE64.encode(r#"{"alg": "RS384"#),
            1,
        ),
    ] {
        assert!(rules().verify(&rsa, &forged, NOW_S).is_err(), "{forged}");
    }
    for alg in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "none"] {
        let forged = hs256(SECRET.as_bytes(), &json!({"alg": alg}), &claims());
        assert!(rules().verify(&secret(), &forged, NOW_S).is_err(), "{alg}");
    }
}

#[test]
fn keys_change_by_their_names() {
    let (old, new) = (Ec::new(), Ec::new());
    let before = jwks(&[old.jwk("1")]);
    let both = jwks(&[old.jwk("1"), new.jwk("2")]);
    let after = jwks(&[new.jwk("2")]);
    let verify = |keys: &[Arc<JwtKeys>], token: &str| rules().verify(keys, token, NOW_S);
    assert!(verify(&both, &old.token("1")).is_ok());
    assert!(verify(&both, &new.token("2")).is_ok());
    assert_eq!(verify(&before, &new.token("2")), Err(JwtError::UnknownKey));
    assert_eq!(verify(&after, &old.token("1")), Err(JwtError::UnknownKey));
    assert!(
        verify(&after, &old.token("2")).is_err(),
        "a name is no proof"
    );
    let nameless = JwtKeys::of_jwks(r#"{"keys":[]}"#).map_err(|error| error.to_string());
    assert!(nameless.unwrap_err().contains("no key for RS256"));
}

#[test]
fn a_token_counts_between_its_beginning_and_its_end() {
    let at = |claims: &Value, leeway: u64| {
        let mut rules = rules();
        rules.leeway = Duration::from_secs(leeway);
        rules.verify(&secret(), &token(claims), NOW_S)
    };
    assert!(at(&with("exp", json!(1001)), 0).is_ok());
    assert_eq!(at(&with("exp", json!(1000)), 0), Err(JwtError::Over));
    assert_eq!(
        at(&with("exp", json!(991)), 10).unwrap().expires_s(),
        Some(1001)
    );
    assert_eq!(at(&with("exp", json!(990)), 10), Err(JwtError::Over));
    assert!(at(&with("nbf", json!(1000)), 0).is_ok());
    assert_eq!(at(&with("nbf", json!(1003)), 2), Err(JwtError::Early(3)));
    assert!(at(&with("nbf", json!(1003)), 3).is_ok());
    let fraction = at(&with("exp", json!(1500.7)), 0).unwrap();
    assert_eq!(fraction.expires_s(), Some(1500));
    for no_time in [json!(null), json!("2000"), json!(-5), json!([])] {
        assert!(at(&with("exp", no_time.clone()), 0).is_err(), "{no_time}");
    }
    assert!(at(&with("nbf", json!("soon")), 0).is_err());
    assert!(at(&json!({"cameras": ["hall"]}), 0).is_err(), "no end");
}

#[test]
fn issuer_and_audience_are_asked_for_where_they_are_set() {
    let mut rules = rules();
    rules.issuers = HashSet::from(["https://id.example.org".to_owned()]);
    rules.audiences = HashSet::from(["cameras".to_owned()]);
    let verify = |iss: Value, aud: Value| {
        let mut claims = claims();
        claims["iss"] = iss;
        claims["aud"] = aud;
        rules.verify(&secret(), &token(&claims), NOW_S)
    };
    let (iss, aud) = (json!("https://id.example.org"), json!("cameras"));
    assert!(verify(iss.clone(), aud.clone()).is_ok());
    assert!(verify(iss.clone(), json!(["account", "cameras"])).is_ok());
    let told = verify(json!("https://evil.example.org"), aud.clone()).unwrap_err();
    assert!(told.to_string().contains("GATEWAY_JWT_ISSUER"), "{told}");
    let told = verify(iss.clone(), json!("account")).unwrap_err();
    assert!(told.to_string().contains("GATEWAY_JWT_AUDIENCE"), "{told}");
    assert!(verify(json!(null), aud).is_err());
    assert!(verify(iss, json!(null)).is_err());
    assert!(rules.verify(&secret(), &token(&claims()), NOW_S).is_err());
}

#[test]
fn claims_are_found_where_the_operator_says() {
    let mut rules = rules();
    rules.subject_claim = ClaimPath::new("preferred_username");
    rules.cameras_claim = ClaimPath::new("resource_access.gateway.roles");
    rules.max_quality_claim = ClaimPath::new("https://example.org/quality");
    let claims = json!({
        "exp": 2000,
        "preferred_username": "joe",
        "resource_access": {"gateway": {"roles": ["uma_authorization", "yard-*", "Hall"]}},
        "https://example.org/quality": "42",
    });
    let claims = rules.verify(&secret(), &token(&claims), NOW_S).unwrap();
    assert_eq!((claims.sub(), claims.cameras()), ("joe", vec!["yard-*"]));
    assert_eq!(best(&claims, "yard-1"), Some(40));
    rules.cameras_claim = ClaimPath::new("scope");
    let scope = json!({"exp": 2000, "scope": "openid hall,yard-*"});
    let claims = rules.verify(&secret(), &token(&scope), NOW_S).unwrap();
    assert_eq!(claims.cameras(), ["openid", "hall", "yard-*"]);
}

#[test]
fn who_is_granted_nothing_sees_nothing_and_a_limit_that_is_none_refuses() {
    let read = |claims: &Value| rules().verify(&secret(), &token(claims), NOW_S);
    for nothing in [json!(null), json!([]), json!({}), json!(7), json!([7])] {
        let claims = read(&with("cameras", nothing)).unwrap();
        assert_eq!(best(&claims, "hall"), None);
    }
    let limited = |value| read(&with("max_quality", value)).map(|claims| best(&claims, "hall"));
    assert_eq!(limited(json!(60)), Ok(Some(60)));
    assert_eq!(limited(json!(1000)), Ok(Some(95)));
    for none in [
        json!(29),
        json!(-1),
        json!("high"),
        json!([60]),
        json!(null),
    ] {
        assert!(limited(none.clone()).is_err(), "{none}");
    }
}

#[test]
fn what_is_no_token_is_told_from_one() {
    for other in [
        "",
        "0123456789abcdef",
        "rl1.a.b",
        "eyJ",
        "eyJ.a",
        "eyJ.a.b.c",
    ] {
        assert!(!is_jwt(other), "{other}");
    }
    for bad in [
        "eyJ..",
        "eyJhbGciOiJIUzI1NiJ9..",
        "eyJhbGciOiJIUzI1NiJ9.e30.AA",
        "a.b.c",
        "",
    ] {
        assert!(rules().verify(&secret(), bad, NOW_S).is_err(), "{bad}");
    }
    let long = token(&with("padding", json!("x".repeat(MAX_TOKEN_BYTES))));
    assert!(rules().verify(&secret(), &long, NOW_S).is_err());
}

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let oct = json!({"kty": "oct", "k": BASE64.encode(SECRET)});
    let mut encrypts = rsa_jwk();
    encrypts["use"] = json!("enc");
    let mut other = rsa_jwk();
    other["alg"] = json!("RS512");
    let strange = json!({"kty": "XYZ"});
    let p384 = json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"});
    let useless = [oct.clone(), encrypts, other, strange, p384, json!(7)];
    for key in &useless {
        let keys = JwtKeys::of_jwks(&json!({ "keys": [key] }).to_string());
        assert!(matches!(keys, Err(JwtKeysError::NoKey)), "{key}");
    }
    let mut all = useless.to_vec();
    all.push(rsa_jwk());
    let keys = jwks(&all);
    assert!(rules().verify(&keys, RSA_TOKEN, NOW_S).is_ok());
    assert!(
        rules().verify(&keys, &token(&claims()), NOW_S).is_err(),
        "a public secret"
    );
    for bad in ["", "[]", "{}", r#"{"keys":7}"#] {
        assert!(
            matches!(JwtKeys::of_jwks(bad), Err(JwtKeysError::Jwks(_))),
            "{bad}"
        );
    }
}

#[test]
fn a_secret_is_long_enough_and_its_last_line_break_is_none_of_it() {
    assert!(JwtKeys::of_secret(&SECRET[1..]).is_err());
    let keys = [Arc::new(
        JwtKeys::of_secret(&format!("{SECRET}\n")).unwrap(),
    )];
    assert!(rules().verify(&keys, &token(&claims()), NOW_S).is_ok());
    assert!(!format!("{keys:?}").contains(SECRET));
}
