//! Limits: how far is too far, from numbers of deviations to sums as `distance` gives them.

use super::bands::{HIGH, LOW, SQUARE, SQUARES, UNIT};
use super::cell::{FRAMES, Sums};
use super::check::WEAK;
use super::distance::Distance;
use super::noise::Noise;
use crate::interval::Geometry;

/// What blocks have in common beyond chance: noise of neighbours is not quite their own; chroma's less so.
const CORRELATED: f32 = 1.1;
const CORRELATED_CHROMA: f32 = 1.2;
/// Of the light's beat against the frames, what the difference of two means has.
const BEAT: f32 = 0.8;
/// Means are looked at as often as frames but hardly change from one to the next: chance passes their limits less often.
const GROWN: f32 = 0.85;
/// What the noise level may be wrong by without everything being fresh.
const TOLERANCE: f32 = 0.02;
/// Of the sums of nine MCUs' DCs: luma's, and chroma's as long as the self-check finds nothing and at its strictest.
const REGION: f32 = 4.5;
const REGION_CHROMA: [f32; 2] = [4.5, 2.3];
/// Of luma's of 81 MCUs; rows have noise in common, too.
const WIDE: f32 = 5.5;

/// Numbers of deviations, by what they are of.
#[derive(Clone, Copy)]
struct Deviations {
    /// Luma's DC with its sign.
    dc: f32,
    low: f32,
    high: f32,
    chroma: f32,
}

/// Of a block, of an MCU, of an interval.
type Sizes = [Deviations; 3];

const fn deviations([dc, low, high, chroma]: [f32; 4]) -> Deviations {
    Deviations {
        dc,
        low,
        high,
        chroma,
    }
}

/// Beyond these an interval has changed. High frequencies have the widest limits: in them changes are seen least.
const CHANGED: Sizes = [
    deviations([5.5, 6.5, 7.5, 5.5]),
    deviations([5.0, 6.5, 6.5, 4.8]),
    deviations([4.3, 6.0, 7.0, 4.4]),
];
/// Beyond these it is doubtful.
const DOUBTFUL: Sizes = [
    deviations([4.2, 4.8, 6.0, 4.5]),
    deviations([4.0, 4.5, 5.5, 3.6]),
    deviations([3.3, 4.2, 5.0, 3.2]),
];
/// Beyond these it is, if much has changed of late.
const FAINT: Sizes = [
    deviations([3.5, 4.0, 5.0, 3.5]),
    deviations([2.8, 3.6, 4.5, 2.2]),
    deviations([2.0, 3.1, 4.0, 1.8]),
];
/// Chroma's of the first two when the self-check is at its strictest.
const STRICT_CHANGED: [f32; 3] = [4.0, 2.3, 1.9];
const STRICT_DOUBTFUL: [f32; 3] = [3.5, 2.2, 1.8];

/// Limits of one size.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    dc: i32,
    chroma_dc: i32,
    /// Of luma's low and high frequencies and of chroma's.
    squares: [i32; SQUARES],
    /// Of a mean's growth.
    growth: Sums,
    /// Of squares in so many frames, until a mean is complete and then.
    mean: [[i32; SQUARES]; FRAMES as usize],
}

/// Limits of one degree.
#[derive(Clone, Copy)]
pub(super) struct Degree {
    pub(super) block: Limit,
    pub(super) mcu: Limit,
    pub(super) interval: Limit,
}

/// Limits of nine MCUs' DCs: luma's, Cb's, Cr's; and of luma's of nine times as many.
pub(super) struct Region {
    pub(super) dcs: [i32; 3],
    pub(super) wide: i32,
}

/// All limits for one frame.
pub(super) struct Limits {
    pub(super) changed: Degree,
    pub(super) doubtful: Degree,
    pub(super) faint: Degree,
    pub(super) region: Region,
    /// Of an interval, for the self-check.
    pub(super) weak: Limit,
    /// What noise alone gives to an interval's squares on average.
    pub(super) mean: [i32; SQUARES],
}

