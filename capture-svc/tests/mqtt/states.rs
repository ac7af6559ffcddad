//! What a healthy broker keeps of a camera.

use testkit::{Mosquitto, NatsServer, Process, eventually, read_stamp};

use crate::house::House;
use crate::service::{REACTION_MAX, Service};

fn url(port: u16) -> String {
    format!("mqtt://127.0.0.1:{port}")
}

#[tokio::test]
async fn home_assistant_finds_the_camera_and_what_happens_with_it() {
    let broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    let service = Service::start(&[("CAPTURE_MQTT_URL", &url(broker.port()))]).await;
    house.hears("rero/default/availability", "online").await;
    house.hears("rero/default/watched", "OFF").await;
    house.hears("rero/default/privacy", "OFF").await;
    house.hears("rero/default/problem", "OFF").await;
    house.hears("rero/default/motion", "None").await;
    let opens = service.capture.metric("capture_camera_opens_total", &[]);
    assert_eq!(opens.await.to_bits(), 0f64.to_bits(), "nobody looks");
    let stamps = service.frames(5).await;
    house.hears("rero/default/watched", "ON").await;
    let topic = "rero/default/picture";
    let picture = eventually(REACTION_MAX, || async {
        house.heard().into_iter().find(|one| one.topic == topic)
    })
    .await;
    let stamp = read_stamp(&picture.payload).expect("a frame as it was published");
    assert_eq!(stamp.run, stamps[0].run);
    service.leave().await;
    house.hears("rero/default/watched", "OFF").await;
    let pictures = house
        .heard()
        .iter()
        .filter(|one| one.topic == topic)
        .count();
    assert_eq!(pictures, 1, "one in ten seconds");
    // Who comes later finds all that the broker keeps, and no picture.
    let later = House::at(broker.port()).await;
    later.hears("rero/default/availability", "online").await;
    let kept: Vec<_> = later
        .heard()
        .into_iter()
        .filter(|one| one.retain)
        .map(|one| one.topic)
        .collect();
    let entities = kept
        .iter()
        .filter(|topic| topic.starts_with("homeassistant/"))
        .count();
    assert_eq!(entities, 6, "{kept:?}");
    assert!(!kept.iter().any(|kept| kept == topic), "{kept:?}");
}

#[tokio::test]
async fn the_privacy_switch_is_turned_from_both_sides() {
    let broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    // Of one who has published it so that it stays: it is no wish.
    house.wish("rero/default/privacy/set", "ON", true).await;
    let service = Service::start(&[("CAPTURE_MQTT_URL", &url(broker.port()))]).await;
    house.hears("rero/default/privacy", "OFF").await;
    eventually(REACTION_MAX, || async {
        service.warnings("a retained wish is none") == 1
    })
    .await;
    service.frames(1).await;
    house
        .wish("rero/default/privacy/set", "perhaps", false)
        .await;
    house.wish("rero/default/privacy/set", "ON", false).await;
    house.hears("rero/default/privacy", "ON").await;
    house.hears("rero/default/watched", "OFF").await;
    assert_eq!(service.privacy_word().await.as_deref(), Some("on"));
    assert_eq!(service.warnings("neither ON nor OFF"), 1);
    service.privacy("off").await;
    house.hears("rero/default/privacy", "OFF").await;
    service.privacy("on").await;
    house.hears("rero/default/privacy", "ON").await;
    house.wish("rero/default/privacy/set", "OFF", false).await;
    house.hears("rero/default/privacy", "OFF").await;
    assert_eq!(service.privacy_word().await.as_deref(), Some("off"));
    service.frames(1).await;
    house.hears("rero/default/watched", "ON").await;
}

#[tokio::test]
async fn a_capture_that_ends_is_away_whether_it_could_say_so_or_not() {
    let broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    let mut service = Service::start(&[("CAPTURE_MQTT_URL", &url(broker.port()))]).await;
    service.frames(1).await;
    house.hears("rero/default/availability", "online").await;
    house.hears("rero/default/watched", "ON").await;
    service.capture.kill();
    house.hears("rero/default/availability", "offline").await;
    service.capture.restart().await;
    house.hears("rero/default/availability", "online").await;
    service.frames(1).await;
    house.hears("rero/default/watched", "ON").await;
    service.capture.terminate();
    assert!(service.capture.exited(REACTION_MAX).await.success());
    house.hears("rero/default/availability", "offline").await;
    house.hears("rero/default/watched", "OFF").await;
}

#[tokio::test]
async fn of_a_pair_only_the_one_that_serves_speaks_and_the_other_takes_over() {
    let broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    let address = url(broker.port());
    let mut service = Service::start(&[("CAPTURE_MQTT_URL", &address)]).await;
    house.hears("rero/default/availability", "online").await;
    let second = Process::capture(&service.nats, &[("CAPTURE_MQTT_URL", &address)]).await;
    eventually(REACTION_MAX, || async { second.ready().await == 200 }).await;
    service.frames(1).await;
    house.hears("rero/default/watched", "ON").await;
    house.forget();
    service.capture.kill();
    house.hears("rero/default/availability", "online").await;
    let said: Vec<_> = house
        .heard()
        .into_iter()
        .filter(|one| one.topic == "rero/default/availability")
        .map(|one| one.payload)
        .collect();
    assert_eq!(said, ["offline", "online"], "each once, in this order");
}

#[tokio::test]
async fn something_that_moves_is_told_with_how_much() {
    let broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    let settings = [
        ("CAPTURE_MQTT_URL", url(broker.port())),
        ("CAPTURE_HOLD", "auto".to_owned()),
        ("CAPTURE_CAMERA_ID", "door".to_owned()),
        ("CAPTURE_LINGER", "0s".to_owned()),
        ("CAPTURE_MQTT_TOPIC", "house/cams".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let nats = NatsServer::start().await;
    let _capture = Process::capture(&nats, &settings).await;
    house.hears("house/cams/door/moving", "OFF").await;
    let js = async_nats::jetstream::new(nats.client().await);
    let demand = js.get_key_value("demand").await.expect("the bucket");
    eventually(REACTION_MAX, || async {
        demand.put("door.q80.gw", "".into()).await.expect("a lease");
        let motion = house.last("house/cams/door/motion");
        motion.and_then(|words| words.parse::<f64>().ok()) > Some(0.0)
    })
    .await;
    house.hears("house/cams/door/moving", "ON").await;
    demand.delete("door.q80.gw").await.expect("a lease");
    house.hears("house/cams/door/moving", "OFF").await;
    house.hears("house/cams/door/motion", "None").await;
}
