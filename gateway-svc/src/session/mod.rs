//! One viewer from upgrade to close: its task reads what it says and finishes what the fan-out began.

pub(crate) mod admission;
pub(crate) mod close;
pub(crate) mod upgrade;

use std::sync::Arc;
use std::time::{Duration, Instant};

use process::CountedGauge;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use wire::messages::{FromClient, FromGateway};
use wire::{Quality, Rung, StreamId};

use crate::frame;
use crate::relay::fanout;
use crate::relay::streams::{Streams, Subscription};
use crate::viewer::outbox::{End, Offer, Outbox};
use crate::websocket::codec::{Event, Reader, Violation};

/// A frame that is older is not shown to who joins: better nothing than the past.
pub(crate) const JOIN_MAX_AGE: Duration = Duration::from_secs(1);
/// Messages a second that a viewer may send; acks and pongs of a 240 fps camera are half of it.
const MAX_MESSAGES_PER_SECOND: u32 = 1000;
/// How long what is half written may take when the end is near.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// A viewer's task.
#[derive(Debug)]
pub(crate) struct Session {
    streams: Arc<Streams>,
    outbox: Arc<Outbox>,
    subscription: Subscription,
    /// The rung it asked for, until that one's first frame.
    next: Option<Subscription>,
    gauge: CountedGauge,
    budget: (u32, Instant),
}

impl Session {
    /// Takes a socket over after its handshake; the viewer in it is what others close it by.
    #[must_use]
    pub(crate) fn begin(
        streams: Arc<Streams>,
        socket: TcpStream,
        subscription: Subscription,
        speaks_v2: bool,
    ) -> (Self, OwnedReadHalf) {
        let now = streams.tools.clock.now();
        let (reader, writer) = socket.into_split();
        let rung = subscription.fanout.stream.rung;
        let outbox = Arc::new(Outbox::new(writer, speaks_v2, rung, now));
        let gauge = CountedGauge::new(&streams.tools.metrics.viewers[rung.index()]);
        let session = Self {
            streams,
            outbox,
            subscription,
            next: None,
            gauge,
            budget: (0, now),
        };
        (session, reader)
    }

    /// The viewer, for whoever may have to close it.
    #[must_use]
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// Talks until the end; `early` is what came together with the handshake.
    pub(crate) async fn run(mut self, mut reader: OwnedReadHalf, early: &[u8]) -> End {
        let mut words = Reader::default();
        words.push(early);
        let fanout = Arc::clone(&self.subscription.fanout);
        let mut status = self.streams.cameras.follow(&fanout.stream.camera);
        if self.outbox.speaks_v2 {
            let fps = status.borrow().fps;
            let hello = FromGateway::hello(fanout.stream.camera.name(), fanout.stream.rung, fps);
            self.outbox.say(&hello);
        }
        fanout.attach(Arc::clone(&self.outbox));
        if self.outbox.speaks_v2 {
            // From here on the fan-out tells every change, so that none falls between; one that it told while this was said
            // is said again, for the last word must be the newest.
            loop {
                let now = Arc::clone(&status.borrow_and_update());
                self.outbox.say(&FromGateway::Status(&now));
                if !status.has_changed().unwrap_or(false) {
                    break;
                }
            }
        }
        if let Some(frame) = fanout.latest(JOIN_MAX_AGE, self.now()) {
            self.offer(&fanout, &frame);
        }
        let end = self.talk(&mut reader, &mut words).await;
        // The claim on the rung ends here, whatever the other side takes for its goodbye.
        let outbox = Arc::clone(&self.outbox);
        drop(self);
        close::finish(&outbox, end, &mut reader, &mut words).await;
        end
    }

    async fn talk(&mut self, reader: &mut OwnedReadHalf, words: &mut Reader) -> End {
        let mut finish_by = None;
        let mut heard = true;
        loop {
            if std::mem::take(&mut heard)
                && let Err(violation) = self.listen(words)
            {
                self.outbox
                    .close(End::Violation, violation.code, &violation.words);
            }
            let Ok(flushed) = self.outbox.flush() else {
                return End::Lost;
            };
            for (frame, rung) in &flushed.frames {
                self.count(frame, *rung);
            }
            if let Some(end) = flushed.end {
                if !flushed.blocked || end == End::Dead {
                    return end;
                }
                let by = *finish_by.get_or_insert_with(|| self.now() + FLUSH_TIMEOUT);
                let Ok(stirred) =
                    tokio::time::timeout_at(by.into(), self.outbox.stirred(true)).await
                else {
                    return end;
                };
                if stirred.is_err() {
                    return End::Lost;
                }
                continue;
            }
            self.complete_switch();
            tokio::select! {
                received = self.outbox.receive(reader, Some(words)) => match received {
                    Ok(0) | Err(_) => return End::Lost,
                    Ok(_) => heard = true,
                },
                stirred = self.outbox.stirred(flushed.blocked) => if stirred.is_err() {
                    return End::Lost;
                },
            }
        }
    }

