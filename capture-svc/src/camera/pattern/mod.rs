//! The test pattern: a picture that moves, made at exactly the target rate, that says in its own pixels which frame it
//! is and when it was made. For a machine without a camera, for demonstrations and for every test.
//!
//! Colour bars and a grey ramp show what the encoder does to colour and to steps, the disc and the sweeping line show
//! motion and tearing, the clock shows latency to a person, and the barcode (see [`barcode`]) to a program.

mod barcode;
mod canvas;

use self::canvas::{Canvas, Colour};
use super::{
    clock::{self, Metronome},
    error::CameraError,
    frame::{ColorMatrix, ColorRange, Mode, PixelFormat, RawFrame},
    source::{CameraSettings, Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// What moves comes back to where it was after so many µs, in x and in y: two lengths that share no small multiple.
const ROUND_TRIPS_US: [u64; 2] = [5_300_000, 3_700_000];

/// A moving picture of our own making.
pub(super) struct PatternSource {
    mode: Mode,
    words: String,
    background: Vec<u8>,
    beat: Metronome,
}

impl PatternSource {
    /// A pattern of the size and rate asked for; `words` say why it is shown.
    pub(super) fn new(settings: &CameraSettings, words: String) -> Self {
        let mode = Mode {
            width: settings.width,
            height: settings.height,
            fps: settings.fps,
            format: PixelFormat::I420,
            delivered: PixelFormat::I420.as_str(),
            range: ColorRange::Full,
            matrix: ColorMatrix::Bt601,
        };
        Self {
            words,
            background: background(mode.width as usize, mode.height as usize),
            beat: Metronome::new(mode.fps),
            mode,
        }
    }
}

impl Source for PatternSource {
    fn mode(&self) -> &Mode {
        &self.mode
    }

    fn describe(&self) -> String {
        self.words.clone()
    }

    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError> {
        if !self.beat.tick(NEXT_FRAME_WAIT_MAX) {
            return Ok(None);
        }
        into.describe(&self.mode);
        into.captured_at_us = clock::wall_us();
        into.data.clone_from(&self.background);
        draw(&mut into.data, &self.mode, into.seq, into.captured_at_us);
        Ok(Some(Delivery::default()))
    }
}

/// Where the parts stand, as shares of the height (of the width for `SIDE`).
const SIDE: f64 = 0.06;
const BARS: (f64, f64) = (0.08, 0.52);
const RAMP: (f64, f64) = (0.54, 0.62);
const PANEL: (f64, f64) = (0.66, 0.88);

fn background(width: usize, height: usize) -> Vec<u8> {
    let mut data = vec![
        128;
        PixelFormat::I420
            .bytes(width as u32, height as u32)
            .unwrap_or(0)
    ];
    let mut canvas = Canvas::new(&mut data, width, height);
    for y in (0..height).step_by(2) {
        let down = (y * 40 / height) as u8;
        canvas.rect(
            0,
            y,
            width,
            2,
            Colour::rgb(14 + down / 3, 22 + down / 2, 38 + down),
        );
    }
    let (left, inner) = margins(width);
    let at = |share: f64| (share * height as f64) as usize & !1;
    let (top, bottom) = (at(BARS.0), at(BARS.1));
    for bar in 0..8 {
        // Green weighs most in luma, then red, then blue: counted down like this the bars go from light to dark.
        let [r, g, b] = [1, 2, 0].map(|bit| if (7 - bar) >> bit & 1 == 1 { 204 } else { 20 });
        let x = left + ((inner * bar / 8) & !1);
        canvas.rect(
            x,
            top,
            left + ((inner * (bar + 1) / 8) & !1) - x,
            bottom - top,
            Colour::rgb(r, g, b),
        );
    }
    let (top, bottom) = (at(RAMP.0), at(RAMP.1));
    canvas.rect(left, top, inner, bottom - top, Colour(0, 128, 128));
    for x in 0..inner {
        canvas.fill(left + x, top, 1, 1, (x * 255 / inner.max(1)) as u8);
    }
    canvas.repeat_row(top, bottom - top);
    canvas.rect(
        left,
        at(PANEL.0),
        inner,
        at(PANEL.1) - at(PANEL.0),
        Colour(16, 128, 128),
    );
    let strip = 2 * barcode::cell(width);
    canvas.rect(
        0,
        (height - strip) & !1,
        width,
        strip + 1,
        Colour(0, 128, 128),
    );
    data
}

fn draw(data: &mut [u8], mode: &Mode, seq: u64, at_us: u64) {
    let (width, height) = (mode.width as usize, mode.height as usize);
    let mut canvas = Canvas::new(data, width, height);
    let (left, inner) = margins(width);
    let at = |share: f64| (share * height as f64) as usize & !1;

    let radius = height / 16;
    let [x, y] = ROUND_TRIPS_US.map(|round| there_and_back(at_us % round, round));
    let (top, bottom) = (at(BARS.0), at(BARS.1));
    canvas.disc(
        left + radius + (x * inner.saturating_sub(2 * radius) as f64) as usize,
        top + radius + (y * (bottom - top).saturating_sub(2 * radius) as f64) as usize,
        radius,
        Colour::rgb(250, 250, 245),
    );
    let sweep = (at_us % 1_000_000) as usize * inner / 1_000_000;
    canvas.fill(
        left + sweep,
        at(RAMP.0),
        (width / 160).max(2),
        at(RAMP.1) - at(RAMP.0),
        if sweep > inner / 2 { 0 } else { 255 },
    );

    let second = at_us / 1_000_000 % 86_400;
    let time = format!(
        "{:02}:{:02}:{:02}.{}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        at_us / 100_000 % 10
    );
    let (top, tall) = (at(PANEL.0), at(PANEL.1) - at(PANEL.0));
    // Time and number stand side by side, also in a picture that is not wide.
    let size = (tall * 5 / 8).min(inner.saturating_sub(tall) / 8);
    canvas.digits(left + tall / 4, top + (tall - size) / 2, size, &time, 225);
    let number = format!("{:06}", seq % 1_000_000);
    let small = size / 2;
    let right = (left + inner).saturating_sub(Canvas::digits_width(&number, small) + tall / 4);
    canvas.digits(
        right,
        top + usize::midpoint(tall, size) - small,
        small,
        &number,
        130,
    );

    barcode::draw(&mut canvas, seq, at_us);
}

/// The left edge of the parts, and how wide they are: whole chroma pixels.
fn margins(width: usize) -> (usize, usize) {
    let left = (SIDE * width as f64) as usize & !1;
    (left, (width - 2 * left) & !1)
}

/// From 0 to 1 and back to 0 while `phase` goes from 0 to `round`.
fn there_and_back(phase: u64, round: u64) -> f64 {
    let share = phase as f64 / round as f64 * 2.0;
    if share > 1.0 { 2.0 - share } else { share }
}

#[cfg(test)]
mod tests {
    use testkit::barcode;

    use super::*;
    use crate::camera::source::SourceSpec;

    fn pattern(width: u32, height: u32, fps: f64) -> PatternSource {
        let settings = CameraSettings {
            width,
            height,
            fps,
            ..CameraSettings::of_a_test(SourceSpec::Pattern)
        };
        PatternSource::new(&settings, String::new())
    }

    fn next(pattern: &mut PatternSource, seq: u64) -> RawFrame {
        let mut frame = RawFrame {
            seq,
            ..RawFrame::default()
        };
        while pattern.next_frame(&mut frame).unwrap().is_none() {}
        frame
    }

    #[test]
    fn every_size_draws_a_whole_frame_that_says_which_it_is() {
        for (width, height) in [
            (1280, 720),
            (1920, 1080),
            (640, 480),
            (320, 240),
            (160, 120),
            (641, 481),
            (64, 64),
        ] {
            let mut frame = next(&mut pattern(width, height, 1000.0), 987_654_321);
            assert!(frame.make_whole(), "{width}x{height}");
            let luma = &frame.data[..(width * height) as usize];
            let read = barcode::read_luma(luma, width as usize, height as usize);
            assert_eq!(
                read,
                Some((987_654_321, frame.captured_at_us)),
                "{width}x{height}"
            );
        }
    }

    #[test]
    fn the_barcode_survives_jpeg_at_the_lowest_quality() {
        let mut pattern = pattern(1280, 720, 1000.0);
        // Different bits each: all zero, all one, and two in between. A frame takes long in an unoptimised build.
        for seq in [0, 0xff_ffff_ffff, 0xa5_5a3c_c301, 987_654_321] {
            let frame = next(&mut pattern, seq);
            let (rgb, width, height) = through_jpeg(&frame, 30);
            assert_eq!(
                barcode::read_rgb(&rgb, width, height),
                Some((seq, frame.captured_at_us))
            );
        }
    }

    #[test]
    fn something_moves_from_frame_to_frame() {
        let mut pattern = pattern(640, 360, 30.0);
        let (one, two) = (next(&mut pattern, 1), next(&mut pattern, 2));
        let above_barcode = 640 * 200;
        assert_ne!(one.data[..above_barcode], two.data[..above_barcode]);
    }

    /// Encodes as the service does (4:2:0) and decodes again.
    fn through_jpeg(frame: &RawFrame, quality: u8) -> (Vec<u8>, usize, usize) {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let (luma, chroma) = frame.data.split_at(width * height);
        let (u, v) = chroma.split_at(width / 2 * height / 2);
        let ycc: Vec<u8> = (0..width * height)
            .flat_map(|at| {
                let half = at / width / 2 * (width / 2) + at % width / 2;
                [luma[at], u[half], v[half]]
            })
            .collect();
        let mut jpeg = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        encoder
            .encode(
                &ycc,
                frame.width as u16,
                frame.height as u16,
                jpeg_encoder::ColorType::Ycbcr,
            )
            .unwrap();
        let mut decoder = jpeg_decoder::Decoder::new(&jpeg[..]);
        (decoder.decode().unwrap(), width, height)
    }
}
