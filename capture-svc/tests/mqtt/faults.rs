//! Brokers that are frozen, gone, or let nobody in: none of them touches the stream.

use testkit::{Mosquitto, Scratch, eventually};

use crate::house::House;
use crate::service::{REACTION_MAX, Service};

fn url(port: u16) -> String {
    format!("mqtt://127.0.0.1:{port}")
}

#[tokio::test]
async fn a_broker_that_is_killed_is_told_everything_again_when_it_is_back() {
    let mut broker = Mosquitto::start().await;
    let house = House::at(broker.port()).await;
    let service = Service::start(&[("CAPTURE_MQTT_URL", &url(broker.port()))]).await;
    house.hears("rero/default/availability", "online").await;
    broker.kill();
    let stamps = service.frames(30).await;
    assert!(stamps.windows(2).all(|two| two[0].seq < two[1].seq));
    eventually(REACTION_MAX, || async {
        service.failures("mqtt").await >= 1.0
    })
    .await;
    house.forget();
    broker.restart().await;
    service.frames(1).await;
    house.hears("rero/default/availability", "online").await;
    house.hears("rero/default/privacy", "OFF").await;
    assert_eq!(
        service.warnings("CAPTURE_MQTT_URL"),
        1,
        "{}",
        service.capture.log()
    );
    assert!(
        service
            .capture
            .log()
            .contains("CAPTURE_MQTT_URL works again")
    );
}

#[tokio::test]
async fn a_broker_that_is_frozen_holds_no_picture_up_and_is_left() {
    let broker = Mosquitto::start().await;
    let settings = [
        ("CAPTURE_MQTT_URL", url(broker.port())),
        ("CAPTURE_MQTT_PICTURE_EVERY", "1s".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let service = Service::start(&settings).await;
    let house = House::at(broker.port()).await;
    service.frames(1).await;
    house.hears("rero/default/watched", "ON").await;
    broker.pause();
    // Frames come and are whole for as long as it takes to find out.
    eventually(REACTION_MAX, || async {
        let stamps = service.frames(10).await;
        assert!(stamps.windows(2).all(|two| two[0].seq < two[1].seq));
        service.failures("mqtt").await >= 1.0
    })
    .await;
    house.forget();
    broker.resume();
    eventually(REACTION_MAX, || async {
        service.watch().await;
        house.last("rero/default/availability").as_deref() == Some("online")
    })
    .await;
}

#[tokio::test]
async fn a_secured_broker_lets_in_who_is_known_and_trusted() {
    let (broker, certificate) = Mosquitto::start_secure("cam", "tulip").await;
    let scratch = Scratch::new("mqtt-ca");
    let file = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).expect("a folder of ours");
        path.display().to_string()
    };
    let (ca, right) = (file("ca", &certificate), file("right", "tulip\n"));
    let wrong = file("wrong", "rose\n");
    let address = format!("mqtts://cam@127.0.0.1:{}", broker.port());
    for (settings, words) in [
        (vec![("CAPTURE_MQTT_PASSWORD_FILE", &right)], "certificate"),
        (
            vec![
                ("CAPTURE_MQTT_PASSWORD_FILE", &wrong),
                ("CAPTURE_MQTT_CA_FILE", &ca),
            ],
            "does not accept this user",
        ),
        (
            vec![
                ("CAPTURE_MQTT_PASSWORD_FILE", &right),
                ("CAPTURE_MQTT_CA_FILE", &ca),
            ],
            "connected with the broker",
        ),
    ] {
        let mut all = vec![("CAPTURE_MQTT_URL", address.as_str())];
        all.extend(settings.iter().map(|(name, value)| (*name, value.as_str())));
        let service = Service::start(&all).await;
        service.frames(3).await;
        eventually(REACTION_MAX, || async {
            service.capture.log().contains(words)
        })
        .await;
        let log = service.capture.log();
        assert!(!log.contains("tulip") && !log.contains("rose"), "{log}");
    }
}
