//! The picture in place of one, for `offline=picture`: that there is none, of which camera, why, and what time it is, so
//! that nobody takes it, or the last one, for now.
//!
//! It is drawn once a second at the most for all who watch the same, however many of them ask at once, on a thread where
//! nothing else waits, and never while frames come.

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
use tokio::sync::OnceCell;

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

/// Those of the current second, drawn or being drawn.
#[derive(Debug, Default)]
pub(crate) struct Signs(Mutex<(u64, HashMap<Sign, Drawn>)>);

type Drawn = Arc<OnceCell<Bytes>>;

impl Signs {
    /// The picture that says `sign` at `second`, as a JPEG; `None` if it cannot be made.
    pub(super) async fn picture(&self, second: u64, sign: Sign) -> Option<Bytes> {
        let drawn = self.drawn(second, &sign);
        // All who watch a camera miss it in the same moment: the first one draws, and the others wait for that.
        let jpeg = drawn.get_or_try_init(|| async {
            let drawing = tokio::task::spawn_blocking(move || draw(&sign));
            let jpeg = drawing.await.ok().and_then(Result::ok);
            jpeg.map(Bytes::from).ok_or(())
        });
        jpeg.await.ok().cloned()
    }

    fn drawn(&self, second: u64, sign: &Sign) -> Drawn {
        let mut kept = self.0.lock();
        // Who is a moment late finds a new second begun, and must not end it.
        if kept.0 < second || second + 1 < kept.0 {
            *kept = (second, HashMap::new());
        }
        Arc::clone(kept.1.entry(sign.clone()).or_default())
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
mod tests;
