//! Pictures out of nothing: what a camera might see, and what no camera ever would.
//!
//! Made here so that nothing need be shipped or licensed; the same seed gives the same picture everywhere, which is why
//! there is no function in it whose last bit is the platform's. Used by the tests and, by its path, by `bench/encode`.

use fastrand::Rng;

/// Planes as fine as luma, full range.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) planes: [Vec<u8>; 3],
}

/// A scene with a sensor's noise. `detail` is about 1 for an ordinary room, less for a plain wall.
pub(crate) fn natural(width: usize, height: usize, detail: f32, seed: u64) -> Picture {
    let mut rng = Rng::with_seed(seed);
    let amplitudes = [70.0, 26.0, 26.0];
    let planes = std::array::from_fn(|component| {
        let mut plane = vec![128.0f32; width * height];
        // Clouds: each octave half as large and a little less than half as strong, as in photographs.
        let mut cell = width.max(height).max(2) as f32 / 2.0;
        let mut amplitude = amplitudes[component];
        while cell >= if component == 0 { 1.5 } else { 4.0 } {
            let fine = if cell < 24.0 { detail } else { 1.0 };
            add_clouds(&mut plane, width, cell, amplitude * fine, &mut rng);
            cell /= 2.0;
            amplitude *= 0.58;
        }
        plane
    });
    let mut planes: [Vec<f32>; 3] = planes;
    add_objects(&mut planes, width, height, detail, &mut rng);
    let planes = planes.map(|plane| with_noise(&plane, width, 2.5, &mut rng));
    Picture {
        width,
        height,
        planes,
    }
}

/// Adds values that are random at the corners of cells and smooth between them.
fn add_clouds(plane: &mut [f32], width: usize, cell: f32, amplitude: f32, rng: &mut Rng) {
    let height = plane.len() / width;
    let (across, down) = (
        (width as f32 / cell) as usize + 2,
        (height as f32 / cell) as usize + 2,
    );
    let corners: Vec<f32> = (0..across * down)
        .map(|_| (rng.f32() - 0.5) * amplitude)
        .collect();
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        let fy = y as f32 / cell;
        let (cy, ty) = (fy as usize, smooth(fy.fract()));
        for (x, out) in row.iter_mut().enumerate() {
            let fx = x as f32 / cell;
            let (cx, tx) = (fx as usize, smooth(fx.fract()));
            let at = cy * across + cx;
            let mix = |a: f32, b: f32| a + (b - a) * tx;
            let above = mix(corners[at], corners[at + 1]);
            let below = mix(corners[at + across], corners[at + across + 1]);
            *out += above + (below - above) * ty;
        }
    }
}

/// Things with edges: discs and bars of their own brightness, colour and texture.
fn add_objects(
    planes: &mut [Vec<f32>; 3],
    width: usize,
    height: usize,
    detail: f32,
    rng: &mut Rng,
) {
    let size = width.min(height) as f32;
    for _ in 0..(60.0 * detail) as usize {
        let (cx, cy) = (rng.f32() * width as f32, rng.f32() * height as f32);
        let radius = size * (0.01 + 0.14 * rng.f32() * rng.f32());
        let (squash, disc) = (0.3 + rng.f32(), rng.bool());
        let shift = [0, 1, 2].map(|c| (rng.f32() - 0.5) * if c == 0 { 130.0 } else { 50.0 });
        let (stripes, strength) = (
            0.04 + rng.f32() * 0.2,
            if rng.u8(..) < 80 { 18.0 } else { 0.0 },
        );
        let bounds = |centre: f32, reach: f32, end: usize| {
            (centre - reach).max(0.0) as usize..((centre + reach + 1.0).max(0.0) as usize).min(end)
        };
        for y in bounds(cy, radius, height) {
            for x in bounds(cx, radius * squash, width) {
                let (dx, dy) = (
                    (x as f32 - cx) / (radius * squash),
                    (y as f32 - cy) / radius,
                );
                let distance = if disc {
                    (dx * dx + dy * dy).sqrt()
                } else {
                    dx.abs().max(dy.abs())
                };
                // About one pixel of a lens's softness.
                let inside = ((1.0 - distance) * radius / 1.5 + 0.5).clamp(0.0, 1.0);
                let at = y * width + x;
                // A triangle wave: `sin` differs between platforms.
                let wave = ((x as f32 * stripes).fract() - 0.5).abs() * 4.0 - 1.0;
                planes[0][at] += inside * (shift[0] + strength * wave);
                planes[1][at] += inside * shift[1];
                planes[2][at] += inside * shift[2];
            }
        }
    }
}

/// Rounds after adding noise that, as behind a real sensor's colour filter, is a little blurred.
fn with_noise(plane: &[f32], width: usize, sigma: f32, rng: &mut Rng) -> Vec<u8> {
    let white: Vec<f32> = (0..plane.len())
        .map(|_| (rng.f32() + rng.f32() + rng.f32() + rng.f32() - 2.0) * sigma * 1.73)
        .collect();
    let at = |i: usize, step: usize| {
        white[i.saturating_sub(step)] + white[(i + step).min(white.len() - 1)]
    };
    (0..plane.len())
        .map(|i| {
            let noise = white[i] * 0.75 + (at(i, 1) + at(i, width)) * 0.33;
            (plane[i] + noise).round().clamp(0.0, 255.0) as u8
        })
        .collect()
}

/// One of several kinds that are hard on an encoder: noise, extremes, patterns, flats, single pixels.
pub(crate) fn unnatural(width: usize, height: usize, rng: &mut Rng) -> Picture {
    let planes = std::array::from_fn(|_| {
        let (a, b) = (rng.u8(..), rng.u8(..));
        let kind = rng.u8(..8);
        let period = 1 + rng.usize(..16);
        let len = width * height;
        let mut plane: Vec<u8> = (0..len)
            .map(|i| {
                let (x, y) = (i % width, i / width);
                let either = |first: bool, a: u8, b: u8| if first { a } else { b };
                match kind {
                    0 => rng.u8(..),
                    1 => either(rng.bool(), 255, 0),
                    2 => either((x / period + y / period).is_multiple_of(2), 255, 0),
                    3 => (x * 5 + y * 3) as u8,
                    4 => either((x / period).is_multiple_of(2), a, b),
                    5 => either((y / period).is_multiple_of(2), a, b),
                    6 => a.saturating_add(rng.u8(..4)),
                    _ => a,
                }
            })
            .collect();
        if rng.bool() {
            for _ in 0..=len / 200 {
                plane[rng.usize(..len)] = rng.u8(..);
            }
        }
        plane
    });
    Picture {
        width,
        height,
        planes,
    }
}
