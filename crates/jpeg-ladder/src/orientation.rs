//! How a picture stands: the eight ways of turning and mirroring it, as EXIF numbers them.

/// What becomes of a picture: sides swapped or not, then mirrored in either direction.
///
/// The pixel at (x, y) of the result, counted from the far side where it is mirrored, is the one at (x, y) of the source,
/// or at (y, x) where sides are swapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    pub(crate) swapped: bool,
    /// Left and right of the result.
    pub(crate) across: bool,
    /// Top and bottom of the result.
    pub(crate) down: bool,
}

impl Orientation {
    /// As it is.
    pub const UPRIGHT: Self = Self::new(false, false, false);
    /// Turned clockwise by a quarter.
    pub const QUARTER: Self = Self::new(true, true, false);
    /// Turned by half.
    pub const HALF: Self = Self::new(false, true, true);
    /// Turned clockwise by three quarters.
    pub const THREE_QUARTERS: Self = Self::new(true, false, true);
    /// Left and right exchanged.
    pub const MIRRORED: Self = Self::new(false, true, false);
    /// Top and bottom exchanged.
    pub const FLIPPED: Self = Self::new(false, false, true);

    const fn new(swapped: bool, across: bool, down: bool) -> Self {
        Self {
            swapped,
            across,
            down,
        }
    }

    /// What makes a picture upright whose EXIF has this number, 1 to 8; upright for any other. Source: EXIF 2.3, tag 274.
    #[must_use]
    pub const fn of_exif(number: u16) -> Self {
        match number {
            2 => Self::MIRRORED,
            3 => Self::HALF,
            4 => Self::FLIPPED,
            5 => Self::new(true, false, false),
            6 => Self::QUARTER,
            7 => Self::new(true, true, true),
            8 => Self::THREE_QUARTERS,
            _ => Self::UPRIGHT,
        }
    }

    /// This one, and then `next`.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        let (across, down) = if next.swapped {
            (self.down, self.across)
        } else {
            (self.across, self.down)
        };
        Self::new(
            self.swapped != next.swapped,
            across != next.across,
            down != next.down,
        )
    }

    /// Whether what lay on its side stands, and the other way round.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        self.swapped
    }

    /// The sides of a picture of these sides.
    #[must_use]
    pub fn sides<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.swapped {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Whether the source is read from its far side: left and right, top and bottom.
    #[must_use]
    pub const fn reversed(self) -> (bool, bool) {
        if self.swapped {
            (self.down, self.across)
        } else {
            (self.across, self.down)
        }
    }

    /// Where the source has what stands at a place of the result, which has these sides.
    #[must_use]
    pub fn source(self, (x, y): (usize, usize), (width, height): (usize, usize)) -> (usize, usize) {
        let x = if self.across { width - 1 - x } else { x };
        let y = if self.down { height - 1 - y } else { y };
        self.sides((x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of two rows of three.
    const PICTURE: [&str; 2] = ["abc", "def"];

    fn seen(orientation: Orientation) -> String {
        let (width, height) = orientation.sides((3, 2));
        let row = |y| {
            let pixel = |x| {
                let (u, v) = orientation.source((x, y), (width, height));
                char::from(PICTURE[v].as_bytes()[u])
            };
            (0..width).map(pixel).collect::<String>()
        };
        (0..height).map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_number_of_exif_is_its_own_way() {
        let all = (1..=8).map(|number| seen(Orientation::of_exif(number)));
        let expected = [
            "abc def", "cba fed", "fed cba", "def abc", "ad be cf", "da eb fc", "fc eb da",
            "cf be ad",
        ];
        assert!(
            all.eq(expected),
            "{:?}",
            (1..=8)
                .map(|n| seen(Orientation::of_exif(n)))
                .collect::<Vec<_>>()
        );
        assert_eq!(Orientation::of_exif(0), Orientation::UPRIGHT);
        assert_eq!(Orientation::of_exif(9), Orientation::UPRIGHT);
    }

    #[test]
    fn two_in_turn_are_one() {
        let quarter = Orientation::QUARTER;
        assert_eq!(quarter.then(quarter), Orientation::HALF);
        assert_eq!(
            quarter.then(quarter).then(quarter),
            Orientation::THREE_QUARTERS
        );
        assert_eq!(seen(quarter.then(Orientation::MIRRORED)), "ad be cf");
        assert_eq!(seen(Orientation::MIRRORED.then(quarter)), "fc eb da");
        for number in 1..=8 {
            let one = Orientation::of_exif(number);
            let back = (1..=8).map(Orientation::of_exif);
            let back = back.filter(|back| one.then(*back) == Orientation::UPRIGHT);
            assert_eq!(back.count(), 1, "{number}");
        }
    }
}
