//! PURE: what a program writes: `CAPTURE_EXEC_FORMAT`, and what its first bytes tell where that is `auto`.

use std::str::FromStr;

use super::super::frame::{ColorMatrix, ColorRange, Mode, PixelFormat};

/// So many bytes without a picture, and there is none.
const LOOK_AT: usize = 64 << 10;

/// From so many rows on video has the colours of HD. Source: the defaults of rpicam-apps, mpv and VLC.
const HD_ROWS: u32 = 720;

/// `CAPTURE_EXEC_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ExecFormat {
    /// MJPEG or y4m, whichever the first bytes are.
    #[default]
    Auto,
    /// JPEGs one after the other, whatever stands between them.
    Mjpeg,
    /// YUV4MPEG2.
    Y4m,
    /// Raw frames of one size, one after the other.
    Raw {
        /// Layout of the bytes.
        format: PixelFormat,
        /// Pixels per row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

impl FromStr for ExecFormat {
    type Err = String;

    /// # Errors
    /// Words that name what is allowed.
    fn from_str(text: &str) -> Result<Self, String> {
        let raw = |(name, size): (&str, &str)| {
            let format = match name {
                "yuv420p" => PixelFormat::I420,
                "nv12" => PixelFormat::Nv12,
                "yuyv" => PixelFormat::Yuyv,
                _ => return None,
            };
            let (width, height) = size.split_once('x')?;
            let side = |text: &str| text.parse().ok().filter(|side| (1..=8192).contains(side));
            Some(Self::Raw {
                format,
                width: side(width)?,
                height: side(height)?,
            })
        };
        match text {
            "auto" => Ok(Self::Auto),
            "mjpeg" => Ok(Self::Mjpeg),
            "y4m" => Ok(Self::Y4m),
            _ => text.split_once(':').and_then(raw).ok_or_else(|| {
                "auto, mjpeg, y4m, or raw frames with their size: yuv420p:1280x720, nv12:1280x720, yuyv:1280x720 (each side \
                 up to 8192)"
                    .into()
            }),
        }
    }
}

/// What raw frames are: programs say nothing about them. `None` where the stream itself tells.
pub(super) fn raw_mode(format: ExecFormat, fps: f64) -> Option<Mode> {
    let ExecFormat::Raw {
        format,
        width,
        height,
    } = format
    else {
        return None;
    };
    Some(Mode {
        width,
        height,
        fps,
        format,
        delivered: format.as_str(),
        range: ColorRange::Limited,
        matrix: if height >= HD_ROWS {
            ColorMatrix::Bt709
        } else {
            ColorMatrix::Bt601
        },
    })
}

/// What a program's first bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sniffed {
    Mjpeg,
    Y4m,
    /// Too few to tell.
    Unclear,
    /// Neither; words for a person.
    Neither(String),
}

/// Looks at all that has come so far.
pub(super) fn sniff(bytes: &[u8]) -> Sniffed {
    const Y4M: &[u8] = b"YUV4MPEG2 ";
    if bytes.starts_with(Y4M) {
        return Sniffed::Y4m;
    }
    if Y4M.starts_with(bytes) {
        return Sniffed::Unclear;
    }
    if let Some(kind) = known(bytes) {
        return Sniffed::Neither(format!(
            "writes {kind}, which is not read: have it write MJPEG or y4m, or let ffmpeg make it of that (-f mjpeg -)"
        ));
    }
    let looked = &bytes[..bytes.len().min(LOOK_AT)];
    if looked.windows(3).any(|three| three == [0xff, 0xd8, 0xff]) {
        Sniffed::Mjpeg
    } else if bytes.len() < LOOK_AT {
        Sniffed::Unclear
    } else {
        Sniffed::Neither(
            "writes neither MJPEG nor y4m; of raw frames CAPTURE_EXEC_FORMAT must say layout and size, such as \
             yuv420p:1280x720"
                .into(),
        )
    }
}

/// Other kinds of video, by how they begin.
fn known(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0, 0, 0, 1, ..] | [0, 0, 1, ..] => Some("H.264, HEVC or MPEG video"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("Matroska or WebM"),
        [0x89, b'P', b'N', b'G', ..] => Some("PNG"),
        [b'R', b'I', b'F', b'F', ..] => Some("AVI"),
        [b'F', b'L', b'V', ..] => Some("FLV"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("MP4"),
        [0x47, ..] if bytes.get(188) == Some(&0x47) => Some("an MPEG transport stream"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_understood_and_no_other() {
        assert_eq!("auto".parse(), Ok(ExecFormat::Auto));
        assert_eq!("mjpeg".parse(), Ok(ExecFormat::Mjpeg));
        assert_eq!("y4m".parse(), Ok(ExecFormat::Y4m));
        for (text, format) in [
            ("yuv420p:640x480", PixelFormat::I420),
            ("nv12:640x480", PixelFormat::Nv12),
            ("yuyv:640x480", PixelFormat::Yuyv),
        ] {
            let (width, height) = (640, 480);
            let raw = ExecFormat::Raw {
                format,
                width,
                height,
            };
            assert_eq!(text.parse(), Ok(raw));
        }
        for text in [
            "",
            "h264",
            "yuv420p",
            "yuv420p:",
            "yuv420p:640",
            "nv12:0x480",
            "nv12:640x9000",
            "rgb:1x1",
            "nv12:640x480x2",
        ] {
            assert!(
                ExecFormat::from_str(text)
                    .unwrap_err()
                    .contains("yuv420p:1280x720"),
                "{text}"
            );
        }
    }

    #[test]
    fn raw_frames_of_hd_have_its_colours_and_smaller_ones_those_of_old() {
        let matrix = |size: &str| {
            raw_mode(format!("nv12:{size}").parse().unwrap(), 30.0)
                .unwrap()
                .matrix
        };
        assert_eq!(matrix("1280x720"), ColorMatrix::Bt709);
        assert_eq!(matrix("1280x719"), ColorMatrix::Bt601);
        assert_eq!(raw_mode(ExecFormat::Auto, 30.0), None);
    }

    #[test]
    fn the_first_bytes_tell_what_comes() {
        let boundary = b"--x\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0";
        assert_eq!(sniff(boundary), Sniffed::Mjpeg);
        assert_eq!(sniff(&boundary[..boundary.len() - 2]), Sniffed::Unclear);
        assert_eq!(sniff(b"YUV4MPEG2 W640 H480"), Sniffed::Y4m);
        assert_eq!(sniff(b"YUV4"), Sniffed::Unclear);
        assert_eq!(sniff(b""), Sniffed::Unclear);
    }

    #[test]
    fn what_is_neither_is_named_with_what_would_do() {
        let neither = |bytes: &[u8]| match sniff(bytes) {
            Sniffed::Neither(words) => words,
            other => panic!("{other:?}"),
        };
        assert!(neither(&[0, 0, 0, 1, 0x67, 0x64]).contains("H.264"));
        assert!(neither(b"\0\0\0\x20ftypisom").contains("MP4"));
        assert!(neither(&vec![0x47; 376]).contains("transport"));
        assert!(neither(&vec![16; LOOK_AT]).contains("yuv420p:1280x720"));
        assert_eq!(sniff(&vec![16; LOOK_AT - 1]), Sniffed::Unclear);
    }
}
