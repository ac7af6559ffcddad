//! Colour arithmetic: RGB to YCbCr as libjpeg computes it, limited range to full.
//!
//! Source: JFIF 1.02 (ITU-R BT.601, full range), libjpeg's jccolor.c for the rounding.

/// 128 and just less than a half, with 16 fraction bits.
pub(crate) const CENTRE: i32 = (128 << 16) + (1 << 15) - 1;

/// Y of each pixel; `RED` is the place of R, the other end that of B.
#[inline(always)]
pub(crate) fn rgb_luma<const RED: usize>(pixels: &[u8], out: &mut [u8]) {
    for (out, pixel) in out.iter_mut().zip(pixels.chunks_exact(3)) {
        let [r, g, b] = [pixel[RED], pixel[1], pixel[2 - RED]].map(i32::from);
        *out = ((19595 * r + 38470 * g + 7471 * b + (1 << 15)) >> 16) as u8;
    }
}

/// Cb and Cr of each pixel.
#[inline(always)]
pub(crate) fn rgb_chroma<const RED: usize>(pixels: &[u8], u: &mut [u8], v: &mut [u8]) {
    for ((pixel, u), v) in pixels.chunks_exact(3).zip(u).zip(v) {
        let [r, g, b] = [pixel[RED], pixel[1], pixel[2 - RED]].map(i32::from);
        *u = ((-11058 * r - 21710 * g + 32768 * b + CENTRE) >> 16) as u8;
        *v = ((32768 * r - 27439 * g - 5329 * b + CENTRE) >> 16) as u8;
    }
}

/// 16..=235 to 0..=255: 255 / 219 with 15 fraction bits.
#[inline(always)]
pub(crate) fn expand_luma(row: &mut [u8]) {
    for y in row {
        *y = (((i32::from(*y) - 16) * 38155 + (1 << 14)) >> 15).clamp(0, 255) as u8;
    }
}

/// 16..=240 to 0..=255 around 128: 255 / 224 with 15 fraction bits.
#[inline(always)]
pub(crate) fn expand_chroma(row: &mut [u8]) {
    for c in row {
        *c = ((((i32::from(*c) - 128) * 37303 + (1 << 14)) >> 15) + 128).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limited_range_is_expanded_to_the_nearest_value() {
        let mut luma: Vec<u8> = (0..=255).collect();
        let mut chroma = luma.clone();
        expand_luma(&mut luma);
        expand_chroma(&mut chroma);
        for value in 0..=255 {
            let exact = |zero: f64, span: f64, out: f64| {
                (((f64::from(value) - zero) * 255.0 / span).round() + out) as u8
            };
            let i = value as usize;
            assert_eq!(luma[i], exact(16.0, 219.0, 0.0), "luma {value}");
            assert_eq!(chroma[i], exact(128.0, 224.0, 128.0), "chroma {value}");
        }
    }
}
