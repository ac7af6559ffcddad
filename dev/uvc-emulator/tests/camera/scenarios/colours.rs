//! Colours at the viewer against those in front of the camera.

use std::fmt::Write;

use testkit::Picture;

use crate::rig::Rig;

/// Of 255, per block and channel: what two JPEG encodings and integer conversions may cost, not what a wrong range does
/// (which is 16 and more).
const TOLERANCE: u8 = 12;

/// The bars of the emulated camera, R G B from the left: `BARS` of `src/pictures.rs`.
const BARS: [[u8; 3]; 8] = [
    [235, 235, 235],
    [200, 200, 20],
    [20, 200, 200],
    [20, 200, 20],
    [200, 20, 200],
    [200, 20, 20],
    [20, 20, 200],
    [16, 16, 16],
];

/// The bars of the kernel's test camera at 100 %, R G B from the left. Source: `vivid`'s `tpg_colors`.
const FULL_BARS: [[u8; 3]; 8] = [
    [255, 255, 255],
    [255, 255, 0],
    [0, 255, 255],
    [0, 255, 0],
    [255, 0, 255],
    [255, 0, 0],
    [0, 0, 255],
    [0, 0, 0],
];

pub(crate) async fn uvc(rig: &mut Rig) -> String {
    let mut figures = String::new();
    for format in ["yuyv", "nv12", "mjpeg"] {
        let settings = format!("CAPTURE_FORMAT={format} CAPTURE_WIDTH=640 CAPTURE_HEIGHT=480");
        let blocks = blocks(rig, &settings, 0.5).await;
        let worst = BARS
            .iter()
            .zip(blocks)
            .map(|(bar, seen)| distance(*bar, seen))
            .max()
            .unwrap_or(0);
        assert!(worst <= TOLERANCE, "{format}: off by {worst}: {blocks:?}");
        let _ = write!(figures, "{format} within {worst}, ");
    }
    figures + "of 255"
}

/// The kernel's test camera announces its range; the same picture in both must look the same, and like the bars.
pub(crate) async fn ranges(rig: &mut Rig) -> String {
    rig.load_vivid().await;
    let mut seen = Vec::new();
    let mut figures = String::new();
    // Values of `enum v4l2_quantization`; vivid counts them the same way.
    for (name, quantization) in [("full", 1), ("limited", 2)] {
        for format in ["yuyv", "nv12"] {
            let settings = format!(
                "CAPTURE_SOURCE=name:vivid CAPTURE_FORMAT={format} CAPTURE_WIDTH=640 CAPTURE_HEIGHT=360 \
                 CAPTURE_CONTROLS=quantization={quantization},test_pattern=1,osd_text_mode=2"
            );
            seen.push((
                format!("{format} {name}"),
                blocks(rig, &settings, 0.5).await,
            ));
        }
    }
    for (name, blocks) in &seen {
        let worst = FULL_BARS
            .iter()
            .zip(blocks)
            .map(|(bar, seen)| distance(*bar, *seen))
            .max()
            .unwrap_or(0);
        assert!(worst <= TOLERANCE, "{name}: off by {worst}: {blocks:?}");
        let _ = write!(figures, "{name} within {worst}, ");
    }
    figures + "of 255"
}

/// The mean colours of eight bars, a little below the top of the picture.
async fn blocks(rig: &mut Rig, settings: &str, height: f64) -> [[u8; 3]; 8] {
    rig.stop_capture().await;
    rig.start_capture(settings).await;
    let mut viewer = rig.viewer(95).await;
    let picture = Picture::read(&rig.first_frame(&mut viewer).await).expect("a whole JPEG");
    let status = rig.status().await;
    assert_eq!(status["source"], "webcam", "{status}");
    std::array::from_fn(|bar| {
        let (x, y) = (
            (2 * bar + 1) * picture.width / 16,
            (picture.height as f64 * height) as usize,
        );
        let half = picture.width / 64;
        std::array::from_fn(|channel| {
            let pixels =
                (y - half..y + half).flat_map(|y| (x - half..x + half).map(move |x| (y, x)));
            let sum: usize = pixels
                .map(|(y, x)| usize::from(picture.rgb[(y * picture.width + x) * 3 + channel]))
                .sum();
            (sum / (4 * half * half)) as u8
        })
    })
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u8 {
    one.iter()
        .zip(other)
        .map(|(a, b)| a.abs_diff(b))
        .max()
        .unwrap_or(0)
}
