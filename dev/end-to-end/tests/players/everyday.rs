//! Those that are quickly had: curl, ffmpeg, mpv, GStreamer, what speaks as mjpg-streamer, and our own capture-svc.

use testkit::{Picture, eventually};

use crate::{PLAYER_TEST_TIMEOUT, Showing};

#[tokio::test]
async fn curl_saves_a_picture() {
    let showing = Showing::start().await;
    showing
        .plays(&format!("{} -fsS", showing.documented("curl")))
        .await;
    let saved = std::fs::read(showing.scratch.path().join("snapshot.jpg")).expect("saved");
    Picture::read(&saved).expect("a picture of the camera");
}

#[tokio::test]
async fn curl_reads_a_stream_until_its_time_is_over() {
    let showing = Showing::start().await;
    let address = format!("http://{}/stream.mjpg", showing.gateway().public());
    let (ended, _) = showing
        .played(&format!("curl -sS --max-time 2 -o film {address}"))
        .await;
    assert_eq!(
        ended.code(),
        Some(28),
        "curl's word for a time that is over"
    );
    let film = std::fs::read(showing.scratch.path().join("film")).expect("a film");
    let parts = film
        .windows(9)
        .filter(|bytes| bytes == b"\r\n--frame")
        .count();
    assert!(parts >= 2, "{parts} parts");
}

#[tokio::test]
async fn ffmpeg_plays_as_long_as_life_lasts() {
    let showing = Showing::start().await;
    let how = showing.documented("ffmpeg");
    let line = format!("ffmpeg -nostdin -loglevel fatal {how} -t 2 -c copy -f mjpeg film.mjpeg");
    showing.plays(&line).await;
    let film = std::fs::read(showing.scratch.path().join("film.mjpeg")).expect("a film");
    let frames = film.windows(6).filter(|bytes| bytes == b"RERO1 ").count();
    // Two seconds of life; at 25 frames a second it would take fifty.
    assert!((2..=80).contains(&frames), "{frames} frames in two seconds");
}

#[tokio::test]
async fn mpv_plays_and_holds_nothing_back_at_the_rate_that_it_takes_every_stream_for() {
    let showing = Showing::start().await;
    let how = showing.documented("mpv").replacen("mpv ", "", 1);
    assert!(how.contains("?fps=25"), "{how}");
    // It says how many seconds of film wait in it, at the end after four seconds of them.
    let line = format!(
        "mpv --no-config --vo=null --ao=null --frames=100 --msg-level=all=error,statusline=status \
         --term-status-msg='waiting ${{=demuxer-cache-duration}}' --term-playing-msg=playing {how}"
    );
    let (ended, said) = showing.played(&line).await;
    assert!(ended.success(), "{ended}: {said}");
    let waiting = said.rsplit("waiting ").find_map(|rest| {
        let number = rest
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .next()?;
        number.parse::<f64>().ok()
    });
    let waiting = waiting.unwrap_or_else(|| panic!("no figure in {said:?}"));
    assert!(waiting < 2.0, "{waiting} s wait in it");
}

#[tokio::test]
async fn gstreamer_decodes() {
    let showing = Showing::start().await;
    let pipeline = showing.documented("GStreamer");
    let line = format!("gst-launch-1.0 -q {pipeline} ! fakesink num-buffers=20");
    showing
        .plays(&line.replace(" location=", " num-buffers=2000 location="))
        .await;
}

#[tokio::test]
async fn whatever_knows_mjpg_streamer_finds_stream_and_snapshot() {
    let showing = Showing::start().await;
    let stream = showing.documented("OctoPrint");
    let snapshot = stream.replace("action=stream", "action=snapshot");
    showing
        .plays(&format!("curl -fsS -o snapshot.jpg '{snapshot}'"))
        .await;
    let saved = std::fs::read(showing.scratch.path().join("snapshot.jpg")).expect("saved");
    Picture::read(&saved).expect("a picture of the camera");
    let line = format!("ffmpeg -nostdin -loglevel fatal -i '{stream}' -frames:v 5 -f null -");
    showing.plays(&line).await;
}

#[tokio::test]
async fn another_capture_takes_the_stream_for_a_camera() {
    let showing = Showing::start().await;
    let how = showing.documented("another capture-svc");
    let (name, source) = how.split_once('=').expect("a setting");
    let settings = [(name, source), ("CAPTURE_CAMERA_ID", "again")];
    let _capture = showing.stack.start_capture(&settings).await;
    let address = showing.gateway().public();
    eventually(PLAYER_TEST_TIMEOUT, || async {
        let answer = testkit::http::get(address, "/snapshot.jpg?camera=again", &[]).await;
        answer.is_ok_and(|answer| Picture::read(&answer.body).is_ok())
    })
    .await;
}
