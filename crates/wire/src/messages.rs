//! The JSON messages of `?v=2` between gateway and viewer; the browser reads the same golden file
//! (`crates/wire/golden/messages.json`), and every message of [`FromGateway`] and [`FromClient`] is in it.
//!
//! Whatever is not understood is `None` and ignored, so that either side may learn new words first.

use crate::quality::Quality;
use crate::rendition::{Rendition, Size};
use crate::status::CameraStatus;
use serde::{Deserialize, Serialize};

/// The version that `?v=2` asks for.
pub const VERSION: u8 = 2;

/// What a client may say.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromClient {
    /// Switch in place.
    Quality {
        /// As asked for; checked by whoever switches.
        quality: i64,
        /// The same; a client from before there were sizes does not say it, and means the full one.
        size: Option<String>,
    },
    /// From now on at most so many frames a second.
    Rate {
        /// As asked for; nothing means every frame.
        fps: Option<f64>,
    },
    /// This frame is decoded.
    Ack {
        /// The stamp's sequence number.
        seq: u64,
    },
    /// What the viewer sees, every 5 s.
    Report {
        /// Frames shown per second.
        fps: f64,
        /// Age of the last frame when it was shown, if the viewer knows it.
        age_ms: Option<f64>,
        /// Frames that came and were not shown since the last report.
        skipped: u64,
    },
    /// Asks for our wall clock, to tell frame ages from clock differences.
    Clock {
        /// Given back as it is.
        t: f64,
    },
    /// A delta could not be applied: the next frame is to be whole.
    Whole,
}

impl FromClient {
    /// Reads a message; `None` for everything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What the gateway says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromGateway<'a> {
    /// The first message.
    Hello {
        /// [`VERSION`].
        version: u8,
        /// The camera's name.
        camera: &'a str,
        /// Of the rendition that serves what was asked for.
        quality: u8,
        /// The same.
        size: Size,
        /// What can be asked for, by bit rate.
        ladder: Vec<Served>,
        /// Frames per second at which the camera's frames come while it is open.
        fps: f64,
        /// Acks bound what is on its way.
        acks: bool,
        /// Quality can be switched on this connection.
        inband: bool,
        /// Frames may come as [deltas](crate::delta), as `delta=1` asks; not said where they do not.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        delta: bool,
    },
    /// The camera's status, at every change.
    Status(&'a CameraStatus),
    /// A switch took effect; the next frame is the first of this rendition.
    Quality(Served),
    /// The answer to [`FromClient::Clock`].
    Clock {
        /// As asked.
        t: f64,
        /// Our wall clock in µs since the Unix epoch.
        now_us: u64,
    },
}

/// A rendition as messages spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    quality: u8,
    size: Size,
}

impl From<Rendition> for Served {
    fn from(rendition: Rendition) -> Self {
        Self {
            quality: rendition.quality().get(),
            size: rendition.size(),
        }
    }
}

