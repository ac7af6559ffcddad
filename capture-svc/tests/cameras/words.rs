//! What is said of cameras that cannot be shown.

use testkit::Cameras;

use crate::watched::Watched;

const MJPEG: (&str, &str) = ("CAPTURE_FORMAT", "mjpeg");

#[test]
fn a_camera_of_which_no_format_is_read_is_named_with_what_it_offers_and_what_would_do() {
    for (behaviour, offers, would_do) in [
        ("video-only", "only H264, HEVC", "ffmpeg"),
        ("raw-sensor", "only RGGB, Y16", "libcamera"),
    ] {
        let cameras = Cameras::one(behaviour);
        for source in ["auto", "/dev/video7"] {
            let probed = cameras.run(&["probe"], &[("CAPTURE_SOURCE", source)]);
            for part in ["/dev/video7", offers, would_do, "CAPTURE_SOURCE=exec:"] {
                let said = &probed.complained;
                assert!(said.contains(part), "{source}: {part} in {said}");
            }
        }
        // Where another camera can be shown, `auto` takes that one.
        cameras.plug("video9", "well-behaved");
        let probed = cameras.run(&["probe"], &[("CAPTURE_SOURCE", "auto")]);
        assert!(probed.said.contains("/dev/video9"), "{}", probed.said);
    }
}

#[tokio::test]
async fn a_kind_of_jpeg_that_is_not_read_is_unsupported_by_its_name() {
    let watched = Watched::with("arithmetic-jpeg", &[MJPEG]).await;
    let status = watched.fault().await;
    assert_eq!(status.reason, Some(wire::Reason::Unsupported));
    let detail = status.detail.expect("words");
    assert!(detail.contains("arithmetic-coded JPEG"), "{detail}");
    assert!(detail.contains("CAPTURE_FORMAT=yuyv"), "{detail}");
}

#[test]
fn a_probe_counts_as_damaged_what_the_service_does_not_show() {
    for (behaviour, words) in [
        ("damaged-jpeg", "damaged pictures in a row"),
        ("arithmetic-jpeg", "arithmetic-coded JPEG"),
    ] {
        let cameras = Cameras::one(behaviour);
        let probed = cameras.run(&["probe"], &[MJPEG]);
        assert!(!probed.success, "{}", probed.said);
        assert!(probed.complained.contains(words), "{}", probed.complained);
    }
}