impl Limits {
    pub(super) fn new(noise: &Noise, geometry: Geometry) -> Self {
        let strictness = noise.check.strictness();
        let parts = [
            Part::BLOCK,
            Part::mcus(geometry, 1),
            Part::mcus(geometry, geometry.interval_mcus),
        ];
        let degree = |sizes: &Sizes, strict: [f32; 3]| {
            let [block, mcu, interval] = [0, 1, 2].map(|size| {
                let z = Deviations {
                    chroma: mix(sizes[size].chroma, strict[size], strictness),
                    ..sizes[size]
                };
                Limit::new(parts[size], z, noise.flicker())
            });
            Degree {
                block,
                mcu,
                interval,
            }
        };
        let interval = parts[2];
        Self {
            changed: degree(&CHANGED, STRICT_CHANGED),
            doubtful: degree(&DOUBTFUL, STRICT_DOUBTFUL),
            faint: degree(&FAINT, FAINT.map(|size| size.chroma)),
            region: Region::new(geometry, noise.flicker(), strictness),
            weak: Limit::new(interval, deviations([WEAK; 4]), noise.flicker()),
            mean: interval.counts().map(|count| count as i32 * SQUARE),
        }
    }
}

impl Region {
    fn new(geometry: Geometry, flicker: f32, strictness: f32) -> Self {
        let [loose, strict] = REGION_CHROMA;
        let z = Deviations {
            dc: REGION,
            chroma: mix(loose, strict, strictness),
            ..CHANGED[2]
        };
        let Limit { dc, chroma_dc, .. } = Limit::new(Part::mcus(geometry, 9), z, flicker);
        let z = Deviations { dc: WIDE, ..z };
        Self {
            dcs: [dc, chroma_dc, chroma_dc],
            wide: Limit::new(Part::mcus(geometry, 81), z, flicker).dc,
        }
    }
}

fn mix(from: f32, to: f32, how_far: f32) -> f32 {
    from + (to - from) * how_far
}

/// How many blocks a part of the picture has.
#[derive(Clone, Copy)]
struct Part {
    luma: usize,
    chroma: usize,
}

impl Part {
    /// Of either kind.
    const BLOCK: Self = Self { luma: 1, chroma: 2 };

    fn mcus(geometry: Geometry, mcus: usize) -> Self {
        Self {
            luma: geometry.luma_blocks * mcus,
            chroma: (geometry.blocks_per_mcu - geometry.luma_blocks) * mcus,
        }
    }

    /// Coefficients whose squares are summed, by band; a low band has the DC, too.
    fn counts(self) -> [usize; SQUARES] {
        let Self { luma, chroma } = self;
        [
            luma * (1 + LOW),
            luma * HIGH,
            chroma * (1 + LOW),
            chroma * HIGH,
        ]
    }
}

/// Where the sum of squares of `count` coefficients is `z` deviations above its mean.
/// Source: Wilson and Hilferty's approximation of chi squared, to the second term.
fn squares(count: usize, z: f32) -> i32 {
    let count = count as f32;
    let above = z * (2.0 * count).sqrt() + (z * z - 1.0) * 2.0 / 3.0;
    ((count * (1.0 + TOLERANCE) + above) * SQUARE as f32) as i32
}

