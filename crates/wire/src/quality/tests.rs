use super::*;

#[test]
fn golden_qualities_are_taken_and_others_refused_with_the_range() {
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../../golden/quality.json")).unwrap();
    for row in golden["served"].as_array().unwrap() {
        let asked = row["asked"].as_str().unwrap();
        assert_eq!(asked.parse::<Quality>().unwrap().to_string(), asked);
    }
    for row in golden["refused"].as_array().unwrap() {
        let text = row.as_str().unwrap();
        let error = text.parse::<Quality>().unwrap_err().to_string();
        assert!(error.contains("30 to 95"), "{error}");
    }
}

#[test]
fn a_refused_quality_is_quoted_but_not_at_any_length() {
    assert_eq!(
        "abc".parse::<Quality>().unwrap_err().to_string(),
        "quality must be an integer from 30 to 95, not \"abc\""
    );
    let long = "9".repeat(4000).parse::<Quality>().unwrap_err().to_string();
    assert!(long.len() < 123, "a close reason holds 123 bytes: {long}");
    for hostile in ["\u{1}", "\"", "\u{10ffff}"] {
        let words = hostile
            .repeat(100)
            .parse::<Quality>()
            .unwrap_err()
            .to_string();
        assert!(words.len() < 123 && words.is_ascii(), "{words}");
    }
}

#[test]
fn a_quality_is_told_as_its_number() {
    let quality = Quality::new(81).unwrap();
    assert_eq!(quality.get(), 81);
    assert_eq!(quality.to_string(), "81");
    assert_eq!(Quality::HIGHEST.get(), Quality::MAX);
}
