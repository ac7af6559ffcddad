//! What is told over one connection: all of it at the beginning, then what changes; and what is heard.

use std::{collections::HashMap, time::Duration};

use rumqttc::{Packet, Publish};
use tokio::time::{Interval, MissedTickBehavior, interval};
use wire::CameraState;

use super::{
    connection::{Connection, KEEP_ALIVE},
    messages::{Kept, Messages},
    told::{Mqtt, Over},
};
use crate::demand::Privacy;

/// How often the share of the picture that changes is told, at the most.
const MOTION_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Session<'a> {
    mqtt: &'a mut Mqtt,
    messages: &'a Messages,
    connection: Connection,
    /// What the broker keeps, by its topics.
    told: HashMap<String, Vec<u8>>,
    /// The broker was asked whether it is there, and has not answered.
    is_asked: bool,
}

/// What there is to pass on.
#[derive(Debug, PartialEq)]
enum News {
    Heard(Packet),
    AskDue,
    MotionDue,
    Watched,
    Status,
    Privacy,
    Moving,
    Picture,
    Active,
}

impl<'a> Session<'a> {
    pub(super) fn new(mqtt: &'a mut Mqtt, messages: &'a Messages, connection: Connection) -> Self {
        Self {
            mqtt,
            messages,
            connection,
            told: HashMap::new(),
            is_asked: false,
        }
    }

    /// Tells until this capture stands by or stops.
    ///
    /// # Errors
    /// Words: what is wrong with the connection.
    pub(super) async fn run(mut self) -> Result<Over, String> {
        self.tell_all().await?;
        self.mqtt.trouble.is_over();
        tracing::info!(
            camera = self.mqtt.camera.name(),
            broker = %self.mqtt.settings.broker,
            "connected with the broker of MQTT"
        );
        let stop = self.mqtt.stop.clone();
        let mut ask = every(KEEP_ALIVE);
        ask.reset();
        let mut motion = every(MOTION_EVERY);
        let over = loop {
            let news = tokio::select! {
                packet = self.connection.next() => News::Heard(packet?),
                _ = ask.tick() => News::AskDue,
                _ = motion.tick() => News::MotionDue,
                changed = self.mqtt.known.watching.changed() => match changed {
                    Ok(()) => News::Watched,
                    Err(_) => break Over::Stopped,
                },
                Ok(()) = self.mqtt.known.status.changed() => News::Status,
                Ok(()) = self.mqtt.privacy.changed() => News::Privacy,
                Ok(()) = self.mqtt.moving.changed() => News::Moving,
                Ok(()) = self.mqtt.picture.changed() => News::Picture,
                Ok(()) = self.mqtt.active.changed() => News::Active,
                () = stop.cancelled() => break Over::Stopped,
            };
            if news == News::Active && !*self.mqtt.active.borrow_and_update() {
                break Over::Standby;
            }
            self.pass_on(news).await?;
        };
        // Of one that stands by somebody else tells by now.
        if over == Over::Stopped {
            self.connection.keep(self.messages.watched(false)).await?;
            self.connection.keep(self.messages.available(false)).await?;
        }
        self.connection.disconnect().await?;
        Ok(over)
    }

    async fn pass_on(&mut self, news: News) -> Result<(), String> {
        match news {
            News::Heard(packet) => {
                self.hear(packet);
                Ok(())
            }
            News::AskDue => self.ask().await,
            News::MotionDue => self.tell_motion().await,
            News::Watched => self.tell_watched().await,
            News::Status => self.tell_problem().await,
            News::Privacy => self.tell_privacy().await,
            News::Moving => self.tell_moving().await,
            News::Picture => self.tell_picture().await,
            News::Active => Ok(()),
        }
    }

    async fn tell_all(&mut self) -> Result<(), String> {
        for kept in self.messages.discovery() {
            self.connection.keep(kept).await?;
        }
        self.connection.keep(self.messages.available(true)).await?;
        self.tell_watched().await?;
        self.tell_problem().await?;
        self.tell_privacy().await?;
        self.tell_moving().await?;
        self.tell_motion().await
    }

    fn hear(&mut self, packet: Packet) {
        match packet {
            Packet::PingResp => self.is_asked = false,
            Packet::Publish(message) => self.hear_a_wish(&message),
            Packet::SubAck(answer)
                if answer
                    .return_codes
                    .contains(&rumqttc::SubscribeReasonCode::Failure) =>
            {
                tracing::warn!(
                    topic = self.messages.set_privacy_topic(),
                    "the broker does not let us subscribe: nobody can turn the privacy switch there"
                );
            }
            _ => {}
        }
    }

    fn hear_a_wish(&self, message: &Publish) {
        if message.topic != self.messages.set_privacy_topic() {
            return;
        }
        let on = Messages::privacy_wanted(&message.payload);
        match on {
            // One that stays with the broker would be a wish again at every connection.
            _ if message.retain => {
                tracing::warn!(
                    topic = message.topic,
                    "a retained wish is none: publish it without"
                );
            }
            None => tracing::warn!(topic = message.topic, "neither ON nor OFF"),
            Some(on) => {
                tracing::info!(
                    camera = self.mqtt.camera.name(),
                    on,
                    "privacy switch, by MQTT"
                );
                self.mqtt.set_privacy.send_replace(Some(on));
            }
        }
    }

    async fn ask(&mut self) -> Result<(), String> {
        if std::mem::replace(&mut self.is_asked, true) {
            return Err(format!("it is silent for {KEEP_ALIVE:?}"));
        }
        self.connection.ping().await
    }

    async fn tell_watched(&mut self) -> Result<(), String> {
        let watching = *self.mqtt.known.watching.borrow_and_update();
        let on = watching.is_some_and(|watching| watching.on);
        self.keep(self.messages.watched(on)).await
    }

    async fn tell_problem(&mut self) -> Result<(), String> {
        let state = self.mqtt.known.status.borrow_and_update().state;
        let problem = self.messages.problem(state == CameraState::Error);
        self.keep(problem).await
    }

    async fn tell_privacy(&mut self) -> Result<(), String> {
        let on = match *self.mqtt.privacy.borrow_and_update() {
            Privacy::Unknown => return Ok(()),
            Privacy::On => true,
            Privacy::Off => false,
        };
        self.keep(self.messages.privacy(on)).await
    }

    async fn tell_moving(&mut self) -> Result<(), String> {
        let on = *self.mqtt.moving.borrow_and_update();
        self.keep(self.messages.moving(on)).await
    }

    async fn tell_motion(&mut self) -> Result<(), String> {
        let ratio = *self.mqtt.known.changed_ratio.borrow_and_update();
        self.keep(self.messages.motion(ratio)).await
    }

    async fn tell_picture(&mut self) -> Result<(), String> {
        let picture = self.mqtt.picture.borrow_and_update().clone();
        let topic = self.messages.picture_topic();
        self.connection.publish(topic, picture, false).await
    }

    /// Tells it unless it is what was told last: a status comes once a second, whatever there is in it.
    async fn keep(&mut self, kept: Kept) -> Result<(), String> {
        let before = self.told.insert(kept.topic.clone(), kept.payload.clone());
        if before.as_ref() == Some(&kept.payload) {
            return Ok(());
        }
        self.connection.keep(kept).await
    }
}

fn every(time: Duration) -> Interval {
    let mut interval = interval(time);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
