//! What Home Assistant takes, by its documentation of late 2026: a field that it does not know makes it refuse the whole.

use super::*;

/// Of every component. Source: home-assistant.io/integrations/mqtt, "Supported by MQTT discovery", and each component's
/// "Configuration variables".
const COMMON: &[&str] = &[
    "availability_topic",
    "device",
    "entity_category",
    "icon",
    "name",
    "origin",
    "unique_id",
];
/// Component, fields of its own, those of them that must be there.
const COMPONENTS: &[(&str, &[&str], &[&str])] = &[
    ("camera", &["topic", "image_encoding"], &["topic"]),
    (
        "binary_sensor",
        &["state_topic", "device_class", "payload_on", "payload_off"],
        &["state_topic"],
    ),
    (
        "sensor",
        &[
            "state_topic",
            "device_class",
            "unit_of_measurement",
            "state_class",
        ],
        &["state_topic"],
    ),
    (
        "switch",
        &["state_topic", "command_topic", "payload_on", "payload_off"],
        &["command_topic"],
    ),
];
const DEVICE: &[&str] = &["identifiers", "manufacturer", "model", "name", "sw_version"];
const ORIGIN: &[&str] = &["name", "sw_version", "support_url"];
/// Of binary sensors, those that are used here. Source: home-assistant.io/integrations/binary_sensor, "Device class".
const DEVICE_CLASSES: &[&str] = &["motion", "problem"];

fn messages(topic: &str, camera: &str, discovery: Option<&str>) -> Messages {
    Messages::new(topic, discovery, true, &camera.parse().unwrap())
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

#[test]
fn home_assistant_knows_every_field_and_misses_none() {
    let messages = messages("house/cams", "front-door", Some("homeassistant"));
    let told = messages.discovery();
    assert_eq!(told.len(), 6);
    let mut ids = Vec::new();
    for Kept { topic, payload } in told {
        let parts: Vec<_> = topic.split('/').collect();
        let ["homeassistant", component, object, "config"] = parts[..] else {
            panic!("{topic}")
        };
        let object_fits = object
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-'));
        assert!(object_fits, "{object}");
        let config: Value = serde_json::from_slice(&payload).expect("JSON");
        let found = COMPONENTS.iter().find(|(name, ..)| *name == component);
        let (_, own, must) = found.unwrap_or_else(|| panic!("no component {component}"));
        for key in keys(&config) {
            assert!(
                COMMON.contains(&key) || own.contains(&key),
                "{topic}: {key}"
            );
        }
        for key in must.iter().chain(&["unique_id", "device", "origin"]) {
            assert!(!config[key].is_null(), "{topic} lacks {key}");
        }
        assert!(
            keys(&config["device"])
                .iter()
                .all(|key| DEVICE.contains(key))
        );
        assert!(config["device"]["identifiers"][0].is_string());
        assert!(
            keys(&config["origin"])
                .iter()
                .all(|key| ORIGIN.contains(key))
        );
        if let Some(class) = config["device_class"].as_str() {
            assert!(DEVICE_CLASSES.contains(&class), "{class}");
        }
        assert_eq!(
            config["availability_topic"],
            "house/cams/front-door/availability"
        );
        assert_eq!(config["unique_id"], object);
        ids.push(object.to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each has an id of its own");
}

#[test]
fn every_state_that_is_discovered_is_told() {
    let messages = messages("rero", "default", Some("ha"));
    let told = [
        messages.watched(true),
        messages.privacy(false),
        messages.moving(false),
        messages.problem(true),
        messages.motion(Some(0.0625)),
    ];
    let payload = |kept: &Kept| String::from_utf8(kept.payload.clone()).unwrap();
    assert_eq!(
        told.each_ref().map(payload),
        ["ON", "OFF", "OFF", "ON", "6.2"]
    );
    assert_eq!(payload(&messages.motion(None)), "None");
    for Kept { payload, .. } in messages.discovery() {
        let config: Value = serde_json::from_slice(&payload).unwrap();
        if let Some(topic) = config["state_topic"].as_str() {
            assert!(told.iter().any(|kept| kept.topic == topic), "{topic}");
        }
    }
    assert_eq!(messages.set_privacy_topic(), "rero/default/privacy/set");
    assert_eq!(messages.client_id(), "rero_default");
    assert_eq!(payload(&messages.available(true)), "online");
}

#[test]
fn only_the_two_words_turn_the_privacy_switch() {
    assert_eq!(Messages::privacy_wanted(b"ON"), Some(true));
    assert_eq!(Messages::privacy_wanted(b"OFF"), Some(false));
    for word in ["", "on", "1", "TOGGLE", "ON "] {
        assert_eq!(Messages::privacy_wanted(word.as_bytes()), None, "{word}");
    }
}

#[test]
fn without_a_prefix_home_assistant_is_told_nothing_and_without_pictures_of_no_camera() {
    assert_eq!(messages("rero", "door", None).discovery(), []);
    let mut blind = messages("rero", "door", Some("homeassistant"));
    blind.has_pictures = false;
    let told = blind.discovery();
    assert_eq!(told.len(), 5);
    assert!(told.iter().all(|kept| !kept.topic.contains("/camera/")));
}
