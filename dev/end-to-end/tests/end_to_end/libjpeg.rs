//! What a viewer gets, shown to the decoder of browsers, on whatever processor the services run.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::{Picture, Stack};

/// A processor that is emulated, beside others that work, is slow.
const FRAME_WITHIN: Duration = Duration::from_secs(60);
const SIDES: (usize, usize) = (320, 180);

#[tokio::test]
async fn libjpeg_decodes_every_stamped_frame_without_a_word() {
    // Small, so that an emulated processor draws it in time.
    let small = [("CAPTURE_WIDTH", "320"), ("CAPTURE_HEIGHT", "180")];
    let stack = Stack::builder().capture(&small).start().await;
    for quality in [30, 80, 95] {
        let mut viewer = stack.viewer(quality).await;
        let mut last = None;
        for _ in 0..3 {
            let frame = viewer.frame(FRAME_WITHIN).await;
            let picture = Picture::read(&frame).expect("a good frame");
            assert_eq!((picture.width, picture.height), SIDES);
            assert!(last < Some(picture.stamp.seq), "the same frame again");
            last = Some(picture.stamp.seq);
            let ppm = djpeg(&frame);
            let header = format!("P6\n{} {}\n255\n", SIDES.0, SIDES.1);
            assert!(ppm.starts_with(header.as_bytes()));
            assert_eq!(ppm.len(), header.len() + 3 * SIDES.0 * SIDES.1);
        }
    }
}

/// The picture as libjpeg-turbo shows it.
fn djpeg(frame: &[u8]) -> Vec<u8> {
    let mut child = Command::new("djpeg")
        .arg("-ppm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("djpeg on the PATH; `cargo xtask tools libjpeg-turbo` gets it");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(frame).expect("it reads to the end"));
        child.wait_with_output().expect("it ends")
    });
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && words.is_empty(),
        "djpeg: {words}"
    );
    output.stdout
}
