//! What a frame looks like before encoding: its pixel layouts, checked against its size.
//!
//! Nothing here touches a pixel; `strip` does.

use crate::error::EncodeError;

/// The longest side a picture may have.
pub const MAX_SIDE: u16 = 8192;

/// How fine chroma is in the JPEG. Never finer than in the source: the coarser of the two is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// Half in both directions.
    #[default]
    S420,
    /// Half in width.
    S422,
    /// As fine as luma; only RGB and planar 4:4:4 have it.
    S444,
    /// No chroma at all.
    Grey,
}

/// Which sample values mean black and white in a YUV source. RGB is always full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// 0 to 255, as JPEG has it: copied unchanged.
    #[default]
    Full,
    /// 16 to 235 (chroma 16 to 240), as most cameras deliver it: expanded.
    Limited,
}

/// What the picture is and what it shall become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Pixels in a row, 1 to [`MAX_SIDE`].
    pub width: u16,
    /// Rows, 1 to [`MAX_SIDE`].
    pub height: u16,
    /// The finest chroma wanted.
    pub sampling: Sampling,
    /// Of a YUV source.
    pub range: Range,
}

/// Rows of bytes.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// The rows, the first one first. The last one may end where its pixels end.
    pub data: &'a [u8],
    /// Bytes from the start of one row to the start of the next.
    pub stride: usize,
}

impl<'a> Plane<'a> {
    /// A plane of rows that begin `stride` bytes apart.
    #[must_use]
    pub const fn new(data: &'a [u8], stride: usize) -> Self {
        Self { data, stride }
    }

    /// The first `len` bytes of row `y`.
    #[inline(always)]
    pub(crate) fn row(&self, y: usize, len: usize) -> &'a [u8] {
        &self.data[y * self.stride..][..len]
    }
}

/// A frame as the camera delivers it.
///
/// An odd width or height rounds chroma up: 5 pixels of YUYV are 3 groups of 4 bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Source<'a> {
    /// 4:2:2, bytes Y0 U Y1 V.
    Yuyv(Plane<'a>),
    /// 4:2:2, bytes U Y0 V Y1.
    Uyvy(Plane<'a>),
    /// 4:2:0, a plane of Y and one of U V pairs.
    Nv12 {
        /// Luma.
        y: Plane<'a>,
        /// Chroma, half the rows.
        uv: Plane<'a>,
    },
    /// Three planes; I420 is this with [`Sampling::S420`].
    Planar {
        /// Luma.
        y: Plane<'a>,
        /// Blue difference.
        u: Plane<'a>,
        /// Red difference.
        v: Plane<'a>,
        /// How fine u and v are. [`Sampling::Grey`] looks at y only.
        sampling: Sampling,
    },
    /// Luma only.
    Grey(Plane<'a>),
    /// Bytes R G B.
    Rgb24(Plane<'a>),
    /// Bytes B G R.
    Bgr24(Plane<'a>),
    /// One JPEG, perhaps without Huffman tables, without EOI or with what no decoder needs before or behind it.
    ///
    /// Size and sampling are its own: the spec's are not looked at.
    Mjpeg(&'a [u8]),
}

impl<'a> Source<'a> {
    /// NV12 in one buffer without gaps, chroma right after the luma rows, as V4L2 delivers it.
    #[must_use]
    pub fn nv12(data: &'a [u8], stride: usize, height: u16) -> Self {
        let (y, uv) = data.split_at(data.len().min(stride * usize::from(height)));
        Self::Nv12 {
            y: Plane::new(y, stride),
            uv: Plane::new(uv, stride),
        }
    }

    /// I420 in one buffer without gaps or padding.
    #[must_use]
    pub fn i420(data: &'a [u8], width: u16, height: u16) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let (y, chroma) = data.split_at(data.len().min(width * height));
        let (u, v) = chroma.split_at(chroma.len().min(half_width * half_height));
        Self::Planar {
            y: Plane::new(y, width),
            u: Plane::new(u, half_width),
            v: Plane::new(v, half_width),
            sampling: Sampling::S420,
        }
    }

    /// How fine the source's own chroma is.
    fn sampling(&self) -> Sampling {
        match self {
            Self::Yuyv(_) | Self::Uyvy(_) => Sampling::S422,
            Self::Nv12 { .. } => Sampling::S420,
            Self::Planar { sampling, .. } => *sampling,
            Self::Grey(_) => Sampling::Grey,
            Self::Rgb24(_) | Self::Bgr24(_) | Self::Mjpeg(_) => Sampling::S444,
        }
    }

    /// What the JPEG's chroma will be.
    pub(crate) fn output(&self, wanted: Sampling) -> Sampling {
        let rank = |sampling| match sampling {
            Sampling::Grey => 0,
            Sampling::S420 => 1,
            Sampling::S422 => 2,
            Sampling::S444 => 3,
        };
        let own = self.sampling();
        if rank(own) < rank(wanted) {
            own
        } else {
            wanted
        }
    }

    /// Checks every plane against the size, so that later every row can be sliced.
    pub(crate) fn check(&self, width: u16, height: u16) -> Result<(), EncodeError> {
        let (w, h) = (usize::from(width), usize::from(height));
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(EncodeError::Size { width, height });
        }
        let (half_w, half_h) = (w.div_ceil(2), h.div_ceil(2));
        match self {
            Self::Yuyv(p) | Self::Uyvy(p) => check_plane(0, p, 4 * half_w, h),
            Self::Grey(p) => check_plane(0, p, w, h),
            Self::Rgb24(p) | Self::Bgr24(p) => check_plane(0, p, 3 * w, h),
            Self::Nv12 { y, uv } => {
                check_plane(0, y, w, h)?;
                check_plane(1, uv, 2 * half_w, half_h)
            }
            Self::Planar { y, u, v, sampling } => {
                check_plane(0, y, w, h)?;
                let (w, h) = match sampling {
                    Sampling::Grey => return Ok(()),
                    Sampling::S420 => (half_w, half_h),
                    Sampling::S422 => (half_w, h),
                    Sampling::S444 => (w, h),
                };
                check_plane(1, u, w, h)?;
                check_plane(2, v, w, h)
            }
            Self::Mjpeg(_) => Ok(()),
        }
    }
}

fn check_plane(plane: usize, rows: &Plane, row: usize, count: usize) -> Result<(), EncodeError> {
    if rows.stride < row {
        return Err(EncodeError::Stride {
            plane,
            need: row,
            stride: rows.stride,
        });
    }
    let need = rows.stride.saturating_mul(count - 1).saturating_add(row);
    if rows.data.len() < need {
        return Err(EncodeError::Short {
            plane,
            need,
            got: rows.data.len(),
        });
    }
    Ok(())
}
