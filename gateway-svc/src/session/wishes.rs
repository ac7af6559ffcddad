//! What a viewer asks for in place while it watches.

use std::sync::Arc;
use std::time::Instant;

use wire::messages::{FromClient, FromGateway};
use wire::{Quality, Rate, Rendition, Size, StreamId};

use super::Session;
use crate::websocket::decode::Violation;

impl Session {
    /// Does what a message asks for that is no answer to a frame.
    pub(super) fn apply(&mut self, message: FromClient, now: Instant) -> Result<(), Violation> {
        match message {
            FromClient::Ack { .. } => {}
            FromClient::Quality { quality, size } => {
                let quality: Quality = quality.to_string().parse().map_err(unsupported)?;
                let size = size.map_or(Ok(Size::Full), |size| size.parse());
                let size = size.map_err(unsupported)?;
                self.switch(Rendition::serving(quality.min(self.best), size));
            }
            FromClient::Rate { fps } => {
                // One that cannot be is ignored, as words that are not understood are.
                if let Ok(rate) = fps.map_or(Ok(Rate::ALL), Rate::at_most) {
                    self.outbox.pace(rate);
                    self.follow();
                    self.offer_latest(self.subscription.fanout());
                }
            }
            FromClient::Report { age_ms, .. } => {
                if let Some(age_ms) = age_ms.filter(|age| (0.0..600_000.0).contains(age)) {
                    let camera = &self.subscription.stream().camera;
                    self.shared.viewers.saw(camera, age_ms / 1000.0);
                }
            }
            FromClient::Clock { t } => {
                let now_us = self.shared.clock.wall_us(now);
                self.outbox.say(&FromGateway::Clock { t, now_us });
            }
            FromClient::Whole => self.outbox.send_whole(),
        }
        Ok(())
    }

    fn switch(&mut self, rendition: Rendition) {
        self.next = None;
        let camera = self.subscription.stream().camera.clone();
        let rendition = self.shared.cameras.served(&camera, rendition);
        if !self.outbox.switch(rendition) {
            return;
        }
        // The camera is in use by this very viewer, so it is never one too many.
        if let Ok(mut next) = self
            .shared
            .streams
            .subscribe(&StreamId { camera, rendition })
        {
            if self.outbox.protocol.deltas() {
                next.want_deltas();
            }
            next.fanout().attach(Arc::clone(&self.outbox));
            // Others watch it already, or its first frame was faster than these lines.
            self.offer_latest(next.fanout());
            self.next = Some(next);
        }
    }

    /// Lets go of the old rendition once a frame of the new one was sent, and wants frames as often as the outbox does.
    pub(super) fn follow(&mut self) {
        let (new, rate) = self.outbox.wanted();
        let old = self.subscription.stream().rendition;
        if let Some(subscription) = self.next.take_if(|next| next.stream().rendition == new) {
            let viewers = &self.shared.viewers;
            viewers.changed(&subscription.stream().camera, new > old);
            self.watching = viewers.watch(subscription.stream());
            self.subscription = subscription;
        }
        self.subscription.want(rate);
    }
}

/// What cannot be asked for ends a viewer, in words.
fn unsupported(error: impl std::fmt::Display) -> Violation {
    Violation {
        code: 1003,
        words: error.to_string().into(),
    }
}
