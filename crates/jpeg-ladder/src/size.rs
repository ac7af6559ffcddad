//! What is asked for, a quality at a size, and how large a smaller picture is.
//!
//! Nothing here touches a sample; `samples` and `shrink` do.

/// How large a picture is, beside the camera's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// As the camera has it.
    #[default]
    Full,
    /// Half as wide and half as high.
    Half,
    /// A quarter as wide and a quarter as high.
    Quarter,
}

impl Size {
    /// All of them, the largest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Half, Self::Quarter];

    /// Width and height of a picture of this size, from the camera's: divided, and rounded up to even numbers.
    #[must_use]
    pub const fn sides(self, (width, height): (u16, u16)) -> (u16, u16) {
        match self {
            Self::Full => (width, height),
            Self::Half => (even(width.div_ceil(2)), even(height.div_ceil(2))),
            Self::Quarter => (even(width.div_ceil(4)), even(height.div_ceil(4))),
        }
    }
}

/// The next even number; sides are at most 8192.
const fn even(side: u16) -> u16 {
    side + (side & 1)
}

/// A quality at a size: what one file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rendition {
    /// 1 to 100, as libjpeg defines it.
    pub quality: u8,
    /// Of the picture.
    pub size: Size,
}

impl Rendition {
    /// A quality at the camera's own size.
    #[must_use]
    pub const fn full(quality: u8) -> Self {
        Self {
            quality,
            size: Size::Full,
        }
    }

    /// A quality at a size.
    #[must_use]
    pub const fn new(quality: u8, size: Size) -> Self {
        Self { quality, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_sides_are_divided_and_rounded_up_to_even_numbers() {
        let sides = |width, height| {
            let of = |size: Size| size.sides((width, height));
            (of(Size::Full), of(Size::Half), of(Size::Quarter))
        };
        assert_eq!(sides(1280, 720), ((1280, 720), (640, 360), (320, 180)));
        assert_eq!(sides(1366, 768), ((1366, 768), (684, 384), (342, 192)));
        assert_eq!(sides(10, 9), ((10, 9), (6, 6), (4, 4)));
        assert_eq!(sides(1, 8192), ((1, 8192), (2, 4096), (2, 2048)));
    }

    #[test]
    fn a_quarter_is_half_of_a_half() {
        for side in 1..=8192 {
            let (half, _) = Size::Half.sides((side, 1));
            let (quarter, _) = Size::Quarter.sides((side, 1));
            assert_eq!(quarter, Size::Half.sides((half, 1)).0, "{side}");
        }
    }
}