impl Limit {
    /// `flicker` is the variance of the light over that of noise in a block's DC.
    fn new(part: Part, z: Deviations, flicker: f32) -> Self {
        let noise = |blocks: usize, common: f32| (blocks as f32).sqrt() * UNIT as f32 * common;
        // Of the unit, light has one part and noise the other; all blocks flicker the same way.
        let light = part.luma as f32 * UNIT as f32 * (flicker / (1.0 + flicker)).sqrt();
        let dc = noise(part.luma, CORRELATED) / (1.0 + flicker).sqrt();
        let chroma_dc = noise(part.chroma / 2, CORRELATED_CHROMA);
        let frames = FRAMES as f32;
        // Of a late mean against the first: frames of their own, and what is shown in common.
        let means = 1.0 / (2.0 * frames - 1.0) + 1.0 / frames;
        let shift = |z: f32, noise: f32, light: f32| {
            let deviation = (noise * (means / 2.0).sqrt()).hypot(light * BEAT);
            (GROWN * z * deviation * frames) as i32
        };
        let counts = part.counts();
        let zs = [z.low, z.high, z.chroma, z.chroma];
        let energy = |i: usize| {
            let deviation = (1.5 * counts[i] as f32 * means).sqrt();
            (zs[i] * deviation * SQUARE as f32 * frames) as i32
        };
        let chroma_shift = shift(z.chroma, chroma_dc, 0.0);
        let luma_shift = shift(z.dc, dc, light);
        let [low, high, chroma_low, chroma_high] = [0, 1, 2, 3].map(energy);
        Self {
            dc: (z.dc * dc.hypot(light)) as i32,
            chroma_dc: (z.chroma * chroma_dc) as i32,
            squares: std::array::from_fn(|i| squares(counts[i], zs[i])),
            growth: [
                low,
                high,
                chroma_low,
                chroma_high,
                luma_shift,
                chroma_shift,
                chroma_shift,
                0,
            ],
            mean: std::array::from_fn(|n| {
                let n = (n + 1) as f32;
                // A third of a distance's variance is what is shown, which is always the same.
                let less = ((0.5 + 1.0 / n) / 1.5).sqrt();
                std::array::from_fn(|i| (squares(counts[i], zs[i] * less) as f32 * n) as i32)
            }),
        }
    }

    /// Whether any block of an MCU is beyond the limits of a block.
    #[inline(always)]
    pub(super) fn is_passed_by_a_block(&self, distance: &Distance) -> bool {
        // Bit by bit, here and below: there is nothing to be gained by looking at one after the other.
        let mut passed = distance.block_dc > self.dc;
        passed |= distance.block_low > self.squares[0];
        passed |= distance.block_high > self.squares[1];
        passed
    }

    /// Whether this frame is beyond.
    #[inline(always)]
    pub(super) fn is_passed(&self, distance: &Distance) -> bool {
        let mut passed = self.is_passed_by_dc(distance) | self.is_passed_by_chroma_dc(distance);
        for (square, most) in distance.squares().into_iter().zip(self.squares) {
            passed |= square > most;
        }
        passed
    }

    #[inline(always)]
    pub(super) fn is_passed_by_dc(&self, distance: &Distance) -> bool {
        distance.dc.abs() > self.dc
    }

    #[inline(always)]
    pub(super) fn is_passed_by_chroma_dc(&self, distance: &Distance) -> bool {
        let [cb, cr] = distance.chroma_dc;
        (cb.abs() > self.chroma_dc) | (cr.abs() > self.chroma_dc)
    }

    #[inline(always)]
    pub(super) fn is_passed_by_squares(&self, distance: &Distance, band: usize) -> bool {
        distance.squares()[band] > self.squares[band]
    }

    /// Whether the means are beyond; `seen` frames were added before this one.
    #[inline(always)]
    pub(super) fn is_passed_in_time(&self, seen: u16, growth: &Sums, late: &Sums) -> bool {
        let complete = i32::from(seen) >= FRAMES;
        let mean = &self.mean[usize::from(seen).min(FRAMES as usize - 1)];
        let (mut above, mut grown) = (false, false);
        for i in 0..SQUARES {
            above |= late[i] > mean[i];
            grown |= growth[i] > self.growth[i];
            // The DC's may go either way.
            grown |= growth[SQUARES + i].abs() > self.growth[SQUARES + i];
        }
        above |= grown & complete;
        above
    }
}
