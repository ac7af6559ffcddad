//! PURE: which frames one viewer gets next: of which rendition, after which frame, how often, and whether it missed one.

use wire::pace::Pace;
use wire::{Rate, Rendition, Stamp};

use crate::frame::changes::Base;

/// Where a viewer is in its camera's frames.
#[derive(Debug)]
pub(super) struct Position {
    rendition: Rendition,
    /// The rendition to change to with its next frame; never the current one.
    next: Option<Rendition>,
    /// The last frame begun, of whatever rendition.
    begun: Option<Stamp>,
    /// The same frame, if the next one may be a delta against it.
    base: Option<Base>,
    /// The number of the newest frame of its rendition that was offered and not begun.
    missing: Option<u64>,
    /// How many frames a second it asked for.
    rate: Rate,
    /// The frames that are that many; `None`: every frame.
    pace: Option<Pace>,
    /// Before the first frame of its rendition: that one it wants as soon as there is any.
    eager: bool,
}

impl Position {
    /// Before the first frame of `rendition`, of which it wants so many.
    pub(super) fn new(rendition: Rendition, rate: Rate) -> Self {
        Self {
            rendition,
            next: None,
            begun: None,
            base: None,
            missing: None,
            rate,
            pace: Pace::new(rate),
            eager: true,
        }
    }

    /// How often a new frame is of use to it.
    pub(super) const fn rate(&self) -> Rate {
        if self.eager { Rate::ALL } else { self.rate }
    }

    /// Wants so many frames a second from now on; the next one is due whenever it comes.
    pub(super) fn pace(&mut self, rate: Rate) {
        self.rate = rate;
        self.pace = Pace::new(rate);
    }

    /// Whether this frame is one of those that it wants; `spacing_us` is that of the frames of its stream.
    pub(super) fn is_due(&self, stamp: &Stamp, spacing_us: u64) -> bool {
        self.pace
            .is_none_or(|pace| pace.is_due(stamp.captured_at_us, spacing_us))
    }

    /// The rendition whose frames it gets.
    pub(super) const fn rendition(&self) -> Rendition {
        self.rendition
    }

    /// Whether it gets frames of this rendition, or is about to.
    pub(super) fn wants(&self, rendition: Rendition) -> bool {
        self.rendition == rendition || self.next == Some(rendition)
    }

    /// Asks for another rendition, from that one's next frame on; false if it is the current one, which it then keeps.
    pub(super) fn switch(&mut self, rendition: Rendition) -> bool {
        self.next = (self.rendition != rendition).then_some(rendition);
        self.next.is_some()
    }

    /// Changes to `rendition` if that was asked for; true if so.
    pub(super) fn arrive(&mut self, rendition: Rendition) -> bool {
        let switched = self.next.take_if(|next| *next == rendition).is_some();
        if switched {
            self.rendition = rendition;
            self.missing = None;
            self.pace = Pace::new(self.rate);
            self.eager = true;
        }
        switched
    }

    /// Whether this frame or a newer one was begun already. A number alone does not tell: after one that was too high
    /// a camera's numbers may go on lower.
    pub(super) fn has(&self, stamp: &Stamp) -> bool {
        self.begun.is_some_and(|begun| {
            begun.run == stamp.run
                && begun.seq >= stamp.seq
                && begun.captured_at_us >= stamp.captured_at_us
        })
    }

    /// Notes that frame `number` is offered; true if one that was offered before is now skipped for good.
    pub(super) fn offered(&mut self, number: u64) -> bool {
        let missing = self.missing.replace(number);
        missing.is_some_and(|missing| missing != number)
    }

    /// Notes that the offered frame was begun, and what the next one may be a delta against. True: from now on it wants
    /// fewer frames than it did ([`rate`](Self::rate)).
    pub(super) fn begin(&mut self, stamp: &Stamp, spacing_us: u64, base: Option<Base>) -> bool {
        self.missing = None;
        self.begun = Some(*stamp);
        self.base = base;
        if let Some(pace) = &mut self.pace {
            pace.take(stamp.captured_at_us, spacing_us);
        }
        std::mem::take(&mut self.eager) && self.pace.is_some()
    }

    /// What the next frame may be a delta against: the last one begun.
    pub(super) const fn base(&self) -> Option<Base> {
        self.base
    }

    /// The next frame is to be whole.
    pub(super) const fn forget_base(&mut self) {
        self.base = None;
    }

