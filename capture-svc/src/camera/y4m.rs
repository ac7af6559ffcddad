//! PURE: what the header of a YUV4MPEG2 stream says. Source: the yuv4mpeg manual page of `MJPEGtools`.

use super::frame::{ColorMatrix, ColorRange, Mode, PixelFormat};

/// What the header says; `fps` where it says no rate.
pub(super) fn mode(header: &str, fps: f64) -> Result<Mode, String> {
    let mut words = header.split_ascii_whitespace();
    if words.next() != Some("YUV4MPEG2") {
        return Err("not a YUV4MPEG2 file".into());
    }
    let mut mode = Mode {
        width: 0,
        height: 0,
        fps,
        format: PixelFormat::I420,
        delivered: PixelFormat::I420.as_str(),
        range: ColorRange::Limited,
        matrix: ColorMatrix::Bt601,
    };
    for word in words {
        let (key, value) = word.split_at_checked(1).unwrap_or((word, ""));
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{word:?} in its header is no number"))
        };
        match (key, value) {
            ("W", _) => mode.width = number()?,
            ("H", _) => mode.height = number()?,
            // The usual ones, and a rate that is unknown.
            ("F", "0:0") | ("C", "420" | "420jpeg" | "420mpeg2" | "420paldv") => {}
            ("F", _) => {
                mode.fps =
                    rate(value).ok_or_else(|| format!("{word:?} in its header is no rate"))?;
            }
            ("C", "422") => mode.format = PixelFormat::I422,
            ("C", "444") => mode.format = PixelFormat::I444,
            ("C", "mono") => mode.format = PixelFormat::Grey,
            ("C", other) => {
                return Err(format!(
                    "its pixels are {other}; only 8-bit 4:2:0, 4:2:2, 4:4:4 and mono are read"
                ));
            }
            ("X", "COLORRANGE=FULL") => mode.range = ColorRange::Full,
            _ => {}
        }
    }
    mode.delivered = mode.format.as_str();
    if mode.width == 0 || mode.height == 0 {
        return Err("its header names no size".into());
    }
    Ok(mode)
}

/// `30000:1001` as frames a second.
fn rate(ratio: &str) -> Option<f64> {
    let (frames, seconds) = ratio.split_once(':')?;
    let fps = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (fps.is_finite() && fps > 0.0).then_some(fps)
}
