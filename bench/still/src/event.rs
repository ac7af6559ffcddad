//! What happens before the camera beyond walking: what the rule was not tuned on. It belongs to the truth.

use std::f32::consts::TAU;

use crate::texture::Texture;
use crate::truth::Truth;

/// What goes on in a part of the picture, or in all of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event {
    /// A television of a tenth of the picture shows a pan with cuts.
    Television,
    /// Clouds: soft shadows of 8 % pass at a pixel a frame.
    Clouds,
    /// The edge of a shadow of 25 % passes at two pixels a frame.
    Shadow,
    /// Leaves flutter by up to two pixels on the right third.
    Leaves,
    /// Rain: faint streaks, elsewhere in each frame.
    Rain,
    /// Snow falls.
    Snow,
    /// A fan turns.
    Fan,
    /// Somebody types on a screen, a sign in five frames, with a cursor that blinks.
    Typing,
    /// A clock's hand goes on each second.
    Clock,
    /// Thin smoke drifts over the middle: up to 4 grey levels.
    Smoke,
    /// White balance drifts by 3 grey levels of either colour within ten seconds.
    Balance,
    /// It grows dark by 40 % a minute; the camera's gain follows in steps of 8 %.
    Dusk,
    /// A rolling band of mains light of 2 %, so slow that everybody sees it.
    Band,
}

/// The camera's gain at dusk.
pub(crate) fn dusk_gain(t: f32) -> f32 {
    let wanted = 1.0 / dusk_light(t);
    1.08f32.powf((wanted.ln() / 1.08f32.ln()).floor())
}

fn dusk_light(t: f32) -> f32 {
    1.0 - 0.4 * t / 2040.0
}

/// A number from 0 to 1 by lot.
fn lot(seed: u32, n: u32) -> f32 {
    let mut x = seed.wrapping_mul(0x9e37_79b9) ^ n.wrapping_mul(0x85eb_ca6b);
    x ^= x >> 15;
    x = x.wrapping_mul(0x2c1b_3c6d);
    x ^= x >> 12;
    x = x.wrapping_mul(0x297a_2d39);
    x ^= x >> 15;
    x as f32 / u32::MAX as f32
}

impl Event {
    /// Puts the event into frame `t`; `picture` is what stands there, for what shows more of it.
    pub(crate) fn show(self, truth: &mut Truth, picture: &Texture, t: f32) {
        let (width, height) = (truth.width as f32, truth.height as f32);
        match self {
            Self::Television => television(truth, picture, t),
            Self::Clouds => light(truth, |x, y| {
                let (u, v) = (x - t, y + 0.3 * t);
                1.0 + 0.04 * ((u / 90.0).sin() + (v / 70.0 + u / 300.0).sin())
            }),
            Self::Shadow => light(truth, |x, y| {
                let edge = 2.0 * t - 60.0 + 0.3 * y;
                1.0 - 0.25 * ((edge - x) / 40.0 + 0.5).clamp(0.0, 1.0)
            }),
            Self::Leaves => leaves(truth, picture, t),
            Self::Rain => {
                for n in 0..150 {
                    let at = |i: u32| lot(t as u32 * 1000 + n, i);
                    let (x, y) = (at(1) * width, at(2) * height);
                    spot(truth, (x, y), (0.8, 14.0), 20.0 * at(3));
                }
            }
            Self::Snow => {
                for n in 0..250 {
                    let at = |i: u32| lot(n, i);
                    let x = at(1) * width + 12.0 * (t * 0.1 + at(3) * TAU).sin();
                    let y = (at(2) * height + t * (3.0 + 4.0 * at(4))) % height;
                    let size = 1.0 + 1.5 * at(5);
                    spot(truth, (x, y), (size, size), 60.0);
                }
            }
            Self::Fan => fan(truth, t),
            Self::Typing => typing(truth, t),
            Self::Clock => {
                let turn = (t / 34.0).floor() * TAU / 60.0;
                for n in 4..40 {
                    let along = n as f32 * 1.5;
                    let at = (
                        width * 0.3 + along * turn.sin(),
                        height * 0.3 - along * turn.cos(),
                    );
                    spot(truth, at, (1.2, 1.2), -40.0);
                }
            }
            Self::Smoke => smoke(truth, t),
            Self::Balance => {
                let by = 3.0 * (t * TAU / 340.0).sin();
                truth.cb.iter_mut().for_each(|cb| *cb += by);
                truth.cr.iter_mut().for_each(|cr| *cr -= by);
            }
            Self::Dusk => light(truth, |_, _| dusk_light(t) * dusk_gain(t)),
            Self::Band => light(truth, |_, y| {
                1.0 + 0.02 * (TAU * (y / height * 2.7 + t * 0.004)).sin()
            }),
        }
    }
}

/// Changes the light by place.
fn light(truth: &mut Truth, gain: impl Fn(f32, f32) -> f32) {
    let width = truth.width;
    for (i, y) in truth.y.iter_mut().enumerate() {
        let gain = gain((i % width) as f32, (i / width) as f32);
        *y = (*y * gain).clamp(0.0, 255.0);
    }
}

