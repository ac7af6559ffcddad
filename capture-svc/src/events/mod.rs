//! Tells the world what happens with a camera: somebody looks, nobody does any more, it is gone, it is back, something moves.
//!
//! [`narrator`] decides what is news, and [`run`] publishes it on NATS; [`OnWatch`] is called when somebody looks, by
//! [`Caller`], and may hold up the first frame for a moment ([`crate::watching`]); a broker of MQTT is told what it keeps, by
//! [`mqtt`].
//!
//! Nothing in here can touch the stream: each part is a task of its own that reads the newest state and skips what it was
//! too slow for; what fails is counted, told once, and tried again.

mod caller;
mod known;
mod mqtt;
mod narrator;
mod on_watch;
mod trouble;

use process::Clock;
use tokio::sync::watch;
use tokio::time::sleep_until;

use self::narrator::{Narrator, Seen};
pub(crate) use self::{
    caller::Caller,
    known::Known,
    mqtt::{Broker, Mqtt, MqttSettings},
    on_watch::OnWatch,
    trouble::Trouble,
};
use crate::bus::EventBus;

/// What is set about the events of one camera.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventSettings {
    /// What is called when somebody looks, and when nobody does any more.
    pub(crate) on_watch: Option<OnWatch>,
    /// The share of the picture that makes a motion.
    pub(crate) motion_above: f64,
    /// The broker that is told.
    pub(crate) mqtt: Option<MqttSettings>,
}

/// Publishes on `bus` what happens, until nobody knows anything new any more; tells `moving` whether something moves.
pub(crate) async fn run(
    mut known: Known,
    motion_above: f64,
    clock: Clock,
    bus: EventBus,
    mut trouble: Trouble,
    moving: watch::Sender<bool>,
) {
    let mut narrator = Narrator::new(motion_above);
    loop {
        let news = {
            let seen = Seen {
                watching: *known.watching.borrow_and_update(),
                status: &known.status.borrow_and_update(),
                changed_ratio: *known.changed_ratio.borrow_and_update(),
            };
            narrator.note(seen, clock.now())
        };
        let moves = narrator.is_moving();
        moving.send_if_modified(|before| std::mem::replace(before, moves) != moves);
        for news in news {
            tracing::info!(
                event = news.event.as_str(),
                reason = news.reason,
                "camera event"
            );
            if bus.publish(known.event(news)).await {
                trouble.is_over();
            } else {
                trouble.is_there("NATS is away: nobody heard it");
            }
        }
        let next = narrator.next();
        let changed = tokio::select! {
            changed = known.watching.changed() => changed,
            changed = known.status.changed() => changed,
            changed = known.changed_ratio.changed() => changed,
            () = sleep_until(next.unwrap_or_else(|| clock.now()).into()), if next.is_some() => Ok(()),
        };
        if changed.is_err() {
            return;
        }
    }
}
