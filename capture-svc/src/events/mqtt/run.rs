//! Connections, one after the other, for as long as this capture serves the camera.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    connection::Connection,
    messages::Messages,
    session::Session,
    settings::MqttSettings,
    told::{Mqtt, Over},
};

/// Shortest and longest wait before the next attempt to connect.
const RECONNECT_BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A connection that has lasted for so long was a good one: the next is tried soon.
const GOOD_SESSION: Duration = Duration::from_secs(60);

impl Mqtt {
    /// Tells the broker, whenever there is one, until it is told to stop.
    pub(crate) async fn run(mut self) {
        let messages = self.messages();
        let mut wait = RECONNECT_BACKOFF.0;
        loop {
            let stop = self.stop.clone();
            let active = tokio::select! {
                active = self.active.wait_for(|active| *active) => active.is_ok(),
                () = stop.cancelled() => false,
            };
            if !active {
                return;
            }
            let began = self.clock.now();
            match self.session(&messages).await {
                Ok(Over::Standby) => wait = RECONNECT_BACKOFF.0,
                Ok(Over::Stopped) => return,
                Err(why) => {
                    self.trouble.is_there(&why);
                    if self.clock.now() - began > GOOD_SESSION {
                        wait = RECONNECT_BACKOFF.0;
                    }
                    // Many cameras of one house do not come back at the same moment.
                    let wait_now = wait.mul_f64(0.5 + 0.5 * fastrand::f64());
                    tokio::select! {
                        () = sleep(wait_now) => {}
                        () = stop.cancelled() => return,
                    }
                    wait = (wait * 2).min(RECONNECT_BACKOFF.1);
                }
            }
        }
    }

    /// One connection, from its beginning to its end.
    async fn session(&mut self, messages: &Messages) -> Result<Over, String> {
        let stop = self.stop.clone();
        let connection = tokio::select! {
            connection = Connection::open(&self.settings, messages) => connection?,
            () = stop.cancelled() => return Ok(Over::Stopped),
        };
        Session::new(self, messages, connection).run().await
    }

    fn messages(&self) -> Messages {
        let MqttSettings {
            topic,
            discovery,
            picture_every,
            ..
        } = &self.settings;
        Messages::new(
            topic,
            discovery.as_deref(),
            picture_every.is_some(),
            &self.camera,
        )
    }
}