/// A soft spot of some radius across and down.
fn spot(truth: &mut Truth, (x, y): (f32, f32), (across, down): (f32, f32), grey: f32) {
    let reach = |at: f32, radius: f32, end: usize| {
        let from = (at - 2.0 * radius - 1.0).max(0.0) as usize;
        let to = (at + 2.0 * radius + 2.0).max(0.0) as usize;
        from.min(end)..to.min(end)
    };
    for py in reach(y, down, truth.height) {
        for px in reach(x, across, truth.width) {
            let (dx, dy) = ((px as f32 - x) / across, (py as f32 - y) / down);
            let value = &mut truth.y[py * truth.width + px];
            *value = (*value + grey * (-(dx * dx + dy * dy)).exp()).clamp(0.0, 255.0);
        }
    }
}

fn television(truth: &mut Truth, picture: &Texture, t: f32) {
    let (width, height) = (truth.width, truth.height);
    let (left, top) = (width * 55 / 100 / 2 * 2, height / 4 / 2 * 2);
    let (wide, high) = (width * 30 / 100 / 2 * 2, height * 33 / 100 / 2 * 2);
    let (cut, within) = ((t / 40.0).floor(), t % 40.0);
    let from = (
        lot(1, cut as u32) * 0.5 * width as f32 + 1.5 * within,
        lot(2, cut as u32) * 0.4 * height as f32,
    );
    let shown = picture.cut(from.0, from.1, wide, high);
    for y in 0..high {
        let (to, from) = ((top + y) * width + left, y * wide);
        truth.y[to..to + wide].copy_from_slice(&shown.y[from..from + wide]);
    }
    for y in 0..high / 2 {
        let (to, from) = ((top / 2 + y) * (width / 2) + left / 2, y * (wide / 2));
        truth.cb[to..to + wide / 2].copy_from_slice(&shown.cr[from..from + wide / 2]);
        truth.cr[to..to + wide / 2].copy_from_slice(&shown.cb[from..from + wide / 2]);
    }
}

fn leaves(truth: &mut Truth, picture: &Texture, t: f32) {
    let width = truth.width;
    let from = width * 2 / 3;
    for y in 0..truth.height {
        for x in from..width {
            let (u, v) = (x as f32, y as f32);
            let calm = ((u - from as f32) / 60.0).min(1.0);
            let gust = 1.0 + 0.7 * (t * 0.07 + u / 200.0).sin();
            let dx = calm * gust * (t * 0.6 + u / 23.0 + v / 31.0).sin();
            let dy = calm * gust * 0.7 * (t * 0.47 + u / 29.0 - v / 19.0).sin();
            truth.y[y * width + x] = picture.luma(80.0 + u + dx, 45.0 + v + dy);
        }
    }
}

fn fan(truth: &mut Truth, t: f32) {
    let (width, height) = (truth.width, truth.height);
    let (x, y, radius) = (
        width as f32 * 0.7,
        height as f32 * 0.35,
        height as f32 * 0.16,
    );
    for py in (y - radius) as usize..(y + radius) as usize {
        for px in (x - radius) as usize..(x + radius) as usize {
            let (dx, dy) = (px as f32 - x, py as f32 - y);
            let away = dx.hypot(dy);
            if away >= radius {
                continue;
            }
            let turn = dy.atan2(dx) + TAU * 0.31 * t / 3.0;
            let blade = 0.5 + 0.5 * (3.0 * turn).sin();
            let value = &mut truth.y[py * width + px];
            *value += (170.0 - *value) * 0.4 * blade * (1.0 - away / radius).min(0.3) / 0.3;
        }
    }
}

fn typing(truth: &mut Truth, t: f32) {
    let (width, height) = (truth.width, truth.height);
    let (left, top) = (width / 4, height / 3);
    let (wide, high) = (width / 3, height / 3);
    for y in top..top + high {
        truth.y[y * width + left..y * width + left + wide].fill(225.0);
    }
    let per_line = (wide - 16) / 8;
    let mut glyph = |n: usize, on: &dyn Fn(u32) -> bool| {
        let (column, line) = (n % per_line, n / per_line % ((high - 16) / 14));
        for pixel in 0..60u32 {
            let (x, y) = (pixel % 6, pixel / 6);
            if on(pixel) {
                let at = (top + 8 + 14 * line + y as usize) * width;
                truth.y[at + left + 8 + 8 * column + x as usize] = 30.0;
            }
        }
    };
    let typed = 120 + (t / 5.0) as usize;
    for n in 0..typed {
        glyph(n, &|pixel| lot(n as u32, pixel) < 0.35);
    }
    if ((t / 17.0) as u32).is_multiple_of(2) {
        glyph(typed, &|pixel| pixel % 6 < 2);
    }
}

fn smoke(truth: &mut Truth, t: f32) {
    let (width, height) = (truth.width as f32, truth.height as f32);
    let across = truth.width;
    for (i, value) in truth.y.iter_mut().enumerate() {
        let (x, y) = ((i % across) as f32, (i / across) as f32);
        let (u, v) = (
            (x - width / 2.0) / (width / 5.0),
            (y - height / 2.0) / (height / 4.0),
        );
        let inside = (1.0 - u * u - v * v).max(0.0);
        let waves = (x / 37.0 + t * 0.03).sin() * ((y + 1.2 * t) / 29.0).sin();
        *value += 4.0 * inside * (0.5 + 0.5 * waves);
    }
}
