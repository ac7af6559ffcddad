//! Drawing into an I420 picture: rectangles, a disc and seven-segment digits. Pure. Everything is done by filling or
//! copying whole spans, so that it costs next to nothing also in an unoptimised build.

/// A colour as full-range BT.601 luma and chroma.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

impl Colour {
    /// From R, G and B. Source: ITU-T T.871 section 7.
    pub(super) fn rgb(r: u8, g: u8, b: u8) -> Self {
        let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
        Self(
            (0.299 * r + 0.587 * g + 0.114 * b).round() as u8,
            (128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b).round() as u8,
            (128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b).round() as u8,
        )
    }
}

/// Which of the segments (top, upper left, upper right, middle, lower left, lower right, bottom) a digit lights.
const SEGMENTS: [[bool; 7]; 10] = {
    const T: bool = true;
    const F: bool = false;
    [
        [T, T, T, F, T, T, T],
        [F, F, T, F, F, T, F],
        [T, F, T, T, T, F, T],
        [T, F, T, T, F, T, T],
        [F, T, T, T, F, T, F],
        [T, T, F, T, F, T, T],
        [T, T, F, T, T, T, T],
        [T, F, T, F, F, T, F],
        [T, T, T, T, T, T, T],
        [T, T, T, T, F, T, T],
    ]
};

/// One I420 picture; positions and sizes are in luma pixels and are clipped to it.
pub(super) struct Canvas<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    luma: &'a mut [u8],
    chroma: [&'a mut [u8]; 2],
}

impl<'a> Canvas<'a> {
    /// Draws into `data`, which holds a whole picture.
    pub(super) fn new(data: &'a mut [u8], width: usize, height: usize) -> Self {
        let (luma, chroma) = data.split_at_mut(width * height);
        let (u, v) = chroma.split_at_mut(width.div_ceil(2) * height.div_ceil(2));
        Self {
            width,
            height,
            luma,
            chroma: [u, v],
        }
    }

    /// Fills a rectangle with a luma, leaving the chroma as it is.
    pub(super) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, luma: u8) {
        fill(self.luma, self.width, [x, y, width, height], luma);
    }

    /// Fills a rectangle with a colour.
    pub(super) fn rect(
        &mut self,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
        Colour(luma, u, v): Colour,
    ) {
        self.fill(x, y, width, height, luma);
        for (plane, value) in self.chroma.iter_mut().zip([u, v]) {
            fill(
                plane,
                self.width.div_ceil(2),
                [x / 2, y / 2, width.div_ceil(2), height.div_ceil(2)],
                value,
            );
        }
    }

    /// Makes the `count - 1` rows below row `y` the same as it (luma only).
    pub(super) fn repeat_row(&mut self, y: usize, count: usize) {
        for below in y + 1..(y + count).min(self.height) {
            self.luma
                .copy_within(y * self.width..(y + 1) * self.width, below * self.width);
        }
    }

    /// A disc of `radius` around (`x`, `y`).
    pub(super) fn disc(&mut self, x: usize, y: usize, radius: usize, colour: Colour) {
        // Two rows at a time: the chroma has half as many.
        for dy in (0..=radius).step_by(2) {
            let half = ((radius * radius - dy * dy) as f64).sqrt() as usize;
            let left = x.saturating_sub(half);
            self.rect(left, (y + dy) & !1, half * 2, 2, colour);
            self.rect(left, y.saturating_sub(dy) & !1, half * 2, 2, colour);
        }
    }

    /// `text` of digits, `:`, `.` and spaces, `height` pixels high, from (`x`, `y`) to the right. Luma only.
    pub(super) fn digits(&mut self, mut x: usize, y: usize, height: usize, text: &str, luma: u8) {
        let (width, thick) = (height / 2, (height / 8).max(1));
        let half = height / 2;
        for letter in text.chars() {
            if let Some(digit) = letter.to_digit(10) {
                let across =
                    |row: usize| [x + thick, y + row, width.saturating_sub(2 * thick), thick];
                let down = |column: usize, row: usize| [x + column, y + row, thick, half];
                let bars = [
                    across(0),
                    down(0, 0),
                    down(width - thick, 0),
                    across(half - thick / 2),
                    down(0, half),
                    down(width - thick, half),
                    across(height - thick),
                ];
                for (bar, _) in bars
                    .into_iter()
                    .zip(SEGMENTS[digit as usize])
                    .filter(|(_, lit)| *lit)
                {
                    fill(self.luma, self.width, bar, luma);
                }
            }
            let dots: &[usize] = match letter {
                ':' => &[height / 4, height * 5 / 8],
                '.' => &[height - thick],
                _ => &[],
            };
            for dot in dots {
                self.fill(x + thick, y + dot, thick, thick, luma);
            }
            x += advance(letter, height);
        }
    }

    /// How wide [`Self::digits`] draws `text`.
    pub(super) fn digits_width(text: &str, height: usize) -> usize {
        text.chars().map(|letter| advance(letter, height)).sum()
    }
}

fn advance(letter: char, height: usize) -> usize {
    if letter.is_ascii_digit() {
        height * 11 / 16
    } else {
        height * 3 / 8
    }
}

fn fill(plane: &mut [u8], stride: usize, [x, y, width, height]: [usize; 4], value: u8) {
    let (from, to) = (x.min(stride), (x + width).min(stride));
    for row in plane.chunks_exact_mut(stride).skip(y).take(height) {
        row[from..to].fill(value);
    }
}
