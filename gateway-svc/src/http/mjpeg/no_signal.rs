//! The picture in place of one, for `offline=picture`: that there is none, of which camera, why, and what time it is, so
//! that nobody takes it, or the last one, for now.
//!
//! It is drawn once a second at the most for all who watch the same, on a thread where nothing else waits, and never while
//! frames come.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use embedded_graphics::mono_font::iso_8859_1::{FONT_6X10, FONT_10X20};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::{Gray8, GrayColor as _};
use embedded_graphics::prelude::{DrawTarget, Drawable as _, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::text::{Baseline, Text};
use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};
use parking_lot::Mutex;

/// Its size where the camera's is not known.
const USUAL_PIXELS: (u16, u16) = (1280, 720);
/// A larger one is not drawn at its own size.
const MAX_PIXELS: u32 = 3840 * 2160;
/// Letters and a grey ground need no more.
const QUALITY: u8 = 60;
/// Luma of the ground and of the letters.
const GROUND: u8 = 40;
const LETTERS: u8 = 220;
/// As many letters fit into a line of a wide picture, about.
const LINE_LETTERS: u32 = 40;

/// What one says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sign {
    /// Of the frames in whose place it stands, as the camera tells it; 0 where it does not.
    pub(super) size: (u32, u32),
    /// A line for each, and more where one is too long.
    pub(super) words: Vec<String>,
}

/// Those of the current second.
#[derive(Debug, Default)]
pub(crate) struct Signs(Mutex<(u64, HashMap<Sign, Bytes>)>);

impl Signs {
    /// The picture that says `sign` at `second`, as a JPEG; `None` if it cannot be made.
    pub(super) async fn picture(self: &Arc<Self>, second: u64, sign: Sign) -> Option<Bytes> {
        if let Some(made) = self.made(second, &sign) {
            return Some(made);
        }
        let signs = Arc::clone(self);
        let draw = move || {
            let jpeg = Bytes::from(draw(&sign).ok()?);
            let mut kept = signs.0.lock();
            if kept.0 != second {
                *kept = (second, HashMap::new());
            }
            kept.1.insert(sign, jpeg.clone());
            Some(jpeg)
        };
        tokio::task::spawn_blocking(draw).await.ok().flatten()
    }

    fn made(&self, second: u64, sign: &Sign) -> Option<Bytes> {
        let kept = self.0.lock();
        (kept.0 == second).then(|| kept.1.get(sign).cloned())?
    }
}

fn draw(sign: &Sign) -> Result<Vec<u8>, EncodingError> {
    let mut canvas = Canvas::new(pixels(sign.size));
    let (width, height) = (canvas.size().width, canvas.size().height);
    let font = font(width);
    let letter = font.character_size;
    let columns = (width / letter.width).saturating_sub(2);
    let room = (height / letter.height) as usize;
    let lines = sign
        .words
        .iter()
        .flat_map(|words| wrapped(words, columns as usize));
    let lines: Vec<String> = lines.take(room).collect();
    let top = height.saturating_sub(lines.len() as u32 * letter.height) / 2;
    let style = MonoTextStyle::new(font, Gray8::new(LETTERS));
    for (line, words) in lines.iter().enumerate() {
        let at = Point::new(
            letter.width as i32,
            (top + line as u32 * letter.height) as i32,
        );
        let drawn = Text::with_baseline(words, at, style, Baseline::Top).draw(&mut canvas);
        drawn.unwrap_or_else(|never| match never {});
    }
    canvas.jpeg()
}

/// At the size of the frames, so that no player has to begin anew.
fn pixels((width, height): (u32, u32)) -> (u16, u16) {
    let drawable = width > 0 && height > 0 && width.saturating_mul(height) <= MAX_PIXELS;
    match (u16::try_from(width), u16::try_from(height)) {
        (Ok(width), Ok(height)) if drawable => (width, height),
        _ => USUAL_PIXELS,
    }
}

const fn font(width: u32) -> &'static MonoFont<'static> {
    if width < LINE_LETTERS * 6 {
        &FONT_6X10
    } else {
        &FONT_10X20
    }
}

/// Lines of `columns` letters at the most, broken between words where there are any.
fn wrapped(words: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        while !word.is_empty() {
            let line = lines.last_mut().expect("it begins with one");
            let blank = usize::from(!line.is_empty());
            let left = columns.saturating_sub(line.chars().count() + blank);
            if word.len() > left && blank > 0 {
                lines.push(String::new());
                continue;
            }
            if blank > 0 {
                line.push(' ');
            }
            line.extend(word.drain(..word.len().min(left.max(1))));
        }
    }
    lines
}

