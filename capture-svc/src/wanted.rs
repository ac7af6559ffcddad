//! PURE: which renditions are wanted and how often, and for which of them a frame is due.

use wire::pace::{Pace, Spacing};
use wire::{PerRendition, Rate, Rendition, RenditionSet};

/// The renditions that somebody wants, each at the highest rate that anybody does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted(PerRendition<Option<Rate>>);

impl Wanted {
    /// Nobody wants anything.
    pub(crate) const NOTHING: Self = Self([None; Rendition::COUNT]);

    /// One more wants `rendition` at `rate`.
    pub(crate) fn add(&mut self, rendition: Rendition, rate: Rate) {
        let wanted = &mut self.0[rendition.index()];
        *wanted = (*wanted).max(Some(rate));
    }

    /// Whether nobody wants anything.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// What is wanted, however often.
    #[must_use]
    pub(crate) fn renditions(&self) -> RenditionSet {
        let all = Rendition::ladder();
        all.filter(|rendition| self.rate(*rendition).is_some())
            .collect()
    }

    fn rate(&self, rendition: Rendition) -> Option<Rate> {
        self.0[rendition.index()]
    }
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let wanted = Rendition::ladder().filter_map(|rendition| {
            let rate = self.rate(rendition)?;
            Some(match rate {
                Rate::ALL => rendition.to_string(),
                rate => format!("{rendition} at {rate} fps"),
            })
        });
        write!(f, "{{{}}}", wanted.collect::<Vec<_>>().join(", "))
    }
}

/// What is to be made of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    /// In which renditions, and how often each.
    pub(crate) wanted: Wanted,
    /// Frames that were captured before, in µs since the epoch, are made in none.
    pub(crate) not_before_us: u64,
}

impl Order {
    /// Nothing is to be made.
    pub(crate) const NONE: Self = Self {
        wanted: Wanted::NOTHING,
        not_before_us: 0,
    };
}

/// Thins each rendition to the rate at which it is wanted.
#[derive(Debug)]
pub(crate) struct Thinning {
    wanted: Wanted,
    paces: PerRendition<Option<Pace>>,
    spacing: Spacing,
    /// The last frame: when it was captured, how far frames are apart, and which renditions have got it.
    last: Option<(u64, u64, RenditionSet)>,
}

impl Thinning {
    /// Nothing is wanted.
    pub(crate) fn new() -> Self {
        Self {
            wanted: Wanted::NOTHING,
            paces: [None; Rendition::COUNT],
            spacing: Spacing::default(),
            last: None,
        }
    }

    /// Takes in what is wanted from now on. The renditions that the last frame is to be made in at once: those that are
    /// wanted anew or more often, and have not got it.
    pub(crate) fn want(&mut self, wanted: Wanted) -> RenditionSet {
        let before = std::mem::replace(&mut self.wanted, wanted);
        let changed = Rendition::ladder().filter(|one| before.rate(*one) != wanted.rate(*one));
        let mut hurried = RenditionSet::EMPTY;
        for rendition in changed {
            let rate = wanted.rate(rendition);
            self.paces[rendition.index()] = rate.and_then(Pace::new);
            if rate > before.rate(rendition) {
                hurried.insert(rendition);
            }
        }
        let Some((captured_at_us, spacing_us, had)) = self.last else {
            return RenditionSet::EMPTY;
        };
        let hurried = hurried.without(had);
        self.take(hurried, captured_at_us, spacing_us);
        self.last = Some((captured_at_us, spacing_us, had.with(hurried)));
        hurried
    }

    /// The renditions that a frame is to be made in, captured then.
    pub(crate) fn due(&mut self, captured_at_us: u64) -> RenditionSet {
        let spacing_us = self.spacing.note(captured_at_us);
        let due = |rendition: &Rendition| {
            self.wanted.rate(*rendition).is_some()
                && self.paces[rendition.index()]
                    .is_none_or(|pace| pace.is_due(captured_at_us, spacing_us))
        };
        let due: RenditionSet = Rendition::ladder().filter(due).collect();
        self.take(due, captured_at_us, spacing_us);
        self.last = Some((captured_at_us, spacing_us, due));
        due
    }

