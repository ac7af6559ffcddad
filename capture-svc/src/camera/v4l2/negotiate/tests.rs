//! What is chosen among the modes of usual and unusual cameras.

use super::*;

fn offer(format: PixelFormat, width: u32, height: u32, interval: (u32, u32)) -> Offer {
    Offer {
        format,
        name: format.as_str(),
        fourcc: *b"test",
        width,
        height,
        interval: Interval::new(interval.0, interval.1),
    }
}

/// A usual webcam: raw pictures in full size only slowly.
fn webcam() -> Vec<Offer> {
    let mut offers = Vec::new();
    for (width, height) in [(320, 240), (640, 480), (1280, 720), (1920, 1080)] {
        for fps in [30, 15, 5] {
            offers.push(offer(PixelFormat::Mjpeg, width, height, (1, fps)));
            if width <= 640 || fps == 5 {
                offers.push(offer(PixelFormat::Yuyv, width, height, (1, fps)));
            }
        }
    }
    offers
}

fn wish(width: u32, height: u32, fps: f64, format: FormatWish) -> Wish {
    Wish {
        width,
        height,
        fps,
        format,
    }
}

fn chosen(offers: &[Offer], wish: &Wish) -> String {
    choose(offers, wish).unwrap().offer.to_string()
}

#[test]
fn the_rate_decides_between_formats_of_one_size() {
    assert_eq!(
        chosen(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto)),
        "MJPEG 1280x720 @ 30"
    );
}

#[test]
fn of_equal_size_and_rate_the_cheapest_for_us_is_taken() {
    assert_eq!(
        chosen(&webcam(), &wish(640, 480, 34.0, FormatWish::Auto)),
        "YUYV 640x480 @ 30"
    );
}

#[test]
fn a_forced_format_is_kept_even_where_it_is_slower() {
    let choice = choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Yuyv)).unwrap();
    assert_eq!(choice.offer.to_string(), "YUYV 1280x720 @ 5");
    assert!(
        choice
            .compromise
            .unwrap()
            .contains("5 frames a second instead of 34")
    );
}

#[test]
fn a_size_that_is_not_offered_gives_the_nearest_and_says_so() {
    let choice = choose(&webcam(), &wish(1024, 768, 30.0, FormatWish::Auto)).unwrap();
    assert_eq!((choice.offer.width, choice.offer.height), (1280, 720));
    assert_eq!(
        choice.compromise.unwrap(),
        "the nearest this camera offers is 1280x720 instead of 1024x768"
    );
}

#[test]
fn thirty_for_thirty_four_is_no_compromise_worth_words() {
    assert_eq!(
        choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto))
            .unwrap()
            .compromise,
        None
    );
}

#[test]
fn a_faster_mode_is_taken_only_as_far_as_it_is_needed() {
    let offers = [30, 60, 120].map(|fps| offer(PixelFormat::Mjpeg, 1280, 720, (1, fps)));
    assert_eq!(
        chosen(&offers, &wish(1280, 720, 34.0, FormatWish::Auto)),
        "MJPEG 1280x720 @ 60"
    );
    assert_eq!(
        chosen(&offers, &wish(1280, 720, 30.0, FormatWish::Auto)),
        "MJPEG 1280x720 @ 30"
    );
}

#[test]
fn fractional_intervals_are_rates_like_any_other() {
    let offers = [(2, 15), (2, 25), (1001, 30000), (1, 256)]
        .map(|each| offer(PixelFormat::Yuyv, 640, 480, each));
    assert_eq!(
        chosen(&offers, &wish(640, 480, 10.0, FormatWish::Auto)),
        "YUYV 640x480 @ 12.5"
    );
    assert_eq!(
        chosen(&offers[..3], &wish(640, 480, 30.0, FormatWish::Auto)),
        "YUYV 640x480 @ 29.97"
    );
    assert_eq!(rate(7.5), "7.5");
}

