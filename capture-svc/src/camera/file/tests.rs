//! Recordings as they are found on disks: good ones, damaged ones, and what is none.

use std::{io::Write, sync::Arc};

use super::*;

/// A file that goes with its guard.
struct Recording(PathBuf);

impl Recording {
    fn new(ending: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("capture-{:x}.{ending}", fastrand::u64(..)));
        File::create_new(&path).unwrap().write_all(content).unwrap();
        Self(path)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn open(path: &Path, fps: f64) -> Result<FileSource, CameraError> {
    let (cancel, alive) = (&Arc::default(), &|| {});
    FileSource::open(path, fps, &Opening { cancel, alive })
}

fn take(source: &mut FileSource) -> Result<RawFrame, CameraError> {
    deliver(source).map(|(frame, _)| frame)
}

fn deliver(source: &mut FileSource) -> Result<(RawFrame, Delivery), CameraError> {
    let mut frame = RawFrame::default();
    loop {
        if let Some(delivery) = source.next_frame(&mut frame)? {
            return Ok((frame, delivery));
        }
    }
}

/// Which of `pictures` are shown in two turns of `parts`, and how many damaged ones were counted meanwhile.
fn two_turns(parts: &[&[u8]], pictures: &[&[u8]]) -> (Vec<Option<usize>>, u32) {
    let file = Recording::new("mjpeg", &parts.concat());
    let mut source = open(&file.0, 10_000.0).unwrap();
    let (mut shown, mut damaged) = (Vec::new(), 0);
    for _ in 0..2 * pictures.len() {
        let (frame, delivery) = deliver(&mut source).unwrap();
        // What is left of a segment's length may end where a segment of the next picture begins: it is that picture then,
        // with something before it.
        let alike = |picture: &&[u8]| frame.data.ends_with(picture);
        shown.push(pictures.iter().position(alike));
        damaged += delivery.damaged;
    }
    (shown, damaged)
}

/// `jpeg` with a segment of its own behind its start marker.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [
        &jpeg[..2],
        &[0xff, marker, length[0], length[1]],
        content,
        &jpeg[2..],
    ]
    .concat()
}

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80)
        .encode(&[shade; 64 * 48 * 3], 64, 48, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

#[test]
fn mjpeg_gives_each_picture_in_turn_and_begins_again() {
    let pictures = [picture(10), picture(120), picture(240)];
    let file = Recording::new("mjpeg", &pictures.join(&b"\r\n--part\r\n"[..]));
    let mut source = open(&file.0, 1000.0).unwrap();
    assert_eq!((source.mode().width, source.mode().height), (64, 48));
    for turn in 0..7 {
        assert_eq!(
            take(&mut source).unwrap().data,
            pictures[turn % 3],
            "turn {turn}"
        );
    }
}

#[test]
fn y4m_plays_at_its_own_rate_and_range_and_begins_again() {
    let mut content = b"YUV4MPEG2 W4 H2 F500:1 Ip C420jpeg XCOLORRANGE=FULL\n".to_vec();
    for shade in [1u8, 2] {
        content.extend_from_slice(b"FRAME\n");
        content.extend_from_slice(&[shade; 12]);
    }
    let file = Recording::new("y4m", &content);
    let mut source = open(&file.0, 30.0).unwrap();
    assert!((source.mode().fps - 500.0).abs() < 0.01);
    for turn in 0..5u8 {
        let mut frame = take(&mut source).unwrap();
        assert_eq!(
            (frame.data[0], frame.data.len(), frame.range),
            (1 + turn % 2, 12, ColorRange::Full)
        );
        assert!(frame.make_whole());
    }
}

#[test]
fn y4m_of_every_sampling_is_read_and_one_without_a_rate_plays_at_the_rate_asked_for() {
    for (header, bytes, format, fps) in [
        ("F25:1 C422", 8 + 2 * 4, PixelFormat::I422, 25.0),
        ("F25:1 C444", 8 + 2 * 8, PixelFormat::I444, 25.0),
        ("F0:0", 8 + 2 * 2, PixelFormat::I420, 777.0),
        ("C420jpeg", 8 + 2 * 2, PixelFormat::I420, 777.0),
        ("F0:0 Cmono", 8, PixelFormat::Grey, 777.0),
    ] {
        let mut content = format!("YUV4MPEG2 W4 H2 {header}\nFRAME\n").into_bytes();
        content.extend((0..bytes).map(|byte| byte as u8));
        let file = Recording::new("y4m", &content);
        let mut source = open(&file.0, 777.0).unwrap();
        assert!((source.mode().fps - fps).abs() < 0.01, "{header}");
        for _ in 0..2 {
            let mut frame = take(&mut source).unwrap();
            assert_eq!(
                (frame.format, frame.data.len()),
                (format, bytes),
                "{header}"
            );
            assert!(frame.make_whole());
        }
    }
}

#[test]
fn a_file_that_cannot_be_played_says_why() {
    let problem = |ending: &str, content: &[u8]| {
        let file = Recording::new(ending, content);
        let opened = open(&file.0, 30.0);
        opened
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert!(problem("mjpeg", b"not one").contains("no whole JPEG"));
    assert!(problem("mjpeg", &picture(5)[..200]).contains("no whole JPEG"));
    assert!(problem("y4m", b"RIFF....").contains("not a YUV4MPEG2 file"));
    assert!(problem("y4m", b"YUV4MPEG2 W4 H2 F30:1 C420p10\n").contains("8-bit 4:2:0"));
    assert!(problem("y4m", b"YUV4MPEG2 F30:1\n").contains("no size"));
    assert!(
        open(Path::new("/nowhere.mjpeg"), 30.0)
            .is_err_and(|error| error.to_string().contains("/nowhere"))
    );
}

#[test]
fn a_picture_that_is_cut_anywhere_hides_none_of_those_behind_it() {
    let [first, second, third] = [picture(10), picture(120), picture(240)];
    let mut merged = 0;
    for cut in 2..second.len() {
        let parts = [&first[..], &second[..cut], &third, &second];
        let (shown, damaged) = two_turns(&parts, &[&first, &third, &second]);
        let turn = [Some(0), Some(1), Some(2)];
        assert_eq!(shown, [turn, turn].concat(), "cut at {cut}");
        merged += usize::from(damaged == 0);
    }
    assert!(merged * 10 < second.len(), "{merged}");
}

#[test]
fn a_picture_that_the_end_of_the_file_cuts_is_left_out_and_counted() {
    let (first, second) = (picture(10), picture(120));
    for cut in 2..second.len() {
        let (shown, damaged) = two_turns(&[&first, &second[..cut]], &[&first]);
        assert_eq!(
            (&shown[..], damaged),
            (&[Some(0); 2][..], 1),
            "cut at {cut}"
        );
    }
}

#[test]
fn a_start_marker_in_the_text_between_the_parts_hides_nothing() {
    let (first, second) = (picture(10), picture(120));
    for stray in [&b"\xff\xd8"[..], b"\xff\xd8\xff", b"\xff\xd8\xff\xe0"] {
        let text = [
            b"\r\n--part",
            stray,
            b"\r\nContent-Type: image/jpeg\r\n\r\n",
        ]
        .concat();
        let (shown, _) = two_turns(&[&text, &first, &text, &second], &[&first, &second]);
        assert_eq!(shown, [Some(0), Some(1), Some(0), Some(1)], "{stray:x?}");
    }
}

#[test]
fn a_thumbnail_is_no_picture_even_if_the_picture_around_it_is_cut() {
    let plain = picture(10);
    let thumbnail = [b"Exif\0\0", &picture(120)[..]].concat();
    let around = with_segment(&picture(240), 0xe1, &thumbnail);
    let parts = [&around[..], &around[..around.len() - 2], &plain];
    let (shown, damaged) = two_turns(&parts, &[&around, &plain]);
    assert_eq!(shown, [Some(0), Some(1), Some(0), Some(1)]);
    assert_eq!(damaged, 2);
}

#[test]
fn a_large_recording_with_a_cut_picture_plays_whole() {
    let mut large = picture(120);
    for _ in 0..20 {
        large = with_segment(&large, 0xfe, &vec![0x55; 65_000]);
    }
    let cut = picture(10);
    let mut parts = vec![&cut[..cut.len() / 2]];
    parts.resize(1 + 60, &large);
    assert!(parts.concat().len() > 70 << 20);
    let (shown, damaged) = two_turns(&parts, &[&large[..]; 60]);
    assert!(shown.iter().all(Option::is_some));
    assert_eq!(damaged, 2);
}

#[test]
fn a_file_of_start_markers_is_gone_through_once() {
    let strays = [0xff, 0xd8].repeat(1 << 20);
    let last = picture(120);
    let (shown, _) = two_turns(&[&strays, &last], &[&last]);
    assert_eq!(shown, [Some(0), Some(0)]);
}

#[test]
fn an_endless_file_without_a_picture_is_given_up_and_one_behind_a_picture_lets_go_meanwhile() {
    let endless = |content: &[u8]| {
        let file = Recording::new("mjpeg", content);
        let opened = File::options().write(true).open(&file.0).unwrap();
        opened.set_len(1 << 42).unwrap();
        file
    };
    let problem = |error: CameraError| error.to_string();
    let none = endless(b"");
    let words = open(&none.0, 30.0).map(drop).map_err(problem);
    assert!(words.unwrap_err().contains("no whole JPEG within"));

    let one = endless(&picture(10));
    let mut source = open(&one.0, 10_000.0).unwrap();
    take(&mut source).unwrap();
    let (mut frame, mut let_go) = (RawFrame::default(), 0);
    let words = loop {
        match source.next_frame(&mut frame) {
            Ok(delivery) => {
                assert_eq!(delivery, None);
                let_go += 1;
            }
            Err(error) => break error.to_string(),
        }
    };
    // How often depends on how much a loaded machine reads in the time that it looks.
    assert!(
        let_go > 0 && words.contains("no whole JPEG within"),
        "{words}"
    );
}

#[test]
fn what_is_no_file_says_what_it_is() {
    let scratch = testkit::Scratch::new("no-file");
    let path = scratch.path().join("it.mjpeg");
    let problem = || {
        let opened = open(&path, 30.0).map(drop);
        opened.unwrap_err().to_string()
    };
    std::fs::create_dir(&path).unwrap();
    assert!(problem().contains("directory"));
    std::fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert!(problem().contains("device") && problem().contains("CAPTURE_SOURCE=/dev/video0"));
    std::fs::remove_file(&path).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert!(problem().contains("pipe"));
}

#[test]
fn a_recording_is_opened_anew_only_when_a_whole_turn_is_damaged() {
    let file = Recording::new("mjpeg", &picture(10).repeat(40));
    let mut source = open(&file.0, 10_000.0).unwrap();
    assert_eq!(source.damaged_in_a_row(), u32::MAX, "not played through");
    for _ in 0..41 {
        take(&mut source).unwrap();
    }
    assert_eq!(source.damaged_in_a_row(), 40);
}
