//! What an interval went through, and what follows from it for the frame that comes next.
//!
//! Where much has changed of late more is likely to change, so that less evidence will do; and what moved leaves rims
//! behind that are too faint to be seen by themselves, so that its surroundings are encoded once more.

/// An interval that has changed in so many of the last eight frames changes again upon faint signs.
const RESTLESS: u32 = 5;
const RESTLESS_FRAMES: u16 = 0xff;
/// Changes within a third of a second that are no chance: so many in one interval, or two with another beside it.
const BURST: u32 = 4;
const BURST_BESIDE: u32 = 2;
const BURST_FRAMES: u16 = 0xfff;
/// How late the other one may have changed.
const BESIDE_FRAMES: u16 = 0xf;
/// What a burst may have left behind is shown no longer than about so many frames: shades of 3 grey levels are right within ten.
const RIM_FRAMES: u32 = 9;

/// What an interval went through.
#[derive(Clone, Copy, Default)]
pub(super) struct Past {
    /// Frames since it was last encoded.
    pub(super) age: u32,
    /// Frames since then that its cells have counted.
    pub(super) seen: u16,
    /// Whether it was fresh in the last frame.
    pub(super) fresh: bool,
    /// By frame: whether it has changed; the last one in the lowest bit.
    changes: u16,
    /// Whether something moved here or beside since it was last encoded.
    moved: bool,
    /// Whether it has changed as part of a region.
    in_region: bool,
}

impl Past {
    /// Whether the next frame is encoded here whatever it shows.
    #[inline(always)]
    pub(super) fn is_wanted(&self) -> bool {
        self.in_region || (self.moved && self.age + 1 >= RIM_FRAMES)
    }

    /// Whether it has changed so often of late that faint signs are enough.
    #[inline(always)]
    pub(super) fn is_restless(&self) -> bool {
        (self.changes & RESTLESS_FRAMES).count_ones() >= RESTLESS
    }

    /// Takes in whether it has changed in this frame.
    pub(super) fn note(&mut self, changed: bool) {
        // One that is encoded for its rim has not changed.
        let rim = self.is_wanted() && !self.in_region;
        self.changes = self.changes << 1 | u16::from(changed && !rim);
    }

    /// Whether its changes are no chance; `beside` are the pasts of its neighbours.
    pub(super) fn is_burst<'a>(&self, mut beside: impl Iterator<Item = &'a Self>) -> bool {
        let count = (self.changes & BURST_FRAMES).count_ones();
        self.changes & 1 != 0
            && (count >= BURST
                || count >= BURST_BESIDE && beside.any(|past| past.changes & BESIDE_FRAMES != 0))
    }

    /// Notes that something moved here or beside.
    pub(super) fn has_moved(&mut self) {
        self.moved = true;
    }

    /// Notes that it has changed as part of a region, too faintly to be seen by itself.
    pub(super) fn changes_with_region(&mut self) {
        self.in_region = true;
    }

    /// Notes a frame in which it was held, or else encoded.
    pub(super) fn pass(&mut self, held: bool, fresh: bool) {
        self.fresh = fresh;
        self.age += 1;
        if !held {
            self.encoded_at(0);
        }
    }

    /// Notes that it was encoded, as if so many frames ago.
    pub(super) fn encoded_at(&mut self, age: u32) {
        self.age = age;
        self.seen = 0;
        self.moved = false;
        self.in_region = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(changes: &[bool]) -> Past {
        let mut past = Past::default();
        for &changed in changes {
            past.note(changed);
            past.pass(!changed, changed);
        }
        past
    }

    #[test]
    fn what_changes_more_often_than_not_is_restless_until_it_has_been_still() {
        assert!(after(&[true; 5]).is_restless());
        let mut still = vec![true; 5];
        still.extend([false; 4]);
        assert!(!after(&still).is_restless() && !after(&[true, false, true, false]).is_restless());
    }

    #[test]
    fn chance_is_no_burst_but_company_makes_one() {
        let (twice, never) = (after(&[true, false, true]), Past::default());
        assert!(!twice.is_burst([&never; 4].into_iter()));
        assert!(twice.is_burst([&never, &twice].into_iter()));
        assert!(after(&[true; 4]).is_burst([&never; 4].into_iter()));
        // It is over.
        assert!(!after(&[true, true, true, true, false]).is_burst([&twice].into_iter()));
    }

    #[test]
    fn what_moved_is_wanted_once_more_when_it_has_been_held_for_a_while() {
        let mut past = Past::default();
        past.has_moved();
        let mut frames = 0;
        while !past.is_wanted() {
            past.pass(true, false);
            frames += 1;
        }
        assert_eq!(frames, RIM_FRAMES - 1);
        // That is no change.
        past.note(true);
        past.pass(false, true);
        assert!(!past.is_wanted() && past.changes == 0);
    }
}
