use super::*;

fn golden() -> serde_json::Value {
    serde_json::from_str(include_str!("../../golden/quality.json")).unwrap()
}

#[test]
fn the_ladder_is_the_golden_one_by_size_and_quality_and_every_place_is_its_index() {
    let ladder: Vec<_> = Rendition::ladder()
        .map(|rendition| {
            serde_json::json!({ "quality": rendition.quality().get(), "size": rendition.size() })
        })
        .collect();
    assert_eq!(serde_json::Value::from(ladder), golden()["ladder"]);
    assert!(
        Rendition::ladder()
            .enumerate()
            .all(|(index, rendition)| rendition.index() == index)
    );
    assert!(Rendition::ladder().is_sorted());
    assert_eq!(Rendition::ladder().last(), Some(Rendition::HIGHEST));
}

#[test]
fn a_quality_is_served_by_the_nearest_of_its_size_that_is_not_above_it() {
    for row in golden()["served"].as_array().unwrap() {
        let asked: Quality = row["asked"].as_str().unwrap().parse().unwrap();
        for size in Size::ALL {
            let served = Rendition::serving(asked, size);
            let quality = u64::from(served.quality().get());
            assert_eq!(served.size(), size);
            assert_eq!(Some(quality), row[size.as_str()].as_u64(), "{asked} {size}");
        }
    }
}

#[test]
fn whatever_is_asked_for_is_served_by_no_more_and_by_all_that_there_is() {
    for quality in Quality::MIN..=Quality::MAX {
        let quality = Quality::new(quality).unwrap();
        for size in Size::ALL {
            let served = Rendition::serving(quality, size);
            assert!(served.quality() <= quality && served.size() == size);
            let better = Rendition::ladder()
                .filter(|other| other.size() == size && other.quality() <= quality)
                .max();
            assert_eq!(better, Some(served));
        }
    }
}

#[test]
fn a_side_is_divided_and_rounded_up_to_even_and_the_full_one_stays() {
    let sides = |pixels| Size::ALL.map(|size| size.side(pixels));
    assert_eq!(sides(1280), [320, 640, 1280]);
    assert_eq!(sides(720), [180, 360, 720]);
    assert_eq!(sides(1083), [272, 542, 1083]);
    assert_eq!(sides(1), [2, 2, 1]);
}

#[test]
fn names_of_renditions_are_read_back_and_others_refused() {
    for rendition in Rendition::ladder() {
        assert_eq!(rendition.to_string().parse(), Ok(rendition));
    }
    let half: Rendition = "80s2".parse().unwrap();
    assert_eq!((half.quality().get(), half.size()), (80, Size::Half));
    assert_eq!(format!("{half} {half:?}"), "80s2 Rendition(80s2)");
    for text in [
        "", "8", "q80", "81", "080", "+80", "80s", "80s1", "80s3", "80s2 ", "80S2", "95s2", "70s4",
        "80s22", "\u{fc}0", "100",
    ] {
        assert_eq!(text.parse::<Rendition>(), Err(RenditionError), "{text}");
    }
}

#[test]
fn sizes_have_three_words_and_a_refusal_names_them_and_the_value() {
    for size in Size::ALL {
        assert_eq!(size.to_string().parse(), Ok(size));
    }
    assert_eq!(Size::default(), Size::Full);
    assert_eq!(
        "Half".parse::<Size>().unwrap_err().to_string(),
        "size must be full, half or quarter, not \"Half\""
    );
    let words = "\u{10ffff}\""
        .repeat(100)
        .parse::<Size>()
        .unwrap_err()
        .to_string();
    assert!(words.len() < 123 && words.is_ascii(), "{words}");
}

#[test]
fn a_set_of_renditions_adds_removes_and_lists_by_bit_rate() {
    let [low, high]: [Rendition; 2] = ["80s2", "40"].map(|name| name.parse().unwrap());
    let mut set = RenditionSet::EMPTY;
    assert!(set.insert(high) && set.insert(low) && !set.insert(low));
    assert_eq!(set.iter().collect::<Vec<_>>(), [low, high]);
    assert_eq!(format!("{set:?}"), "{80s2, 40}");
    let without: Vec<_> = set.without([high].into_iter().collect()).iter().collect();
    assert_eq!(without, [low]);
    assert_eq!([low].into_iter().collect::<RenditionSet>().with(set), set);
    assert_eq!(set.len(), 2);
    assert!(set.remove(low) && !set.remove(low) && set.contains(high) && !set.is_empty());
    assert!(set.remove(high) && set.is_empty());
    let all: RenditionSet = Rendition::ladder().collect();
    assert_eq!(all.len(), Rendition::COUNT);
}
