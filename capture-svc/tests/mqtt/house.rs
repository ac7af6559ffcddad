//! Somebody else at the broker, as Home Assistant is: all that is told, and wishes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, Publish, QoS};
use testkit::eventually;
use tokio::task::JoinSet;

use crate::service::REACTION_MAX;

/// The client; it ends with its value.
pub(crate) struct House {
    client: AsyncClient,
    heard: Arc<Mutex<Vec<Publish>>>,
    _tasks: JoinSet<()>,
}

impl House {
    /// Connected and subscribed to everything: what the broker keeps comes first.
    pub(crate) async fn at(port: u16) -> Self {
        let name = format!("house-{port}-{}", testkit::now_us());
        let mut options = MqttOptions::new(name, "127.0.0.1", port);
        options.set_max_packet_size(8 << 20, 8 << 20);
        let (client, mut events) = AsyncClient::new(options, 64);
        let heard: Arc<Mutex<Vec<Publish>>> = Arc::default();
        let (notes, subscriber) = (Arc::clone(&heard), client.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => subscriber
                        .try_subscribe("#", QoS::AtMostOnce)
                        .expect("room for a wish"),
                    Ok(Event::Incoming(Packet::Publish(message))) => {
                        notes.lock().expect("no test panics with it").push(message);
                    }
                    Ok(_) => {}
                    // A broker that is gone; the library does not wait by itself.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        let house = Self {
            client,
            heard,
            _tasks: tasks,
        };
        // Its own word comes back: it is subscribed.
        house.wish("house/test", "here", false).await;
        eventually(REACTION_MAX, || async {
            let here = house.last("house/test").is_some();
            if !here {
                house.wish("house/test", "here", false).await;
            }
            here
        })
        .await;
        house
    }

    pub(crate) async fn wish(&self, topic: &str, payload: &str, retain: bool) {
        let wish = self
            .client
            .publish(topic, QoS::AtMostOnce, retain, payload.as_bytes());
        wish.await.expect("room for a wish");
    }

    pub(crate) fn heard(&self) -> Vec<Publish> {
        self.heard.lock().expect("no test panics with it").clone()
    }

    /// What was said last under a topic.
    pub(crate) fn last(&self, topic: &str) -> Option<String> {
        let heard = self.heard();
        let last = heard.iter().rev().find(|message| message.topic == topic)?;
        Some(String::from_utf8_lossy(&last.payload).into_owned())
    }

    #[track_caller]
    pub(crate) fn hears(
        &self,
        topic: &'static str,
        payload: &'static str,
    ) -> impl Future<Output = ()> {
        eventually(REACTION_MAX, move || {
            let last = self.last(topic);
            let same = last.as_deref() == Some(payload);
            std::future::ready(same.then_some(()).ok_or((topic, payload, last)))
        })
    }

    /// Forgets what was said.
    pub(crate) fn forget(&self) {
        self.heard.lock().expect("no test panics with it").clear();
    }
}
