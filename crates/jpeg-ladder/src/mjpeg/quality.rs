//! How fine a camera's tables are, in the numbers that libjpeg uses.

use crate::tables::{ZIGZAG, standard_steps};

/// The last estimate and what it is of: cameras seldom change their tables.
#[derive(Default)]
pub(crate) struct Estimate {
    last: Option<(Steps, u8)>,
}

/// Of luma, and of chroma where the frame has any, in zigzag order.
type Steps = ([u16; 64], Option<[u16; 64]>);

impl Estimate {
    /// The quality whose tables are nearest to these of luma and chroma, in zigzag order.
    pub(crate) fn of(&mut self, luma: &[u16; 64], chroma: Option<&[u16; 64]>) -> u8 {
        if let Some(((last_luma, last_chroma), quality)) = &self.last
            && (last_luma, last_chroma.as_ref()) == (luma, chroma)
        {
            return *quality;
        }
        let quality = nearest(luma, chroma);
        self.last = Some(((*luma, chroma.copied()), quality));
        quality
    }
}

fn nearest(luma: &[u16; 64], chroma: Option<&[u16; 64]>) -> u8 {
    let upright: [usize; 64] = std::array::from_fn(|i| i);
    let distance = |quality: u8, places: &[usize; 64]| {
        let [their_luma, their_chroma] = standard_steps(quality);
        let chroma = chroma.map(|chroma| apart(chroma, &their_chroma, places));
        apart(luma, &their_luma, places) + chroma.unwrap_or_default()
    };
    // A frame that was laid on its side has its tables laid on theirs.
    let turned = transposed();
    let least = |quality| distance(quality, &upright).min(distance(quality, &turned));
    (1..=100)
        .min_by(|&a, &b| least(a).total_cmp(&least(b)))
        .expect("a hundred of them")
}

/// How far steps are from a standard table's, of which `places` says where each stands.
fn apart(steps: &[u16; 64], standard: &[u8; 64], places: &[usize; 64]) -> f32 {
    let pairs = steps
        .iter()
        .zip(places.iter().map(|&place| standard[place]));
    pairs
        .map(|(&theirs, ours)| {
            let (theirs, ours) = (f32::from(theirs), f32::from(ours));
            (theirs - ours).powi(2) / (theirs * ours)
        })
        .sum()
}

/// By zigzag position, the one of the same place when rows and columns are exchanged.
fn transposed() -> [usize; 64] {
    ZIGZAG.map(|place| {
        let other = place >> 3 | (place & 7) << 3;
        let at = ZIGZAG.iter().position(|at| *at == other);
        at.expect("it has all 64")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_libjpeg_are_recognised_exactly() {
        for quality in 1..=100 {
            let [luma, chroma] = standard_steps(quality).map(|steps| steps.map(u16::from));
            let found = Estimate::default().of(&luma, Some(&chroma));
            // Neighbours at the ends have the same tables.
            assert_eq!(standard_steps(found), standard_steps(quality));
            let found = Estimate::default().of(&luma, None);
            assert_eq!(standard_steps(found)[0], standard_steps(quality)[0]);
        }
    }

    #[test]
    fn tables_of_a_turned_frame_are_those_of_its_quality() {
        let places = transposed();
        for quality in 30..=95 {
            let [luma, chroma] =
                standard_steps(quality).map(|steps| places.map(|at| u16::from(steps[at])));
            assert_eq!(nearest(&luma, Some(&chroma)), quality);
        }
    }

    #[test]
    fn tables_of_anyone_else_are_near_some_quality() {
        let flat = [8; 64];
        let found = nearest(&flat, Some(&flat));
        assert!((85..=95).contains(&found), "{found}");
    }
}