    /// Acts on everything that was said.
    fn listen(&mut self, words: &mut Reader) -> Result<(), Violation> {
        let mut last_pong = None;
        while let Some(event) = words.event()? {
            let now = self.streams.tools.clock.now();
            self.allow(now)?;
            let may_go = match event {
                Event::Pong(payload) => {
                    let waited = frame::pong(payload).and_then(|number| last_pong.replace(number));
                    waited.is_some_and(|number| self.outbox.pong(number, now, false))
                }
                Event::Ping(payload) => {
                    self.outbox.answer(payload);
                    false
                }
                Event::Text(text) if self.outbox.speaks_v2 => match FromClient::read(text) {
                    Some(message) => self.apply(message, now)?,
                    None => false,
                },
                Event::Text(_) | Event::Binary => false,
                Event::Close(code) => {
                    self.outbox.close(End::Viewer, code.unwrap_or(1000), "");
                    return Ok(());
                }
            };
            if may_go {
                self.catch_up();
            }
        }
        let now = self.streams.tools.clock.now();
        if last_pong.is_some_and(|number| self.outbox.pong(number, now, true)) {
            self.catch_up();
        }
        Ok(())
    }

    /// True: a frame that was held may go now.
    fn apply(&mut self, message: FromClient, now: Instant) -> Result<bool, Violation> {
        let metrics = &self.streams.tools.metrics;
        match message {
            FromClient::Ack { seq } => return Ok(self.outbox.ack(seq, now)),
            FromClient::Quality { quality } => {
                let quality = quality.to_string().parse::<Quality>();
                let quality = quality.map_err(|error| Violation {
                    code: 1003,
                    words: error.to_string().into(),
                })?;
                self.switch(quality.rung());
            }
            FromClient::Report { age_ms, .. } => {
                if let Some(age_ms) = age_ms.filter(|age| (0.0..600_000.0).contains(age)) {
                    metrics.viewer_frame_age.observe(age_ms / 1000.0);
                }
            }
            FromClient::Clock { t } => {
                let now_us = self.streams.tools.clock.wall_us(now);
                self.outbox.say(&FromGateway::Clock { t, now_us });
            }
        }
        Ok(false)
    }

    fn switch(&mut self, rung: Rung) {
        self.next = None;
        if !self.outbox.switch(rung) {
            return;
        }
        let camera = self.subscription.fanout.stream.camera.clone();
        // The camera is in use by this very viewer, so it counts as known.
        if let Ok(subscription) = self.streams.subscribe(&StreamId { camera, rung }) {
            subscription.fanout.attach(Arc::clone(&self.outbox));
            self.next = Some(subscription);
        }
    }

    /// Lets go of the old rung once a frame of the new one was sent.
    fn complete_switch(&mut self) {
        let (old, new) = (self.subscription.fanout.stream.rung, self.outbox.rung());
        if let Some(subscription) = self.next.take_if(|next| next.fanout.stream.rung == new) {
            let metrics = &self.streams.tools.metrics;
            let direction = if new > old {
                &metrics.quality_up
            } else {
                &metrics.quality_down
            };
            direction.inc();
            self.gauge = CountedGauge::new(&metrics.viewers[new.index()]);
            self.subscription = subscription;
        }
    }

    /// Sends the newest frame to a viewer whose window has just opened.
    fn catch_up(&mut self) {
        self.complete_switch();
        let fanout = Arc::clone(&self.subscription.fanout);
        if let Some(frame) = fanout.latest(JOIN_MAX_AGE, self.now()) {
            self.offer(&fanout, &frame);
        }
    }

    fn offer(&self, fanout: &fanout::Fanout, frame: &Arc<frame::Frame>) {
        let (offer, skipped) = self.outbox.offer(frame, fanout.stream.rung, self.now());
        if offer == Offer::Sent {
            self.count(frame, fanout.stream.rung);
        }
        self.streams
            .tools
            .metrics
            .skipped
            .slow_viewer
            .inc_by(u64::from(skipped));
    }

    fn count(&self, frame: &frame::Frame, rung: Rung) {
        let tools = &self.streams.tools;
        tools.metrics.frames_sent[rung.index()].inc();
        tools
            .metrics
            .sent_bytes
            .inc_by(frame.message().len() as u64);
        if let Some(age) = fanout::age(frame, self.now(), tools.clock) {
            tools.metrics.frame_age.observe(age);
        }
    }

    fn allow(&mut self, now: Instant) -> Result<(), Violation> {
        let (count, since) = &mut self.budget;
        if now.saturating_duration_since(*since) >= Duration::from_secs(1) {
            (*count, *since) = (0, now);
        }
        *count += 1;
        if *count > MAX_MESSAGES_PER_SECOND {
            return Err(Violation {
                code: 1008,
                words: "too many messages a second".into(),
            });
        }
        Ok(())
    }

    fn now(&self) -> Instant {
        self.streams.tools.clock.now()
    }
}
