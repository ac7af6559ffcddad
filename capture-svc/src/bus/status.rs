//! Publishes the status, which gateways show, and listens to the status of other captures of the same camera, which
//! decides who serves it (see [`super::failover`]).

use std::time::Duration;

use async_nats::Subscriber;
use bus::Link;
use futures_util::StreamExt;
use process::Clock;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep_until};
use wire::{CameraId, CameraState, CameraStatus, Reason};

use super::failover::{Answer, Failover};

/// How often the status is published when nothing changes.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);

/// Publishes the status and listens for other captures of the same camera.
#[derive(Debug)]
pub(crate) struct StatusPublisher {
    clock: Clock,
    link: Link,
    subject: String,
    run: u32,
    status: watch::Receiver<CameraStatus>,
    changed_ratio: watch::Receiver<Option<f64>>,
    active: watch::Sender<bool>,
}

impl StatusPublisher {
    /// Tells `active` whether this capture serves the camera: false until it is known.
    #[must_use]
    pub(crate) fn new(
        clock: Clock,
        link: Link,
        camera: &CameraId,
        run: u32,
        status: watch::Receiver<CameraStatus>,
        changed_ratio: watch::Receiver<Option<f64>>,
        active: watch::Sender<bool>,
    ) -> Self {
        Self {
            clock,
            link,
            subject: camera.status_subject(),
            run,
            status,
            changed_ratio,
            active,
        }
    }

    /// Runs until the status has no sender any more.
    pub(crate) async fn run(mut self) {
        let mut failover = Failover::new(self.run);
        let mut others: Option<Subscriber> = None;
        let mut generation = 0;
        let mut status_due = interval(STATUS_INTERVAL);
        status_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = failover.tick(self.clock.now());
            self.active.send_if_modified(|active| {
                std::mem::replace(active, failover.is_active()) != failover.is_active()
            });
            tokio::select! {
                changed = self.link.state.changed() => {
                    let state = self.link.state.borrow_and_update().clone();
                    if changed.is_err() {
                        return;
                    }
                    if state.connected && state.generation != generation {
                        generation = state.generation;
                        // The library subscribes again by itself after a reconnect.
                        if others.is_none() {
                            others = self.link.client.subscribe(self.subject.clone()).await.ok();
                        }
                        failover.connected(self.clock.now());
                        self.publish(failover.is_active()).await;
                    }
                }
                Some(message) = async { others.as_mut()?.next().await }, if others.is_some() => {
                    if let Some((run, standing_by)) = sender(&message.payload)
                        && failover.heard(run, standing_by, self.clock.now()) == Answer::Speak
                    {
                        self.publish(true).await;
                    }
                }
                () = sleep_until(due.unwrap_or_else(|| self.clock.now()).into()), if due.is_some() => {}
                _ = status_due.tick() => if failover.is_active() { self.publish(true).await },
                changed = self.status.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    if failover.is_active() {
                        self.publish(true).await;
                    }
                }
            }
        }
    }

    /// Publishes the status as it is now, or that we stand by; nothing without a connection, because a later status is
    /// newer.
    async fn publish(&mut self, active: bool) {
        if !self.link.is_connected() {
            return;
        }
        let mut status = self.status.borrow_and_update().clone();
        // It moves with every frame, which is no reason to publish.
        let changed = *self.changed_ratio.borrow();
        status.changed_ratio = changed.map(|ratio| (ratio * 1000.0).round() / 1000.0);
        if !active {
            status.state = CameraState::Idle;
            status.reason = Some(Reason::Standby);
            status.qualities.clear();
            status.renditions = Some(Vec::new());
            status.changed_ratio = None;
        }
        let Ok(json) = status.to_message() else {
            return;
        };
        let published = self.link.client.publish(self.subject.clone(), json.into());
        // A status is old after a second: no use in waiting longer.
        let _late = tokio::time::timeout(STATUS_INTERVAL, published).await;
    }
}

/// Whose message this is, and whether it says that its sender stands by.
fn sender(payload: &[u8]) -> Option<(u32, bool)> {
    let status = CameraStatus::of_message(payload)?;
    let run = u32::from_str_radix(&status.run, 16).ok()?;
    Some((run, status.reason == Some(Reason::Standby)))
}
