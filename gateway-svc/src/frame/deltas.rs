//! What a frame is to a viewer that has an earlier one: the intervals that changed since, built once per earlier frame
//! and kept with it.
//!
//! What changed when is told by [`crate::relay::deltas`], which compares bytes. In here nothing is compared.

use std::sync::{Arc, OnceLock};

use wire::delta;

use crate::frame::changes::{Base, Changes, Form};
use crate::frame::message::Message;

/// Earlier frames for which a delta is kept: viewers that keep up need one, those that skip one for each time they skip.
/// Whoever has yet another one gets the whole frame.
const MAX_BASES: usize = 32;
/// A delta of more than so many hundredths of the whole frame is not worth its building on both sides.
const WORTHWHILE_PERCENT: usize = 70;

/// The deltas of one frame.
#[derive(Debug)]
pub(super) struct Deltas {
    changes: Arc<Changes>,
    /// In the order in which they were asked for; `None` is one that is not worth it.
    built: [OnceLock<(u64, Option<Message>)>; MAX_BASES],
}

impl Deltas {
    /// None of them is built yet.
    pub(super) const fn new(changes: Arc<Changes>) -> Self {
        Self {
            changes,
            built: [const { OnceLock::new() }; MAX_BASES],
        }
    }

    /// Which it is among the frames of its epoch.
    pub(super) fn epoch(&self) -> u64 {
        self.changes.epoch
    }

    /// The message for who has `base`, built if it is the first who does; `whole` and `number` are the frame's own.
    pub(super) fn form(&self, base: Base, whole: &Message, number: u64) -> Form {
        if base.epoch != self.changes.epoch {
            return Form::Whole;
        }
        for (nth, slot) in self.built.iter().enumerate() {
            let (seq, message) =
                slot.get_or_init(|| (base.seq, self.build(base.seq, whole, number)));
            if *seq == base.seq {
                return if message.is_some() {
                    Form::Delta(nth)
                } else {
                    Form::Whole
                };
            }
        }
        Form::Whole
    }

    /// One that was built.
    pub(super) fn message(&self, nth: usize) -> Option<&Message> {
        self.built[nth].get()?.1.as_ref()
    }

    /// From now on the delta for those that keep up can be sent as pages.
    pub(super) fn prepare(&self, whole: &Message, number: u64) {
        let Some(seq) = self.changes.previous else {
            return;
        };
        let epoch = self.changes.epoch;
        if let Form::Delta(nth) = self.form(Base { epoch, seq }, whole, number)
            && let Some(message) = self.message(nth)
        {
            message.prepare();
        }
    }

    fn build(&self, base: u64, whole: &Message, number: u64) -> Option<Message> {
        let jpeg = whole.payload();
        let Changes {
            intervals,
            changed_at,
            patch,
            ..
        } = &*self.changes;
        let longest = jpeg.len() * WORTHWHILE_PERCENT / 100;
        let changed = |nth: usize| changed_at[nth] > base;
        let delta = delta::encode((&jpeg, intervals), base, patch.clone(), changed, longest)?;
        Some(Message::new(&delta, number))
    }
}
