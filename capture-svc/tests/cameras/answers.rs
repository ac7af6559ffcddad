//! What a camera says of itself: formats, sizes, controls, and that it has stopped.

use testkit::Cameras;

use crate::watched::Watched;

#[test]
fn a_camera_that_gives_strange_answers_is_listed_with_what_can_be_read_and_hides_no_other() {
    let cameras = Cameras::one("unknown-control-type");
    cameras.plug("video8", "broken-format-description");
    cameras.plug("video9", "broken-control-name");
    cameras.plug("video10", "well-behaved");
    let listed = cameras.run(&["list"], &[]);
    assert!(listed.success, "{}", listed.complained);
    assert_eq!(listed.complained, "");
    let text = format!("\n{}", listed.said);
    let said: Vec<&str> = text.split("\n/dev/").collect();
    assert_eq!(said.len(), 5, "{text}");
    for said in &said[1..] {
        for part in [
            "YUYV   320x240    30, 15 fps",
            "MJPEG  640x480    30, 15 fps",
            "brightness = 128  (",
            "exposure_dynamic_framerate = 0",
        ] {
            assert!(said.contains(part), "{part} in {}", listed.said);
        }
    }
    let menu = "power_line_frequency = 1  (0 to 2, default 1)  0=Disabled, 1=50 Hz, 2=60 Hz";
    for said in &said[1..] {
        assert!(said.contains("brightness = 128  (0 to 255, default 128)"));
        // Of a choice whose text is cut, what can be read.
        assert!(said.contains(menu) || (said.contains("1=50 Hz") && said.contains("\u{fffd}")));
        let all = !said.contains("not read by us");
        assert!(all || said.contains("not read by us: region_of_interest_rectangle"));
    }
    assert!(said[1].contains(menu) && said[4].contains(menu), "{text}");
    assert!(said[1].contains("controls not read by us"), "{}", said[1]);
    // Numbers of 64 bits are read and set as they are.
    assert!(
        text.matches("pixel_rate = 6000000000").count() == 4,
        "{text}"
    );
    let json = cameras.run(&["list", "--json"], &[]);
    let json: serde_json::Value = serde_json::from_str(&json.said).expect("JSON");
    // Programs of this machine that could be a camera are listed behind them.
    let all = json.as_array().expect("a list");
    let cameras = all.iter().filter(|each| each["kind"] == "camera");
    assert_eq!(cameras.count(), 4);
}

#[tokio::test]
async fn a_control_of_an_unknown_type_does_not_keep_others_from_being_set() {
    let wanted = "brightness=200,power_line_frequency=2,pixel_rate=7000000000";
    let settings = [("CAPTURE_CONTROLS", wanted)];
    for behaviour in ["unknown-control-type", "broken-format-description"] {
        let mut watched = Watched::with(behaviour, &settings).await;
        watched.frames(3).await;
        let log = watched.calm();
        for name in ["brightness", "power_line", "pixel_rate"] {
            assert!(!log.contains(name), "{log}");
        }
        assert!(watched.errors().await < 0.5);
    }
}

#[tokio::test]
async fn an_unknown_colour_space_is_taken_for_the_usual_one() {
    let mut watched = Watched::with("unknown-colorspace", &[("CAPTURE_FORMAT", "yuyv")]).await;
    watched.frames(3).await;
    watched.calm();
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_camera_that_cannot_be_stopped_is_closed_and_opened_again_without_a_panic() {
    let mut watched = Watched::with("streamoff-fails", &[]).await;
    for _ in 0..2 {
        watched.frames(3).await;
        watched.leave_and_see_it_closed().await;
        watched.come().await;
    }
    watched.frames(3).await;
    watched.calm();
    assert!(watched.errors().await < 0.5);
}

#[tokio::test]
async fn a_camera_that_tells_no_sizes_is_listed_and_shown() {
    let cameras = Cameras::one("no-frame-sizes");
    let listed = cameras.run(&["list"], &[]);
    assert!(
        listed.said.contains("YUYV   320x240    30 fps"),
        "{}",
        listed.said
    );
    let settings = [("CAPTURE_WIDTH", "640"), ("CAPTURE_HEIGHT", "480")];
    for source in ["/dev/video7", "auto"] {
        let settings = [&settings[..], &[("CAPTURE_SOURCE", source)]].concat();
        let mut watched = Watched::with("no-frame-sizes", &settings).await;
        let frame = watched.frames(3).await;
        assert_eq!((frame.width, frame.height), (640, 480));
        watched.calm();
    }
}