#[test]
fn the_choice_does_not_depend_on_the_order_of_the_offers() {
    let mut offers = webcam();
    let all = [(1280, 720), (640, 480), (1000, 1000), (1, 1)]
        .map(|(w, h)| wish(w, h, 34.0, FormatWish::Auto));
    let before: Vec<_> = all.iter().map(|wish| choose(&offers, wish)).collect();
    fastrand::Rng::with_seed(3).shuffle(&mut offers);
    let after: Vec<_> = all.iter().map(|wish| choose(&offers, wish)).collect();
    assert_eq!(before, after);
}

#[test]
fn what_cannot_be_used_is_said_with_what_there_is() {
    let refused = choose(&webcam(), &wish(640, 480, 30.0, FormatWish::Nv12)).unwrap_err();
    assert!(
        refused.contains("NV12") && refused.contains("MJPEG, YUYV"),
        "{refused}"
    );
    assert!(
        choose(&[], &wish(640, 480, 30.0, FormatWish::Auto))
            .unwrap_err()
            .contains("no format")
    );
    assert_eq!(understood(*b"H264"), None);
}

#[test]
fn the_log_gets_the_best_of_each_other_format() {
    let choice = choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto)).unwrap();
    let others: Vec<_> = choice
        .alternatives
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(others, ["YUYV 1280x720 @ 5"]);
}

#[test]
fn every_fourcc_that_we_read_has_its_layout() {
    for (fourcc, format) in [
        (b"YUYV", PixelFormat::Yuyv),
        (b"YUY2", PixelFormat::Yuyv),
        (b"UYVY", PixelFormat::Uyvy),
        (b"NV12", PixelFormat::Nv12),
        (b"YU12", PixelFormat::I420),
        (b"MJPG", PixelFormat::Mjpeg),
        (b"JPEG", PixelFormat::Mjpeg),
        (b"GREY", PixelFormat::Grey),
        (b"RGB3", PixelFormat::Rgb24),
        (b"BGR3", PixelFormat::Bgr24),
    ] {
        assert_eq!(understood(*fourcc), Some((format, format.as_str())));
    }
}

#[test]
fn a_camera_exactly_as_slow_as_asked_for_is_no_compromise_and_a_slower_one_is() {
    let told = |fps| {
        let offers = [offer(PixelFormat::Yuyv, 640, 480, (1, fps))];
        let choice = choose(&offers, &wish(640, 480, 15.0, FormatWish::Auto));
        choice.unwrap().compromise
    };
    assert_eq!(told(15), None);
    assert!(told(14).is_some_and(|words| words.contains("14 frames a second instead of 15")));
}

#[test]
fn of_two_sizes_equally_far_off_the_larger_is_taken() {
    let offers = [(640, 480), (800, 480)].map(|(w, h)| offer(PixelFormat::Yuyv, w, h, (1, 30)));
    let choice = choose(&offers, &wish(720, 480, 30.0, FormatWish::Auto));
    assert_eq!(choice.unwrap().offer.width, 800);
}

#[test]
fn the_exact_size_is_taken_before_another_of_the_same_area() {
    let offers = [(480, 640), (640, 480)].map(|(w, h)| offer(PixelFormat::Yuyv, w, h, (1, 30)));
    let choice = choose(&offers, &wish(640, 480, 30.0, FormatWish::Auto));
    assert_eq!(choice.unwrap().offer.width, 640);
}

#[test]
fn rates_differ_by_less_than_a_frame_a_second_too() {
    let chosen_of = |intervals: [(u32, u32); 2]| {
        let offers = intervals.map(|each| offer(PixelFormat::Yuyv, 640, 480, each));
        chosen(&offers, &wish(640, 480, 34.0, FormatWish::Auto))
    };
    let below = chosen_of([(2, 59), (1001, 30000)]);
    assert_eq!(below, "YUYV 640x480 @ 29.97", "the nearest to the target");
    let beyond = chosen_of([(2, 121), (5, 301)]);
    assert_eq!(beyond, "YUYV 640x480 @ 60.2", "no faster than needed");
}

#[test]
fn a_camera_that_offers_nothing_is_told_so_whatever_format_was_forced() {
    let refused = choose(&[], &wish(640, 480, 30.0, FormatWish::Nv12)).unwrap_err();
    assert!(refused.contains("no format that we read"), "{refused}");
}
