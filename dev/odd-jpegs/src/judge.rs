//! What the encoder makes of an odd JPEG, beside what libjpeg-turbo makes of it.

use std::fmt::{self, Display, Formatter};

use jpeg_ladder::{Ladder, Range, Rendition, Sampling, Source, Spec};

use crate::refused;
use crate::turbo::{self, Decoded};

/// One to be quantised anew, and one to be passed on where the odd one is no better.
const QUALITIES: [u8; 2] = [60, 95];

/// We may be so much worse than libjpeg-turbo, decoding and encoding again: less than is seen.
const WORSE_MAX_DB: f64 = 0.3;

/// And in a picture of a block or two, where a coefficient that is rounded the other way is all of the difference: 0.49 dB
/// at the most are seen.
const SMALL_PIXELS: usize = 128;
const WORSE_SMALL_MAX_DB: f64 = 0.5;

/// And from here on, where two pictures are the same to any eye: what is left is an error of one step in a few pixels,
/// which two roundings, the file's own and ours, share out by chance. 0.93 dB at the most are seen, of 47.56.
const ALIKE_DB: f64 = 45.0;
const WORSE_ALIKE_MAX_DB: f64 = 1.0;

pub(crate) enum Verdict {
    /// By how much ours is better than libjpeg-turbo's at the quality where it is least so, dB.
    Shown(f64),
    /// The table's reason.
    Refused(&'static str),
    /// Neither alike nor refused with a reason.
    Wrong(String),
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(better) => write!(f, "shown, {better:+.2} dB"),
            Self::Refused(reason) => write!(f, "refused: {reason}"),
            Self::Wrong(words) => write!(f, "WRONG: {words}"),
        }
    }
}

pub(crate) struct Judge {
    ladder: Ladder,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self {
            ladder: Ladder::new(),
        }
    }

    pub(crate) fn verdict(&mut self, name: &str, jpeg: &[u8]) -> anyhow::Result<Verdict> {
        let spec = Spec {
            width: 0,
            height: 0,
            sampling: Sampling::S444,
            range: Range::Full,
        };
        let mut ours = QUALITIES.map(|_| Vec::new());
        let done = self.ladder.encode_many(
            &spec,
            Source::Mjpeg(jpeg),
            &QUALITIES.map(Rendition::full),
            &mut ours,
            &[],
        );
        let theirs = turbo::decode(jpeg)?;
        let reason = refused::reason(name);
        match (done, theirs) {
            (Err(error), theirs) => Ok(match (reason, theirs) {
                (Some(reason), _) => Verdict::Refused(reason),
                (None, None) => Verdict::Refused("libjpeg-turbo shows nothing of it"),
                (None, Some(_)) => Verdict::Wrong(format!("refused without a reason: {error}")),
            }),
            (Ok(_), None) => Ok(Verdict::Wrong("shown, and libjpeg-turbo shows none".into())),
            (Ok(_), Some(picture)) => match self.passed_on(jpeg, &picture)? {
                Some(words) => Ok(Verdict::Wrong(words)),
                None => compare(&picture, &ours),
            },
        }
    }

    /// What is wrong with it where it is passed on by its markers alone: it must be the same picture to the last bit.
    fn passed_on(&mut self, jpeg: &[u8], picture: &Decoded) -> anyhow::Result<Option<String>> {
        let mut passed = [Vec::new()];
        if !self
            .ladder
            .pass_through(jpeg, &[Rendition::full(100)], &mut passed, &[])
        {
            return Ok(None);
        }
        let shown = turbo::decode(&passed[0])?;
        let same = shown.is_some_and(|shown| shown.rgb == picture.rgb);
        Ok((!same).then(|| "passed on, it is another picture".into()))
    }
}

/// Our files beside libjpeg-turbo's of the picture that it shows.
fn compare(picture: &Decoded, ours: &[Vec<u8>]) -> anyhow::Result<Verdict> {
    let mut least = f64::INFINITY;
    for (quality, ours) in QUALITIES.iter().zip(ours) {
        let quality = quality.to_string();
        let mut switches = vec!["-quality", &quality];
        let sampling = sampling(ours);
        match &sampling {
            Some(factors) => switches.extend(["-sample", factors]),
            None => switches.push("-grayscale"),
        }
        let theirs = turbo::encode(&switches, picture)?;
        let Some(shown) = turbo::decode(ours)? else {
            return Ok(Verdict::Wrong("our file cannot be decoded".into()));
        };
        if (shown.width, shown.height) != (picture.width, picture.height) {
            let words = format!(
                "{}x{} where it should be another",
                shown.width, shown.height
            );
            return Ok(Verdict::Wrong(words));
        }
        let theirs = turbo::decode(&theirs)?.expect("its own file can be decoded");
        let (ours_db, theirs_db) = (psnr(&shown, picture), psnr(&theirs, picture));
        let better = ours_db - theirs_db;
        if better < -worse_max_db(picture, ours_db) {
            let words = format!("{ours_db:.2} dB at {quality}, libjpeg-turbo has {theirs_db:.2}");
            return Ok(Verdict::Wrong(words));
        }
        least = least.min(better);
    }
    Ok(Verdict::Shown(least))
}

/// By how much ours, that far from the picture, may be behind.
fn worse_max_db(picture: &Decoded, ours_db: f64) -> f64 {
    if ours_db >= ALIKE_DB {
        WORSE_ALIKE_MAX_DB
    } else if picture.width * picture.height < SMALL_PIXELS {
        WORSE_SMALL_MAX_DB
    } else {
        WORSE_MAX_DB
    }
}

/// The sampling factors in a file of ours, as `cjpeg` wants them told; `None` where it is grey. Source: ITU-T T.81 B.2.2.
fn sampling(jpeg: &[u8]) -> Option<String> {
    let at = jpeg
        .windows(2)
        .position(|pair| matches!(pair, [0xff, 0xc0 | 0xc1]))?;
    let components = usize::from(jpeg[at + 9]);
    let factors = (0..components).map(|i| jpeg[at + 11 + 3 * i]);
    let told: Vec<String> = factors.map(|f| format!("{}x{}", f >> 4, f & 15)).collect();
    (components > 1).then(|| told.join(","))
}

fn psnr(one: &Decoded, other: &Decoded) -> f64 {
    let squares: f64 = one
        .rgb
        .iter()
        .zip(&other.rgb)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2))
        .sum();
    let mean = squares / one.rgb.len() as f64;
    if mean == 0.0 {
        99.0
    } else {
        10.0 * (255.0 * 255.0 / mean).log10()
    }
}