impl FromGateway<'_> {
    /// The first message to a viewer of `rendition` that may have no quality above `best`, at whatever size; of a camera
    /// with this `status`.
    #[must_use]
    pub fn hello<'a>(
        camera: &'a str,
        status: &CameraStatus,
        rendition: Rendition,
        best: Quality,
        delta: bool,
    ) -> FromGateway<'a> {
        FromGateway::Hello {
            version: VERSION,
            camera,
            quality: rendition.quality().get(),
            size: rendition.size(),
            ladder: Rendition::ladder()
                .filter(|one| one.quality() <= best && status.served(*one) == *one)
                .map(Served::from)
                .collect(),
            fps: status.nominal_rate(),
            acks: true,
            inband: true,
            delta,
        }
    }

    /// As JSON.
    #[must_use]
    pub fn text(&self) -> String {
        // Only a map with keys that are no strings could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;

    fn golden() -> Value {
        serde_json::from_str(include_str!("../golden/messages.json")).unwrap()
    }

    /// The first golden status.
    fn camera() -> CameraStatus {
        let golden: Value = serde_json::from_str(include_str!("../golden/status.json")).unwrap();
        serde_json::from_value(golden[0].clone()).unwrap()
    }

    fn served(value: &Value) -> Rendition {
        let quality = value["quality"].to_string().parse().unwrap();
        Rendition::serving(quality, value["size"].as_str().unwrap().parse().unwrap())
    }

    #[test]
    fn the_golden_messages_of_the_gateway_are_written_like_that() {
        for value in golden()["from_gateway"].as_array().unwrap() {
            let status: Option<CameraStatus> = serde_json::from_value(value.clone()).ok();
            let message = match value["type"].as_str().unwrap() {
                "hello" => {
                    let delta = value.get("delta").is_some();
                    let served = served(value);
                    FromGateway::hello("default", &camera(), served, Quality::HIGHEST, delta)
                }
                "status" => FromGateway::Status(status.as_ref().unwrap()),
                "quality" => FromGateway::Quality(served(value).into()),
                "clock" => FromGateway::Clock {
                    t: 1_234.5,
                    now_us: 1_764_400_000_000_000,
                },
                other => panic!("{other} is new: write it here too"),
            };
            assert_eq!(
                serde_json::from_str::<Value>(&message.text()).unwrap(),
                *value
            );
        }
    }

    #[test]
    fn hello_offers_no_more_than_may_be_asked_for_at_any_size() {
        let best = Quality::new(40).unwrap();
        let rendition = Rendition::serving(best, Size::Full);
        let mut status = camera();
        let ladder = |status: &CameraStatus| {
            let hello = FromGateway::hello("default", status, rendition, best, false).text();
            serde_json::from_str::<Value>(&hello).unwrap()["ladder"].take()
        };
        let rungs = [
            (30, "quarter"),
            (30, "half"),
            (40, "half"),
            (30, "full"),
            (35, "full"),
            (40, "full"),
        ];
        let rungs = rungs.map(|(quality, size)| json!({ "quality": quality, "size": size }));
        assert_eq!(ladder(&status), Value::from(rungs.to_vec()));
        // A capture that knows no sizes.
        status.renditions = None;
        assert_eq!(ladder(&status), Value::from(rungs[3..].to_vec()));
    }

    /// A kind that is added without its line in the golden file would be known to one side alone.
    #[test]
    fn every_kind_of_message_is_in_the_golden_file() {
        let kinds = |whose: &str| {
            let golden = golden();
            let messages = golden[whose].as_array().unwrap().iter();
            messages
                .map(|value| value["type"].as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
        };
        let told = serde_json::from_str::<FromClient>(r#"{"type":"?"}"#).unwrap_err();
        for kind in kinds("from_client") {
            assert!(told.to_string().contains(&format!("`{kind}`")), "{told}");
        }
        let known = told.to_string().matches('`').count() / 2 - 1;
        assert_eq!(kinds("from_client").len(), known, "{told}");
        let gateway = ["hello", "status", "quality", "clock"].map(str::to_owned);
        assert_eq!(kinds("from_gateway"), gateway.into());
    }

    #[test]
    fn the_golden_messages_of_the_client_are_read_and_the_others_ignored() {
        let golden = golden();
        let read: Vec<_> = golden["from_client"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| FromClient::read(&value.to_string()))
            .collect();
        assert_eq!(
            read,
            [
                Some(FromClient::Quality {
                    quality: 70,
                    size: Some("half".to_owned())
                }),
                Some(FromClient::Rate { fps: Some(5.0) }),
                Some(FromClient::Ack { seq: 123 }),
                Some(FromClient::Report {
                    fps: 31.5,
                    age_ms: Some(42.0),
                    skipped: 3
                }),
                Some(FromClient::Clock { t: 1_234.5 }),
                Some(FromClient::Whole),
            ]
        );
        for value in golden["ignored"].as_array().unwrap() {
            assert_eq!(FromClient::read(&value.to_string()), None, "{value}");
        }
        for junk in [
            "",
            "{",
            "null",
            "\"quality\"",
            "{\"type\":\"ack\",\"seq\":-1}",
            "{\"type\":\"quality\",\"quality\":70.5}",
            "{\"type\":\"quality\",\"quality\":70,\"size\":2}",
            "{\"type\":\"rate\",\"fps\":\"5\"}",
        ] {
            assert_eq!(FromClient::read(junk), None, "{junk}");
        }
    }

    #[test]
    fn a_size_or_a_rate_that_is_not_said_is_none() {
        let of = |text| FromClient::read(text).unwrap();
        let quality = FromClient::Quality {
            quality: 70,
            size: None,
        };
        assert_eq!(of(r#"{"type":"quality","quality":70}"#), quality);
        for text in [r#"{"type":"rate"}"#, r#"{"type":"rate","fps":null}"#] {
            assert_eq!(of(text), FromClient::Rate { fps: None }, "{text}");
        }
    }
}