    /// The last frame is worth nothing: it is not made in a rendition that is wanted later.
    pub(crate) const fn forget_last(&mut self) {
        self.last = None;
    }

    fn take(&mut self, renditions: RenditionSet, captured_at_us: u64, spacing_us: u64) {
        for rendition in renditions.iter() {
            if let Some(pace) = &mut self.paces[rendition.index()] {
                pace.take(captured_at_us, spacing_us);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_US: u64 = 29_412;

    fn wanted(all: &[(&str, f64)]) -> Wanted {
        let mut wanted = Wanted::NOTHING;
        for (rendition, fps) in all {
            let rate = Rate::at_most(*fps).unwrap_or(Rate::ALL);
            wanted.add(rendition.parse().unwrap(), rate);
        }
        wanted
    }

    fn set(names: &[&str]) -> RenditionSet {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn the_highest_rate_of_all_who_want_a_rendition_is_its_rate() {
        let wanted = wanted(&[
            ("80", 5.0),
            ("80", 0.0),
            ("30s4", 2.0),
            ("30s4", 10.0),
            ("30s4", 0.5),
        ]);
        assert_eq!(format!("{wanted:?}"), "{30s4 at 10 fps, 80}");
        assert_eq!(wanted.renditions(), set(&["30s4", "80"]));
        assert!(!wanted.is_empty() && Wanted::NOTHING.is_empty());
    }

    #[test]
    fn each_rendition_is_made_at_its_own_rate() {
        let mut thinning = Thinning::new();
        thinning.want(wanted(&[("80", 0.0), ("30s4", 2.0), ("60s2", 10.0)]));
        let mut made = [0; Rendition::COUNT];
        for n in 0..340 {
            for rendition in thinning.due(1_000_000 + n * FRAME_US).iter() {
                made[rendition.index()] += 1;
            }
        }
        let of = |name: &str| made[name.parse::<Rendition>().unwrap().index()];
        assert_eq!(of("80"), 340);
        assert!((20..=21).contains(&of("30s4")), "{}", of("30s4"));
        assert!((99..=101).contains(&of("60s2")), "{}", of("60s2"));
        assert_eq!(made.iter().sum::<i32>(), 340 + of("30s4") + of("60s2"));
    }

    #[test]
    fn what_is_wanted_anew_or_more_often_is_made_of_the_last_frame_unless_it_was() {
        let mut thinning = Thinning::new();
        let slow = wanted(&[("80", 1.0), ("60s2", 1.0)]);
        assert_eq!(thinning.want(slow), RenditionSet::EMPTY, "no frame yet");
        assert_eq!(thinning.due(1_000_000), set(&["80", "60s2"]));
        assert_eq!(thinning.due(1_000_000 + FRAME_US), RenditionSet::EMPTY);
        let faster = wanted(&[("80", 10.0), ("60s2", 1.0), ("30s4", 1.0)]);
        assert_eq!(thinning.want(faster), set(&["80", "30s4"]));
        assert_eq!(thinning.want(slow), RenditionSet::EMPTY, "less often");
        assert_eq!(thinning.want(faster), RenditionSet::EMPTY, "it has got it");
    }

    #[test]
    fn a_frame_that_was_damaged_is_made_for_nobody_who_comes_later() {
        let mut thinning = Thinning::new();
        thinning.want(wanted(&[("80", 1.0)]));
        thinning.due(1_000_000);
        thinning.forget_last();
        let wanted = wanted(&[("80", 0.0), ("40", 0.0)]);
        assert_eq!(thinning.want(wanted), RenditionSet::EMPTY);
        assert_eq!(thinning.due(1_000_000 + FRAME_US), set(&["80", "40"]));
    }

    #[test]
    fn a_rendition_that_nobody_wants_any_more_is_not_made() {
        let mut thinning = Thinning::new();
        thinning.want(wanted(&[("80", 0.0)]));
        assert_eq!(thinning.due(1_000_000), set(&["80"]));
        thinning.want(Wanted::NOTHING);
        assert_eq!(thinning.due(2_000_000), RenditionSet::EMPTY);
    }
}
