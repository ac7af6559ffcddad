//! What programs write, as it is documented: the very lines of docs/cameras.md, with scripts that write the same.

use testkit::NatsServer;

use crate::camera::{Programs, Watched, jpeg, shade};

/// A line of the documents, and what the program in it writes.
struct Case {
    /// Words of the line that docs/cameras.md must hold.
    command: &'static str,
    format: &'static str,
    /// What is in the file `once` is written first, what is in `frame` again and again.
    once: Vec<u8>,
    frame: Vec<u8>,
    size: (usize, usize),
}

const RPICAM_RAW: &str =
    "rpicam-vid -t 0 -n --codec yuv420 --width 1280 --height 720 --framerate 30 -o -";
const RPICAM_MJPEG: &str =
    "rpicam-vid -t 0 -n --codec mjpeg --width 1280 --height 720 --framerate 30 -o -";
const FFMPEG_H264: &str = "ffmpeg -nostdin -loglevel error -f v4l2 -input_format h264 -i /dev/video0 -f yuv4mpegpipe -pix_fmt yuv420p -";
const FFMPEG_MULTIPART: &str =
    "ffmpeg -nostdin -loglevel error -f v4l2 -i /dev/video0 -f mpjpeg -q:v 3 -";
const LIBCAMERIFY: &str =
    "libcamerify ffmpeg -nostdin -loglevel error -f v4l2 -i /dev/video0 -f mpjpeg -q:v 3 -";
const GST: &str = "gst-launch-1.0 -q v4l2src ! videoconvert ! video/x-raw,format=NV12,width=640,height=480 ! fdsink";

/// Limited range, as video has it: this shade is shown as `(126 - 16) * 255 / 219`.
const LUMA: u8 = 126;
const SHOWN: i16 = 128;

fn cases() -> Vec<Case> {
    let planar = |width: usize, height: usize| {
        [vec![LUMA; width * height], vec![128; width * height / 2]].concat()
    };
    let part = |jpeg: Vec<u8>| {
        let head = format!(
            "--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: {}\r\n\r\n",
            jpeg.len()
        );
        [head.into_bytes(), jpeg, b"\r\n".to_vec()].concat()
    };
    let case = |command, format, once: &[u8], frame, size| Case {
        command,
        format,
        once: once.to_vec(),
        frame,
        size,
    };
    let header = b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n";
    let y4m = [b"FRAME\n".to_vec(), planar(640, 480)].concat();
    vec![
        case(
            RPICAM_RAW,
            "yuv420p:1280x720",
            b"",
            planar(1280, 720),
            (1280, 720),
        ),
        case(RPICAM_MJPEG, "auto", b"", jpeg(128), (64, 48)),
        case(FFMPEG_H264, "auto", header, y4m, (640, 480)),
        case(FFMPEG_MULTIPART, "auto", b"", part(jpeg(128)), (64, 48)),
        case(LIBCAMERIFY, "auto", b"", part(jpeg(128)), (64, 48)),
        case(GST, "nv12:640x480", b"", planar(640, 480), (640, 480)),
    ]
}

fn install(programs: &Programs, case: &Case) {
    programs.file("once", &case.once);
    programs.file("frame", &case.frame);
    let mut words = case.command.split(' ');
    let mut name = words.next().expect("a program");
    if name == "libcamerify" {
        programs.script(name, "exec \"$@\"\n");
        name = words.next().expect("the program that it runs");
    }
    programs.script(
        name,
        "cat $DIR/once\nwhile cat $DIR/frame; do sleep 0.03; done\n",
    );
}

#[tokio::test]
async fn what_the_documented_programs_write_is_shown() {
    let documents = include_str!("../../../docs/cameras.md");
    let nats = NatsServer::start().await;
    for case in cases() {
        assert!(
            documents.contains(case.command),
            "docs/cameras.md lacks: {}",
            case.command
        );
        let programs = Programs::new();
        install(&programs, &case);
        let format = [("CAPTURE_EXEC_FORMAT", case.format)];
        let watched = Watched::start(&nats, &programs, case.command, &format).await;
        let frames = watched.frames(5).await;
        for picture in &frames {
            assert_eq!(
                (picture.width, picture.height),
                case.size,
                "{}",
                case.command
            );
            let shown = i16::from(shade(picture));
            assert!((shown - SHOWN).abs() <= 2, "{}: {shown}", case.command);
        }
        let status = watched.status(|status| status.fps > 0.0).await;
        let name = case.command.split(' ').next().expect("a program");
        assert_eq!(status.detail, Some(format!("the program {name}")));
        watched.leave().await;
        programs.gone().await;
    }
}

#[tokio::test]
async fn a_program_faster_than_anybody_can_watch_is_read_and_the_newest_frame_wins() {
    let nats = NatsServer::start().await;
    let programs = Programs::new();
    programs.script("fast", "exec cat /dev/zero\n");
    let format = [("CAPTURE_EXEC_FORMAT", "yuv420p:640x480")];
    let watched = Watched::start(&nats, &programs, "fast", &format).await;
    let frames = watched.frames(40).await;
    let span = frames[39].stamp.captured_at_us - frames[0].stamp.captured_at_us;
    assert!(
        span >= 900_000,
        "40 frames within {span} µs are more than 34 a second"
    );
    let dropped = watched
        .capture
        .metric("capture_frames_dropped_total", &[])
        .await;
    assert!(dropped > 40.0, "{dropped}");
    watched.leave().await;
    programs.gone().await;
}

#[test]
fn probe_opens_a_program_and_ends_it() {
    let programs = Programs::new();
    for case in cases().iter().take(2) {
        install(&programs, case);
        let probed = programs.probe(case.command, case.format);
        let words = String::from_utf8_lossy(&probed.stdout).into_owned();
        assert!(
            probed.status.success() && words.contains("the program rpicam-vid"),
            "{probed:?}"
        );
        assert!(words.contains("frames: "), "{words}");
        assert_eq!(programs.running().len(), 0);
    }
}
