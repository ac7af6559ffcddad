//! How fine a camera's tables are, in the numbers that libjpeg uses.

use crate::tables::standard_steps;

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
    let distance = |quality: u8| {
        let standard = standard_steps(quality);
        let chroma = chroma.into_iter().flatten().zip(&standard[1]);
        let pairs = luma.iter().zip(&standard[0]).chain(chroma);
        pairs
            .map(|(&theirs, &ours)| {
                let (theirs, ours) = (f32::from(theirs), f32::from(ours));
                (theirs - ours).powi(2) / (theirs * ours)
            })
            .sum::<f32>()
    };
    (1..=100)
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        .expect("a hundred of them")
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
    fn tables_of_anyone_else_are_near_some_quality() {
        let flat = [8; 64];
        let found = nearest(&flat, Some(&flat));
        assert!((85..=95).contains(&found), "{found}");
    }
}
