use std::collections::HashSet;

use super::*;

#[test]
fn lines_are_broken_between_words_and_within_those_that_are_too_long() {
    for (words, columns, lines) in [
        (
            "the camera is offline",
            10,
            &["the camera", "is offline"][..],
        ),
        ("offline", 3, &["off", "lin", "e"]),
        ("a  b\nc", 10, &["a b c"]),
        ("no signal", 0, &["n", "o", "s", "i", "g", "n", "a", "l"]),
        ("", 10, &[""]),
    ] {
        assert_eq!(wrapped(words, columns), lines, "{words:?} in {columns}");
    }
}

#[test]
fn it_is_as_large_as_the_frames_where_that_is_known_and_can_be() {
    for (told, drawn) in [
        ((640, 480), (640, 480)),
        ((161, 91), (161, 91)),
        ((0, 0), USUAL_PIXELS),
        ((1280, 0), USUAL_PIXELS),
        ((70_000, 8), USUAL_PIXELS),
        ((8000, 8000), USUAL_PIXELS),
        ((u32::MAX, u32::MAX), USUAL_PIXELS),
    ] {
        assert_eq!(pixels(told), drawn, "{told:?}");
    }
}

#[test]
fn words_of_any_length_and_script_are_drawn_into_pictures_of_any_size() {
    for size in [(1280, 720), (161, 91), (1, 1), (16, 4000)] {
        let words = vec!["NO SIGNAL".to_owned(), "Ünplugged 猫 ".repeat(500)];
        let jpeg = draw(&Sign { size, words }).unwrap();
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]));
    }
}

#[test]
fn letters_stand_on_the_ground_within_the_picture() {
    let mut canvas = Canvas::new((800, 40));
    let style = MonoTextStyle::new(&FONT_10X20, Gray8::new(LETTERS));
    let text = Text::with_baseline("##", Point::new(0, 0), style, Baseline::Top);
    text.draw(&mut canvas).unwrap();
    let bright: usize = canvas
        .luma
        .iter()
        .map(|luma| usize::from(*luma == LETTERS))
        .sum();
    assert!(
        bright > 0 && bright.is_multiple_of(4),
        "{bright}: each is two by two"
    );
    let outside = canvas
        .luma
        .chunks(800)
        .any(|row| row[40..].contains(&LETTERS));
    assert!(!outside, "two letters are forty wide");
}

fn sign(words: &str) -> Sign {
    Sign {
        size: (64, 64),
        words: vec![words.to_owned()],
    }
}

#[tokio::test]
async fn one_is_drawn_for_all_who_watch_within_a_second() {
    let signs = Signs::default();
    let first = signs.picture(7, sign("a")).await.unwrap();
    let again = signs.picture(7, sign("a")).await.unwrap();
    assert_eq!(first.as_ptr(), again.as_ptr());
    let other = signs.picture(7, sign("b")).await.unwrap();
    assert_ne!(first, other);
    signs.picture(8, sign("b")).await.unwrap();
    let late = signs.picture(7, sign("a")).await.unwrap();
    assert_ne!(first.as_ptr(), late.as_ptr(), "forgotten with its second");
    let kept = signs.picture(8, sign("a")).await.unwrap();
    assert_eq!(late.as_ptr(), kept.as_ptr(), "who is late ends no second");
}

#[tokio::test]
async fn one_is_drawn_for_all_who_ask_in_the_same_moment() {
    let signs = Signs::default();
    let asked = (0..100).map(|_| signs.picture(7, sign("a")));
    let pictures = futures_util::future::join_all(asked).await;
    let places: HashSet<_> = pictures
        .iter()
        .flatten()
        .map(|jpeg| jpeg.as_ptr())
        .collect();
    assert_eq!((pictures.len(), places.len()), (100, 1));
}
