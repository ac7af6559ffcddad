//! PURE: which frames one viewer gets next: of which rung, after which frame, and whether it missed one.

use wire::{Rung, Stamp};

use crate::frame::changes::Base;

/// Where a viewer is in its camera's frames.
#[derive(Debug)]
pub(super) struct Position {
    rung: Rung,
    /// The rung to change to with its next frame; never the current one.
    next: Option<Rung>,
    /// The last frame begun, of whatever rung.
    begun: Option<Stamp>,
    /// The same frame, if the next one may be a delta against it.
    base: Option<Base>,
    /// The number of the newest frame of its rung that was offered and not begun.
    missing: Option<u64>,
}

impl Position {
    /// Before the first frame of `rung`.
    pub(super) const fn new(rung: Rung) -> Self {
        Self {
            rung,
            next: None,
            begun: None,
            base: None,
            missing: None,
        }
    }

    /// The rung whose frames it gets.
    pub(super) const fn rung(&self) -> Rung {
        self.rung
    }

    /// Whether it gets frames of this rung, or is about to.
    pub(super) fn wants(&self, rung: Rung) -> bool {
        self.rung == rung || self.next == Some(rung)
    }

    /// Asks for another rung, from that one's next frame on; false if it is the current one, which it then keeps.
    pub(super) fn switch(&mut self, rung: Rung) -> bool {
        self.next = (self.rung != rung).then_some(rung);
        self.next.is_some()
    }

    /// Changes to `rung` if that was asked for; true if so.
    pub(super) fn arrive(&mut self, rung: Rung) -> bool {
        let switched = self.next.take_if(|next| *next == rung).is_some();
        if switched {
            self.rung = rung;
            self.missing = None;
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

    /// Notes that the offered frame was begun, and what the next one may be a delta against.
    pub(super) const fn begin(&mut self, stamp: &Stamp, base: Option<Base>) {
        self.missing = None;
        self.begun = Some(*stamp);
        self.base = base;
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

    fn rung(quality: u8) -> Rung {
        Rung::of_quality(quality).unwrap()
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
        let mut position = Position::new(rung(80));
        assert!(!position.switch(rung(80)), "that is the current one");
        assert!(position.switch(rung(40)));
        assert!(position.wants(rung(80)) && position.wants(rung(40)));
        assert!(
            !position.arrive(rung(80)),
            "frames of the old one still come"
        );
        position.offered(1);
        assert!(position.arrive(rung(40)));
        assert_eq!(position.rung(), rung(40));
        assert!(!position.is_behind(), "what the old one lacked is over");
        assert!(!position.wants(rung(80)) && !position.arrive(rung(40)));
    }

    #[test]
    fn a_switch_back_in_time_is_none() {
        let mut position = Position::new(rung(80));
        position.switch(rung(40));
        assert!(!position.switch(rung(80)));
        assert!(!position.wants(rung(40)) && !position.arrive(rung(40)));
    }

    #[test]
    fn a_frame_is_skipped_when_the_next_one_is_offered_and_it_was_not_begun() {
        let mut position = Position::new(rung(80));
        assert!(!position.offered(1));
        assert!(!position.offered(1), "the same one once more");
        assert!(position.is_behind());
        assert!(position.offered(2), "1 is skipped for good");
        position.begin(&stamp(7, 2), None);
        assert!(!position.is_behind());
        assert!(!position.offered(3));
    }

    #[test]
    fn a_delta_is_against_the_last_frame_begun_unless_a_whole_one_was_asked_for() {
        let base = |seq| Some(Base { epoch: 1, seq });
        let mut position = Position::new(rung(80));
        assert_eq!(position.base(), None);
        position.begin(&stamp(7, 2), base(2));
        position.offered(3);
        assert_eq!(position.base(), base(2), "3 is not begun");
        position.begin(&stamp(7, 4), base(4));
        assert_eq!(position.base(), base(4));
        position.forget_base();
        assert_eq!(position.base(), None);
        position.begin(&stamp(7, 5), base(5));
        position.begin(&stamp(7, 6), None);
        assert_eq!(position.base(), None, "it has no intervals");
    }

    #[test]
    fn a_frame_is_never_begun_twice_and_a_new_run_begins_anew() {
        let mut position = Position::new(rung(80));
        position.begin(&stamp(7, 2), None);
        assert!(position.has(&stamp(7, 2)) && position.has(&stamp(7, 1)));
        assert!(!position.has(&stamp(7, 3)) && !position.has(&stamp(8, 0)));
    }

    #[test]
    fn a_later_frame_with_a_lower_number_is_begun() {
        let mut position = Position::new(rung(80));
        position.begin(&stamp(7, 200), None);
        let later = Stamp {
            captured_at_us: 1,
            ..stamp(7, 3)
        };
        assert!(!position.has(&later));
    }
}
