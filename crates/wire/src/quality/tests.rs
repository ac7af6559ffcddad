use super::*;

#[test]
fn the_ladder_is_30_to_95_in_steps_of_5() {
    let ladder: Vec<u8> = Rung::ladder().map(Rung::quality).collect();
    assert_eq!(
        ladder,
        [30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95]
    );
    assert!(
        Rung::ladder()
            .enumerate()
            .all(|(i, rung)| rung.index() == i && Rung::at(i) == Some(rung))
    );
    assert_eq!(Rung::at(14), None);
}

#[test]
fn a_quality_is_served_by_the_nearest_rung_that_is_not_above_it() {
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../../golden/quality.json")).unwrap();
    for row in golden["served"].as_array().unwrap() {
        let asked: Quality = row["asked"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            u64::from(asked.rung().quality()),
            row["rung"].as_u64().unwrap(),
            "{asked}"
        );
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
fn a_set_of_rungs_adds_removes_and_lists() {
    let (low, high) = (Rung::of_quality(40).unwrap(), Rung::of_quality(95).unwrap());
    let mut set = RungSet::EMPTY;
    assert!(set.insert(high) && set.insert(low) && !set.insert(low));
    assert_eq!(set.iter().collect::<Vec<_>>(), [low, high]);
    assert_eq!(
        set.without([high].into_iter().collect())
            .iter()
            .collect::<Vec<_>>(),
        [low]
    );
    assert_eq!(set.len(), 2);
    assert!(set.remove(low) && !set.remove(low) && set.contains(high) && !set.is_empty());
    assert!(set.remove(high) && set.is_empty());
    assert_eq!(Rung::of_quality(42), None);
}

#[test]
fn a_quality_is_told_as_its_number() {
    let quality = Quality::new(81).unwrap();
    assert_eq!(quality.get(), 81);
    assert_eq!(quality.to_string(), "81");
    let rung = quality.rung();
    assert_eq!(format!("{rung} {rung:?}"), "80 Rung(80)");
    let set: RungSet = Rung::ladder().rev().take(2).collect();
    assert_eq!(format!("{set:?}"), "{90, 95}");
}