    /// Whether the newest offered frame is still to be begun.
    pub(super) const fn is_behind(&self) -> bool {
        self.missing.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendition(name: &str) -> Rendition {
        name.parse().unwrap()
    }

    fn position() -> Position {
        Position::new(rendition("80"), Rate::ALL)
    }

    fn stamp(run: u32, seq: u64) -> Stamp {
        Stamp {
            run,
            seq,
            captured_at_us: 0,
        }
    }

    #[test]
    fn a_switch_takes_effect_with_the_first_frame_of_the_new_rung() {
        let mut position = position();
        assert!(!position.switch(rendition("80")), "that is the current one");
        assert!(position.switch(rendition("40")));
        assert!(position.wants(rendition("80")) && position.wants(rendition("40")));
        assert!(
            !position.arrive(rendition("80")),
            "frames of the old one still come"
        );
        position.offered(1);
        assert!(position.arrive(rendition("40")));
        assert_eq!(position.rendition(), rendition("40"));
        assert!(!position.is_behind(), "what the old one lacked is over");
        assert!(!position.wants(rendition("80")) && !position.arrive(rendition("40")));
    }

    #[test]
    fn a_switch_back_in_time_is_none() {
        let mut position = position();
        position.switch(rendition("40"));
        assert!(!position.switch(rendition("80")));
        assert!(!position.wants(rendition("40")) && !position.arrive(rendition("40")));
    }

    #[test]
    fn a_frame_is_skipped_when_the_next_one_is_offered_and_it_was_not_begun() {
        let mut position = position();
        assert!(!position.offered(1));
        assert!(!position.offered(1), "the same one once more");
        assert!(position.is_behind());
        assert!(position.offered(2), "1 is skipped for good");
        position.begin(&stamp(7, 2), 0, None);
        assert!(!position.is_behind());
        assert!(!position.offered(3));
    }

    #[test]
    fn a_delta_is_against_the_last_frame_begun_unless_a_whole_one_was_asked_for() {
        let base = |seq| Some(Base { epoch: 1, seq });
        let mut position = position();
        assert_eq!(position.base(), None);
        position.begin(&stamp(7, 2), 0, base(2));
        position.offered(3);
        assert_eq!(position.base(), base(2), "3 is not begun");
        position.begin(&stamp(7, 4), 0, base(4));
        assert_eq!(position.base(), base(4));
        position.forget_base();
        assert_eq!(position.base(), None);
        position.begin(&stamp(7, 5), 0, base(5));
        position.begin(&stamp(7, 6), 0, None);
        assert_eq!(position.base(), None, "it has no intervals");
    }

    #[test]
    fn a_frame_is_never_begun_twice_and_a_new_run_begins_anew() {
        let mut position = position();
        position.begin(&stamp(7, 2), 0, None);
        assert!(position.has(&stamp(7, 2)) && position.has(&stamp(7, 1)));
        assert!(!position.has(&stamp(7, 3)) && !position.has(&stamp(8, 0)));
    }

    #[test]
    fn a_later_frame_with_a_lower_number_is_begun() {
        let mut position = position();
        position.begin(&stamp(7, 200), 0, None);
        let later = Stamp {
            captured_at_us: 1,
            ..stamp(7, 3)
        };
        assert!(!position.has(&later));
    }

    /// Captured so many milliseconds later.
    fn at(ms: u64) -> Stamp {
        Stamp {
            captured_at_us: 1_000_000 + 1000 * ms,
            ..stamp(7, ms)
        }
    }

    const SPACING_US: u64 = 30_000;

    #[test]
    fn it_wants_as_many_frames_as_it_asked_for_by_their_times_of_capture() {
        let mut position = Position::new(rendition("80"), Rate::at_most(5.0).unwrap());
        let mut begun = Vec::new();
        for ms in (0..1000).step_by(30) {
            if position.is_due(&at(ms), SPACING_US) {
                position.begin(&at(ms), SPACING_US, None);
                begun.push(ms);
            }
        }
        assert_eq!(begun, [0, 210, 390, 600, 810, 990]);
    }

    #[test]
    fn a_frame_that_is_due_and_cannot_be_begun_leaves_the_next_one_due() {
        let mut position = Position::new(rendition("80"), Rate::at_most(5.0).unwrap());
        position.begin(&at(0), SPACING_US, None);
        assert!(!position.is_due(&at(150), SPACING_US));
        assert!(position.is_due(&at(210), SPACING_US));
        assert!(position.is_due(&at(240), SPACING_US));
    }

    #[test]
    fn until_its_first_frame_and_that_after_a_switch_it_wants_any() {
        let slow = Rate::at_most(0.5).unwrap();
        let mut position = Position::new(rendition("80"), slow);
        assert_eq!(position.rate(), Rate::ALL);
        assert!(position.begin(&at(0), SPACING_US, None));
        assert_eq!(position.rate(), slow);
        assert!(!position.is_due(&at(100), SPACING_US));
        position.switch(rendition("80s2"));
        assert!(position.arrive(rendition("80s2")));
        assert_eq!(position.rate(), Rate::ALL);
        assert!(position.is_due(&at(100), SPACING_US));
        assert!(position.begin(&at(100), SPACING_US, None));
        assert!(!position.begin(&at(2100), SPACING_US, None), "as before");
    }

    #[test]
    fn another_rate_begins_with_the_next_frame() {
        let mut position = Position::new(rendition("80"), Rate::at_most(0.5).unwrap());
        position.begin(&at(0), SPACING_US, None);
        for (ms, rate) in [(30, Rate::at_most(10.0).unwrap()), (60, Rate::ALL)] {
            assert!(!position.is_due(&at(ms), SPACING_US));
            position.pace(rate);
            assert_eq!(position.rate(), rate);
            assert!(position.is_due(&at(ms), SPACING_US));
            position.begin(&at(ms), SPACING_US, None);
        }
        assert!(position.is_due(&at(90), SPACING_US), "every frame");
    }
}
