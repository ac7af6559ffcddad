//! Formats, planes and colours as drivers have them: what is seen is what the camera saw.

use testkit::Cameras;

use crate::watched::Watched;

/// The stand-in's colour, by the numbers of its `picture.rs`.
const OCHRE: [u8; 3] = [172, 110, 45];

/// The mean colour of a frame, of the third one: a driver may show the first while it is being set.
async fn shown(behaviour: &str, settings: &[(&str, &str)]) -> [u8; 3] {
    let mut watched = Watched::with(behaviour, settings).await;
    let picture = watched.frames(3).await;
    assert_eq!((picture.width, picture.height), (320, 240));
    watched.calm();
    assert!(watched.errors().await < 0.5, "{behaviour} {settings:?}");
    let pixels = picture.rgb.as_chunks::<3>().0;
    let mean = |of: usize| {
        let sum: usize = pixels.iter().map(|pixel| usize::from(pixel[of])).sum();
        (sum / pixels.len()) as u8
    };
    [mean(0), mean(1), mean(2)]
}

fn close(seen: [u8; 3], wanted: [u8; 3]) -> bool {
    seen.iter()
        .zip(wanted)
        .all(|(seen, wanted)| seen.abs_diff(wanted) <= 3)
}

#[tokio::test]
async fn a_multi_planar_camera_is_shown_in_each_of_its_formats() {
    for (format, wanted) in [
        ("nv12", OCHRE),
        ("yuyv", OCHRE),
        // The stand-in's JPEG has no colour.
        ("mjpeg", [120; 3]),
    ] {
        let seen = shown("multi-planar", &[("CAPTURE_FORMAT", format)]).await;
        assert!(close(seen, wanted), "{format}: {seen:?}");
    }
}

#[test]
fn a_multi_planar_camera_is_listed_and_taken_by_auto() {
    let cameras = Cameras::one("multi-planar");
    let listed = cameras.run(&["list"], &[]);
    for part in [
        "NV12   320x240    30, 15",
        "YUYV   640x480",
        "MJPEG  640x480",
    ] {
        assert!(listed.said.contains(part), "{part} in {}", listed.said);
    }
    let probed = cameras.run(&["probe"], &[("CAPTURE_SOURCE", "auto")]);
    assert!(probed.said.contains("/dev/video7"), "{}", probed.said);
}

#[tokio::test]
async fn chroma_in_another_order_is_the_same_colour() {
    let cameras = Cameras::one("odd-chroma");
    for only in ["YVYU", "NV21", "NV16", "YV12"] {
        let listed = cameras.run(&["list"], &[]);
        assert!(listed.said.contains(only), "{only} in {}", listed.said);
    }
    // `auto` takes the cheapest, which is YVYU; the other three are seen by `unpad`'s tests.
    let seen = shown("odd-chroma", &[]).await;
    assert!(close(seen, OCHRE), "{seen:?}");
}

#[tokio::test]
async fn red_of_bt_709_is_red() {
    for behaviour in ["bt709", "bt709-colorspace"] {
        let seen = shown(behaviour, &[("CAPTURE_FORMAT", "yuyv")]).await;
        assert!(close(seen, [254, 0, 0]), "{behaviour}: {seen:?}");
    }
}

#[tokio::test]
async fn a_range_that_is_announced_wrongly_can_be_set() {
    for (range, wanted) in [("auto", 28), ("limited", 28), ("full", 40)] {
        let settings = [("CAPTURE_FORMAT", "yuyv"), ("CAPTURE_RANGE", range)];
        let seen = shown("lying-range", &settings).await;
        assert!(close(seen, [wanted; 3]), "{range}: {seen:?}");
    }
}

#[tokio::test]
async fn an_analogue_grabber_shows_the_input_and_norm_that_are_set() {
    let right = [("CAPTURE_INPUT", "s-video"), ("CAPTURE_STANDARD", "pal")];
    for (settings, wanted) in [
        (&right[..], 214),
        (&[("CAPTURE_INPUT", "1"), ("CAPTURE_STANDARD", "pal")], 214),
        (&right[..1], 0),
        (&[], 0),
    ] {
        let settings = [&[("CAPTURE_FORMAT", "yuyv")], settings].concat();
        let seen = shown("analogue", &settings).await;
        assert!(close(seen, [wanted; 3]), "{settings:?}: {seen:?}");
    }
    let cameras = Cameras::one("analogue");
    let probed = cameras.run(&["probe"], &[("CAPTURE_INPUT", "hdmi")]);
    assert!(
        probed.said.contains("0=Composite, 1=S-Video"),
        "{}",
        probed.said
    );
}
