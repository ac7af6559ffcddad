//! PURE: what is told to a broker, under which topics, and how Home Assistant is told of it.
//!
//! Source of the latter: Home Assistant's documentation, "MQTT", discovery, and those of its components camera,
//! `binary_sensor`, sensor and switch.

use serde_json::{Value, json};
use wire::CameraId;

/// As Home Assistant takes them unless it is told otherwise.
pub(super) const ON: &str = "ON";
pub(super) const OFF: &str = "OFF";
pub(super) const ONLINE: &str = "online";
pub(super) const OFFLINE: &str = "offline";
/// What a sensor says that knows nothing.
const UNKNOWN: &str = "None";

/// One message that stays with the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
}

/// Topics and payloads for one camera.
#[derive(Debug)]
pub(super) struct Messages {
    base: String,
    camera: String,
    /// `rero_front-door`: of characters that Home Assistant takes in a topic of its own.
    id: String,
    discovery: Option<String>,
    has_pictures: bool,
}

impl Messages {
    /// `topic`: what all begin with. `discovery`: where Home Assistant looks, if it is to find the camera.
    pub(super) fn new(
        topic: &str,
        discovery: Option<&str>,
        has_pictures: bool,
        camera: &CameraId,
    ) -> Self {
        let name = camera.name();
        let word = |character: char| {
            let fits = character.is_ascii_alphanumeric() || character == '-';
            if fits { character } else { '_' }
        };
        Self {
            base: format!("{topic}/{name}"),
            camera: name.to_owned(),
            id: format!("{topic}_{name}").chars().map(word).collect(),
            discovery: discovery.map(str::to_owned),
            has_pictures,
        }
    }

    /// What the broker calls us.
    pub(super) fn client_id(&self) -> &str {
        &self.id
    }

    /// Whether the camera is there at all; the last will says that it is not.
    pub(super) fn availability_topic(&self) -> String {
        self.topic("availability")
    }

    /// Where somebody else sets the privacy switch.
    pub(super) fn set_privacy_topic(&self) -> String {
        self.topic("privacy/set")
    }

    /// Where pictures go. They do not stay with the broker.
    pub(super) fn picture_topic(&self) -> String {
        self.topic("picture")
    }

    pub(super) fn available(&self, is_there: bool) -> Kept {
        self.kept("availability", if is_there { ONLINE } else { OFFLINE })
    }

    pub(super) fn watched(&self, on: bool) -> Kept {
        self.kept("watched", switch(on))
    }

    pub(super) fn privacy(&self, on: bool) -> Kept {
        self.kept("privacy", switch(on))
    }

    pub(super) fn moving(&self, on: bool) -> Kept {
        self.kept("moving", switch(on))
    }

    pub(super) fn problem(&self, on: bool) -> Kept {
        self.kept("problem", switch(on))
    }

    /// In percent of the picture; `None`: nothing is compared.
    pub(super) fn motion(&self, changed_ratio: Option<f64>) -> Kept {
        let percent = changed_ratio.map(|ratio| format!("{:.1}", ratio * 100.0));
        self.kept("motion", percent.as_deref().unwrap_or(UNKNOWN))
    }

    /// What a word under [`Self::set_privacy_topic`] wants; `None`: it is no word for it.
    pub(super) fn privacy_wanted(payload: &[u8]) -> Option<bool> {
        match payload {
            b"ON" => Some(true),
            b"OFF" => Some(false),
            _ => None,
        }
    }

    /// All that Home Assistant is told, so that the camera and what belongs to it are there by themselves.
    pub(super) fn discovery(&self) -> Vec<Kept> {
        let Some(prefix) = &self.discovery else {
            return Vec::new();
        };
        let entities = [
            self.has_pictures.then(|| self.picture_entity()),
            Some(self.entity(
                "binary_sensor",
                "watched",
                "Watched",
                &json!({ "icon": "mdi:eye" }),
            )),
            Some(self.entity(
                "binary_sensor",
                "moving",
                "Motion",
                &json!({ "device_class": "motion" }),
            )),
            Some(self.entity(
                "binary_sensor",
                "problem",
                "Problem",
                &json!({ "device_class": "problem", "entity_category": "diagnostic" }),
            )),
            Some(self.entity(
                "sensor",
                "motion",
                "Change",
                &json!({
                    "unit_of_measurement": "%",
                    "state_class": "measurement",
                    "icon": "mdi:motion-sensor",
                }),
            )),
            Some(self.entity(
                "switch",
                "privacy",
                "Privacy",
                &json!({ "command_topic": self.set_privacy_topic(), "icon": "mdi:eye-off" }),
            )),
        ];
        let kept = |(component, object, config): (&str, &str, Value)| Kept {
            topic: format!("{prefix}/{component}/{}_{object}/config", self.id),
            payload: config.to_string().into_bytes(),
        };
        entities.into_iter().flatten().map(kept).collect()
    }

    /// The camera itself: it has the device's name.
    fn picture_entity(&self) -> (&'static str, &'static str, Value) {
        let mut config = self.config("picture", None);
        config["topic"] = self.picture_topic().into();
        ("camera", "picture", config)
    }

    fn entity(
        &self,
        component: &'static str,
        object: &'static str,
        name: &str,
        more: &Value,
    ) -> (&'static str, &'static str, Value) {
        let mut config = self.config(object, Some(name));
        config["state_topic"] = self.topic(object).into();
        for (key, value) in more.as_object().into_iter().flatten() {
            config[key] = value.clone();
        }
        (component, object, config)
    }

    /// What all have.
    fn config(&self, object: &str, name: Option<&str>) -> Value {
        json!({
            "name": name,
            "unique_id": format!("{}_{object}", self.id),
            "availability_topic": self.availability_topic(),
            "device": {
                "identifiers": [self.id],
                "name": format!("Camera {}", self.camera),
                "manufacturer": "ReRo CCTV",
                "model": "capture-svc",
                "sw_version": env!("CARGO_PKG_VERSION"),
            },
            "origin": { "name": "capture-svc", "sw_version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn topic(&self, what: &str) -> String {
        format!("{}/{what}", self.base)
    }

    fn kept(&self, what: &str, payload: &str) -> Kept {
        Kept {
            topic: self.topic(what),
            payload: payload.as_bytes().to_vec(),
        }
    }
}

const fn switch(on: bool) -> &'static str {
    if on { ON } else { OFF }
}

#[cfg(test)]
mod tests;