/// Luma of `width` times `height`, each letter's pixel as large as the picture asks for.
struct Canvas {
    /// Of the picture.
    width: u16,
    height: u16,
    /// Pixels of the picture on one of a letter's, each way.
    scale: u32,
    luma: Vec<u8>,
}

impl Canvas {
    fn new((width, height): (u16, u16)) -> Self {
        let scale = (u32::from(width) / (LINE_LETTERS * FONT_10X20.character_size.width)).max(1);
        let luma = vec![GROUND; usize::from(width) * usize::from(height)];
        Self {
            width,
            height,
            scale,
            luma,
        }
    }

    /// In colour like the frames: players that have begun with those would not take another kind.
    fn jpeg(&self) -> Result<Vec<u8>, EncodingError> {
        let pixels: Vec<u8> = self
            .luma
            .iter()
            .flat_map(|luma| [*luma, 128, 128])
            .collect();
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(&pixels, self.width, self.height, ColorType::Ycbcr)?;
        Ok(jpeg)
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        let side = |pixels: u16| u32::from(pixels) / self.scale;
        Size::new(side(self.width), side(self.height))
    }
}

impl DrawTarget for Canvas {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        let (size, scale, width) = (self.size(), self.scale as usize, usize::from(self.width));
        for Pixel(Point { x, y }, colour) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
                continue;
            };
            if x >= size.width || y >= size.height {
                continue;
            }
            let start = y as usize * scale * width + x as usize * scale;
            for row in 0..scale {
                let at = start + row * width;
                self.luma[at..at + scale].fill(colour.luma());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_within_those_that_are_too_long() {
        for (words, columns, lines) in [
            (
                "the camera is offline",
                10,
                &["the camera", "is offline"][..],
            ),
            ("offline", 3, &["off", "lin", "e"]),
            ("a  b\nc", 10, &["a b c"]),
            ("no signal", 0, &["n", "o", "s", "i", "g", "n", "a", "l"]),
            ("", 10, &[""]),
        ] {
            assert_eq!(wrapped(words, columns), lines, "{words:?} in {columns}");
        }
    }

    #[test]
    fn it_is_as_large_as_the_frames_where_that_is_known_and_can_be() {
        for (told, drawn) in [
            ((640, 480), (640, 480)),
            ((161, 91), (161, 91)),
            ((0, 0), USUAL_PIXELS),
            ((1280, 0), USUAL_PIXELS),
            ((70_000, 8), USUAL_PIXELS),
            ((8000, 8000), USUAL_PIXELS),
            ((u32::MAX, u32::MAX), USUAL_PIXELS),
        ] {
            assert_eq!(pixels(told), drawn, "{told:?}");
        }
    }

    #[test]
    fn words_of_any_length_and_script_are_drawn_into_pictures_of_any_size() {
        for size in [(1280, 720), (161, 91), (1, 1), (16, 4000)] {
            let words = vec!["NO SIGNAL".to_owned(), "Ünplugged 猫 ".repeat(500)];
            let jpeg = draw(&Sign { size, words }).unwrap();
            assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]));
        }
    }

    #[test]
    fn letters_stand_on_the_ground_within_the_picture() {
        let mut canvas = Canvas::new((800, 40));
        let style = MonoTextStyle::new(&FONT_10X20, Gray8::new(LETTERS));
        let text = Text::with_baseline("##", Point::new(0, 0), style, Baseline::Top);
        text.draw(&mut canvas).unwrap();
        let bright: usize = canvas
            .luma
            .iter()
            .map(|luma| usize::from(*luma == LETTERS))
            .sum();
        assert!(
            bright > 0 && bright.is_multiple_of(4),
            "{bright}: each is two by two"
        );
        let outside = canvas
            .luma
            .chunks(800)
            .any(|row| row[40..].contains(&LETTERS));
        assert!(!outside, "two letters are forty wide");
    }

    #[tokio::test]
    async fn one_is_drawn_for_all_who_watch_within_a_second() {
        let signs = Arc::new(Signs::default());
        let sign = |words: &str| Sign {
            size: (64, 64),
            words: vec![words.to_owned()],
        };
        let first = signs.picture(7, sign("a")).await.unwrap();
        let again = signs.picture(7, sign("a")).await.unwrap();
        assert_eq!(first.as_ptr(), again.as_ptr());
        let other = signs.picture(7, sign("b")).await.unwrap();
        assert_ne!(first, other);
        signs.picture(8, sign("b")).await.unwrap();
        assert!(
            signs.made(7, &sign("a")).is_none(),
            "a second's are forgotten with it"
        );
    }
}
