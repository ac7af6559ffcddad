//! One viewer from upgrade to close: its task reads what it says and finishes what the fan-out began.

pub(crate) mod admission;
mod close;
mod message_limit;
pub(crate) mod shared;
pub(crate) mod upgrade;
mod wishes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use process::CountedGauge;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use wire::messages::{FromClient, FromGateway};
use wire::{Quality, Rate};

use self::message_limit::MessageLimit;
use self::shared::Sessions;
use crate::frame::ping::pong;
use crate::relay::fanout::{Fanout, JOIN_MAX_AGE};
use crate::relay::streams::Subscription;
use crate::viewer::outbox::offer::Offer;
use crate::viewer::outbox::{End, Outbox};
use crate::viewer::pending::Begun;
use crate::viewer::protocol::Protocol;
use crate::websocket::decode::{Event, Reader, Violation};

/// How long what is half written may take once the viewer ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// The same where the viewer may see nothing any more.
const EXPIRED_FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// What a viewer may watch, and what it asked for.
#[derive(Debug)]
pub(crate) struct Wish {
    /// To what it watches first.
    pub(crate) subscription: Subscription,
    /// No quality above it may be watched.
    pub(crate) best: Quality,
    /// How many frames a second at the most.
    pub(crate) rate: Rate,
    /// What it understands.
    pub(crate) protocol: Protocol,
}

/// A viewer's task.
#[derive(Debug)]
pub(crate) struct Session {
    shared: Arc<Sessions>,
    outbox: Arc<Outbox>,
    subscription: Subscription,
    /// No quality above it may be watched, at whatever size.
    best: Quality,
    /// To the rendition it asked for, until that one's first frame.
    next: Option<Subscription>,
    watching: CountedGauge,
    message_limit: MessageLimit,
}

impl Session {
    /// Takes a socket over after its handshake; the outbox is what others close it by.
    #[must_use]
    pub(crate) fn begin(
        shared: Arc<Sessions>,
        socket: TcpStream,
        wish: Wish,
    ) -> (Self, OwnedReadHalf) {
        let Wish {
            mut subscription,
            best,
            rate,
            protocol,
        } = wish;
        if protocol.deltas() {
            subscription.want_deltas();
        }
        let now = shared.clock.now();
        let (reader, writer) = socket.into_split();
        let rendition = subscription.stream().rendition;
        let outbox = Arc::new(Outbox::new(writer, protocol, rendition, rate, now));
        let watching = shared.viewers.watch(subscription.stream());
        let session = Self {
            shared,
            outbox,
            subscription,
            best,
            next: None,
            watching,
            message_limit: MessageLimit::new(now),
        };
        (session, reader)
    }

    /// Its socket, for whoever may have to close it.
    #[must_use]
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// Talks until the end; `early` is what came together with the handshake.
    pub(crate) async fn run(mut self, mut reader: OwnedReadHalf, early: &[u8]) -> End {
        let mut words = Reader::default();
        words.push(early);
        self.join();
        let end = self.talk(&mut reader, &mut words).await;
        // The subscription ends here, however long the other side takes to close.
        let outbox = Arc::clone(&self.outbox);
        drop(self);
        close::finish(&outbox, end, &mut reader, &mut words).await;
        end
    }

    /// Says hello and lets the frames begin.
    fn join(&self) {
        let fanout = self.subscription.fanout();
        let stream = fanout.stream();
        let mut status = self.shared.cameras.follow(&stream.camera);
        if self.outbox.protocol.is_v2() {
            let now = Arc::clone(&status.borrow());
            let (name, deltas) = (stream.camera.name(), self.outbox.protocol.deltas());
            let hello = FromGateway::hello(name, &now, stream.rendition, self.best, deltas);
            self.outbox.say(&hello);
        }
        fanout.attach(Arc::clone(&self.outbox));
        if self.outbox.protocol.is_v2() {
            // From here on the fan-out tells every change, so that none falls between; one that it told while this was
            // said is said again, for the last word must be the newest.
            loop {
                let now = Arc::clone(&status.borrow_and_update());
                self.outbox.say(&FromGateway::Status(&now));
                if !status.has_changed().unwrap_or(false) {
                    break;
                }
            }
        }
        self.offer_latest(fanout);
    }

    /// Reads and writes until the viewer ends.
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
            for begun in &flushed.frames {
                self.count(begun);
            }
            if let Some(end) = flushed.end {
                if !flushed.blocked || end == End::Dead {
                    return end;
                }
                let timeout = match end {
                    End::Expired => EXPIRED_FLUSH_TIMEOUT,
                    _ => FLUSH_TIMEOUT,
                };
                let by = *finish_by.get_or_insert_with(|| self.now() + timeout);
                let stirred = self.outbox.stirred(true);
                match tokio::time::timeout_at(by.into(), stirred).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return End::Lost,
                    Err(_) => return end,
                }
            }
            self.follow();
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
        // Of several answers that were read together, only the last one's time tells anything.
        let (mut last_pong, mut last_ack) = (None, None);
        while let Some(event) = words.event()? {
            let now = self.shared.clock.now();
            self.message_limit.allow(now)?;
            let may_go = match event {
                Event::Pong(payload) => {
                    let waited = pong(payload).and_then(|number| last_pong.replace(number));
                    waited.is_some_and(|number| self.outbox.pong(number, now, false))
                }
                Event::Ping(payload) => {
                    self.outbox.answer(payload);
                    false
                }
                Event::Text(text) if self.outbox.protocol.is_v2() => match FromClient::read(text) {
                    Some(FromClient::Ack { seq }) => {
                        let waited = last_ack.replace(seq);
                        waited.is_some_and(|seq| self.outbox.ack(seq, now, false))
                    }
                    Some(message) => self.apply(message, now).map(|()| false)?,
                    None => false,
                },
                Event::Text(_) | Event::Binary | Event::Part => false,
                Event::Close(code) => {
                    self.outbox.close(End::Viewer, code.unwrap_or(1000), "");
                    return Ok(());
                }
            };
            if may_go {
                self.catch_up();
            }
        }
        let now = self.shared.clock.now();
        let mut may_go = last_pong.is_some_and(|number| self.outbox.pong(number, now, true));
        may_go |= last_ack.is_some_and(|seq| self.outbox.ack(seq, now, true));
        if may_go {
            self.catch_up();
        }
        Ok(())
    }

    /// Sends the newest frame to a viewer whose window has just opened.
    fn catch_up(&mut self) {
        self.follow();
        self.offer_latest(self.subscription.fanout());
    }

    fn offer_latest(&self, fanout: &Fanout) {
        let now = self.now();
        let Some(frame) = fanout.latest(JOIN_MAX_AGE, now) else {
            return;
        };
        let rendition = fanout.stream().rendition;
        let (offer, skipped) = self.outbox.offer(&frame, rendition, now);
        if let Offer::Sent(form) = offer {
            self.count(&Begun {
                frame,
                form,
                rendition,
            });
        }
        fanout.delivered().skipped(u64::from(skipped));
    }

    fn count(
        &self,
        Begun {
            frame,
            form,
            rendition,
        }: &Begun,
    ) {
        let age = frame.age_s(self.shared.clock.wall_us(self.now()));
        let sizes = frame.sizes(*form);
        // One of the next rendition is what lets go of the old one.
        let next = self.next.as_ref();
        let next = next.filter(|next| next.stream().rendition == *rendition);
        let stream = next.unwrap_or(&self.subscription);
        stream.fanout().delivered().sent(sizes, age);
    }

    fn now(&self) -> Instant {
        self.shared.clock.now()
    }
}
