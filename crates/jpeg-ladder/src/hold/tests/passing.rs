//! What is looked at in passing is decided upon as it is when a frame is there as a whole.

use super::stage::{Stage, room};
use super::{HEIGHT, Verdict, WARM};
use crate::hold::{Hold, HoldSettings, Outcome};
use crate::kernel::portable::Portable;

/// A rule that sees the stage's frames interval by interval.
struct Passing {
    hold: Hold,
    verdicts: Vec<Verdict>,
    partly: bool,
}

impl Passing {
    fn new(stage: &Stage, partly: bool, settles: bool) -> Self {
        Self {
            hold: Hold::new(HoldSettings {
                refresh_frames: 340,
                settles,
            }),
            verdicts: stage.verdicts.clone(),
            partly,
        }
    }

    /// Takes the stage's last frame.
    fn pass(&mut self, stage: &Stage) -> Outcome {
        let (geometry, frame) = (stage.geometry, &stage.frame);
        // What is not put there is of no use.
        let mut rest = vec![[9; 64]; frame.len()];
        if !self.hold.begin(geometry, self.partly) {
            rest.clone_from(frame);
            return self
                .hold
                .decide(Portable, &mut rest, geometry, &mut self.verdicts);
        }
        let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
        for (i, blocks) in frame.chunks_exact(blocks).enumerate() {
            self.hold.look(Portable, i, blocks, geometry, &mut rest);
        }
        let outcome = self.hold.conclude(&mut rest, geometry, &mut self.verdicts);
        if outcome == Outcome::Unshown {
            rest.clone_from(frame);
            self.hold.show_all(&mut rest);
        }
        outcome
    }

    fn percent(&self, verdict: Verdict) -> usize {
        100 * self.verdicts.iter().filter(|v| **v == verdict).count() / self.verdicts.len()
    }
}

/// Frame `t`: a still room, somebody who walks through it, a camera that turns, a still room again.
pub(super) fn shoot(stage: &mut Stage, t: u32) {
    const WALKS: u32 = WARM + 10;
    const TURNS: u32 = WALKS + 20;
    const STOPS: u32 = TURNS + 15;
    match t {
        WALKS..TURNS => {
            let at = 6.0 * (t - WALKS) as f32;
            stage.shoot(t, &move |x, y| {
                let inside = (x - at).abs() < 20.0 && y > f32::from(HEIGHT) / 2.0;
                room(x, y) + if inside { 30.0 } else { 0.0 }
            });
        }
        TURNS..STOPS => {
            let by = 23.0 * (t - TURNS) as f32;
            stage.shoot(t, &move |x, y| room(x + by, y + by));
        }
        _ => {
            stage.shoot(0, &room);
        }
    }
}

pub(super) const FRAMES: u32 = WARM + 80;

#[test]
fn in_passing_and_as_a_whole_the_same_is_held_and_shown() {
    for (partly, settles) in [(false, false), (true, false), (true, true)] {
        let mut stage = Stage::new(2.0).settling(settles);
        let mut passing = Passing::new(&stage, partly, settles);
        let mut outcomes = Vec::new();
        for t in 0..FRAMES {
            shoot(&mut stage, t);
            let outcome = passing.pass(&stage);
            outcomes.push(outcome);
            assert!(passing.verdicts == stage.verdicts, "{t}: {outcome:?}");
            let same = passing.hold.shown() == stage.hold.shown();
            assert!(same || outcome == Outcome::Sampled, "{t}: {outcome:?}");
        }
        for outcome in [Outcome::Part, Outcome::Whole, Outcome::Unshown] {
            assert!(outcomes.contains(&outcome), "{outcome:?}");
        }
        let sampled = outcomes.iter().filter(|o| **o == Outcome::Sampled).count();
        assert_eq!(sampled >= 10, partly, "{sampled}");
        let held = passing.percent(Verdict::Held);
        assert!(held >= 80, "{held} % held at the end");
    }
}
