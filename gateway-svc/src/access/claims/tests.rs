//! What claims let somebody see.

use super::*;

fn camera(name: &str) -> CameraId {
    name.parse().unwrap()
}

fn grant(cameras: &[&str], max_quality: Option<u8>) -> Grant {
    let cameras = cameras.iter().map(|&name| name.to_owned()).collect();
    let text = GrantText {
        cameras,
        max_quality,
    };
    text.read().unwrap()
}

fn quality(claims: &Claims, name: &str) -> Option<u8> {
    claims.best(&camera(name)).map(Quality::get)
}

#[test]
fn a_pattern_fits_the_names_that_it_spells() {
    for (pattern, fits, does_not) in [
        (
            "front-door",
            &["front-door"][..],
            &["front-doo", "front-doors"][..],
        ),
        ("yard-*", &["yard-1", "yard-"], &["yard", "a-yard-1"]),
        ("*-yard", &["back-yard", "-yard"], &["yard", "back-yards"]),
        ("*", &["default", "a", "front-door"], &[]),
        ("a*b*c", &["abc", "a-b-c", "abbc"], &["ab", "acb", "abcd"]),
        ("ab*ba", &["abba", "ab-ba"], &["aba", "ab"]),
        ("default", &["default"], &["defaults", "door"]),
        ("**", &["x"], &[]),
    ] {
        let parsed: CameraPattern = pattern.parse().unwrap();
        for name in fits {
            assert!(parsed.fits(name), "{pattern} {name}");
        }
        for name in does_not {
            assert!(!parsed.fits(name), "{pattern} {name}");
        }
        assert_eq!(parsed.to_string(), pattern);
    }
    for bad in ["", "Front", "a b", "a/b", "a?", "ä", &"a".repeat(65)] {
        let told = bad.parse::<CameraPattern>().unwrap_err().to_string();
        assert!(told.contains("fits no camera"), "{told}");
    }
}

#[test]
fn the_unnamed_camera_is_called_default() {
    let claims = Claims::new("x", vec![grant(&["default"], None)], None);
    assert_eq!(quality(&claims, ""), Some(95));
    assert_eq!(quality(&claims, "door"), None);
}

#[test]
fn the_best_of_several_grants_counts_for_each_camera() {
    let grants = vec![
        grant(&["yard-*", "door"], Some(42)),
        grant(&["door"], Some(70)),
    ];
    let claims = Claims::new("x", grants, None);
    assert_eq!(quality(&claims, "yard-1"), Some(40), "the one below");
    assert_eq!(quality(&claims, "door"), Some(70));
    assert_eq!(quality(&claims, "hall"), None);
    assert_eq!(claims.cameras(), ["yard-*", "door"]);
    assert_eq!(claims.best_of_all().map(Quality::get), Some(70));
}

#[test]
fn a_limit_for_all_lowers_grants_above_it_and_raises_none() {
    let grants = vec![grant(&["door"], Some(40)), grant(&["yard"], None)];
    let limit = Quality::new(60).unwrap();
    let claims = Claims::new("x", grants, None).at_most(limit);
    assert_eq!(quality(&claims, "door"), Some(40));
    assert_eq!(quality(&claims, "yard"), Some(60));
    assert_eq!(claims.best_of_all(), Some(limit));
}

#[test]
fn everything_is_every_camera_at_every_quality_for_ever() {
    let claims = Claims::everything("token");
    assert_eq!(quality(&claims, "any"), Some(95));
    assert!(!claims.is_over(u64::MAX));
    assert_eq!((claims.sub(), claims.expires_s()), ("token", None));
}

#[test]
fn claims_are_over_at_their_end() {
    let claims = Claims::new("x", vec![], Some(1000));
    assert!(!claims.is_over(999));
    assert!(claims.is_over(1000));
    assert_eq!(claims.best_of_all(), None);
}

#[test]
fn a_name_breaks_no_line_of_the_log() {
    let long = format!("a\nb\u{7}{}", "c".repeat(1000));
    let claims = Claims::new(&long, vec![], None);
    assert!(claims.sub().starts_with("abc"));
    assert_eq!(claims.sub().chars().count(), MAX_SUB_CHARS);
}

#[test]
fn a_grant_of_nothing_is_a_mistake_that_is_told() {
    let read = |text: &str| serde_json::from_str::<GrantText>(text).unwrap().read();
    assert_eq!(read(r#"{"cameras":[]}"#), Err(GrantError::NoCamera));
    let low = read(r#"{"cameras":["a"],"max_quality":29}"#).unwrap_err();
    assert_eq!(low.to_string(), "max_quality is 29; 30 to 95 would do");
    assert!(read(r#"{"cameras":["A"]}"#).is_err());
    let unknown = serde_json::from_str::<GrantText>(r#"{"cameras":["a"],"quality":40}"#);
    assert!(unknown.is_err(), "a misspelt limit is none");
}
