//! The settings of events: how they are spelt, and whether they can be used.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use process::Problems;

use crate::camera::{authority, masked, read_password, shown};
use crate::events::{Broker, EventSettings, MqttSettings, OnWatch};

/// What else `CAPTURE_MQTT_PICTURE_EVERY` may be.
const PICTURE_HINT: &str = "never for no pictures";
/// Far more than anybody's, and short enough for a topic with all that follows.
const TOPIC_BYTES_MAX: usize = 128;
/// More often is what the stream is for.
const PICTURE_EVERY_MIN: Duration = Duration::from_secs(1);

/// As the operator spells them.
#[derive(Debug, Clone, Args)]
pub(super) struct EventArgs {
    /// What is called when somebody looks, and when nobody does any more: exec:<a program and its arguments>, or http(s)://…,
    /// which gets a POST; the first picture waits 300 ms for it
    #[arg(long, env = "CAPTURE_ON_WATCH", global = true, hide_env_values = true)]
    on_watch: Option<String>,
    /// Share of the picture that must change for the event motion, 0 to 1; known while somebody looks
    /// and what stands still is held
    #[arg(
        long,
        env = "CAPTURE_MOTION_ABOVE",
        global = true,
        default_value = "0.02"
    )]
    motion_above: String,
    /// Broker of MQTT that is told: mqtt:// or mqtts://, [user@]host and port; Home Assistant finds the camera there
    #[arg(long, env = "CAPTURE_MQTT_URL", global = true, hide_env_values = true)]
    mqtt_url: Option<String>,
    /// File with the password of the user in the broker's address
    #[arg(long, env = "CAPTURE_MQTT_PASSWORD_FILE", global = true)]
    mqtt_password_file: Option<String>,
    /// File with the certificate authority of an mqtts:// broker; unset: those that this system trusts
    #[arg(long, env = "CAPTURE_MQTT_CA_FILE", global = true)]
    mqtt_ca_file: Option<String>,
    /// What the topics of MQTT begin with, before the camera's name
    #[arg(
        long,
        env = "CAPTURE_MQTT_TOPIC",
        global = true,
        default_value = "rero"
    )]
    mqtt_topic: String,
    /// Where Home Assistant looks for devices; empty: it is told of none
    #[arg(
        long,
        env = "CAPTURE_MQTT_DISCOVERY",
        global = true,
        default_value = "homeassistant"
    )]
    mqtt_discovery: String,
    /// How far pictures for MQTT are apart, at least, while somebody looks: 10s, 1m; never: none
    #[arg(
        long,
        env = "CAPTURE_MQTT_PICTURE_EVERY",
        global = true,
        default_value = "10s"
    )]
    mqtt_picture_every: String,
}

impl EventArgs {
    /// Judges all of them.
    pub(super) fn validate(&self, problems: &mut Problems) -> Option<EventSettings> {
        let on_watch = self.on_watch.as_deref().filter(|text| !text.is_empty());
        let shown = on_watch.map_or("", OnWatch::shown);
        let on_watch = on_watch.map(str::parse::<OnWatch>).transpose();
        let on_watch = problems.keep("CAPTURE_ON_WATCH", shown, on_watch);
        let mqtt = self.mqtt(problems);
        let motion = problems.number("CAPTURE_MOTION_ABOVE", &self.motion_above, 0.001, 1.0);
        Some(EventSettings {
            on_watch: on_watch?,
            motion_above: motion?,
            mqtt,
        })
    }

    /// `None` also where there was a problem.
    fn mqtt(&self, problems: &mut Problems) -> Option<MqttSettings> {
        let topic = topic("CAPTURE_MQTT_TOPIC", &self.mqtt_topic, problems);
        let discovery = Some(self.mqtt_discovery.as_str()).filter(|prefix| !prefix.is_empty());
        let discovery = discovery.map(|prefix| topic_of_ha(prefix, problems));
        let name = "CAPTURE_MQTT_PICTURE_EVERY";
        let every = problems.time_or_never(name, &self.mqtt_picture_every, PICTURE_HINT)?;
        if every.is_some_and(|every| every < PICTURE_EVERY_MIN) {
            let wanted = format!("{PICTURE_EVERY_MIN:?} or more would do");
            problems.add(format!("{name}={:?}: {wanted}", self.mqtt_picture_every));
        }
        let url = self.mqtt_url.as_deref().filter(|url| !url.is_empty())?;
        let broker = problems.keep(
            "CAPTURE_MQTT_URL",
            &masked(&shown(url)),
            url.parse::<Broker>(),
        );
        let password_file = self.password_file(broker.as_ref(), problems);
        let ca_file = self.mqtt_ca_file.as_deref().map(|file| {
            let file = problems.file("CAPTURE_MQTT_CA_FILE", file)?;
            let read = authority(&file, "CAPTURE_MQTT_CA_FILE");
            read.map_err(|words| problems.add(words)).ok()?;
            Some(file)
        });
        Some(MqttSettings {
            broker: broker?,
            password_file,
            ca_file: ca_file.flatten(),
            topic: topic?,
            discovery: discovery.flatten(),
            picture_every: every,
        })
    }

    fn password_file(&self, broker: Option<&Broker>, problems: &mut Problems) -> Option<PathBuf> {
        let name = "CAPTURE_MQTT_PASSWORD_FILE";
        let file = problems.file(name, self.mqtt_password_file.as_deref()?)?;
        if let Err(words) = read_password(&file) {
            problems.add(format!("{name}={words}"));
        }
        let wanted = match broker {
            Some(broker) if broker.user.is_none() => {
                "CAPTURE_MQTT_URL names no user: mqtt://USER@… would do"
            }
            Some(broker) if broker.has_password() => {
                "CAPTURE_MQTT_URL has a password, too: one of the two would do"
            }
            _ => return Some(file),
        };
        problems.add(format!("{name}={:?}: {wanted}", file.display()));
        Some(file)
    }
}

fn topic_of_ha(prefix: &str, problems: &mut Problems) -> Option<String> {
    topic("CAPTURE_MQTT_DISCOVERY", prefix, problems)
}

/// The beginning of a topic. Source: MQTT 3.1.1, 4.7.
fn topic(name: &str, text: &str, problems: &mut Problems) -> Option<String> {
    let fits = !text.is_empty()
        && text.len() <= TOPIC_BYTES_MAX
        && !text.starts_with(['$', '/'])
        && !text.ends_with('/')
        && !text.contains(|one: char| matches!(one, '+' | '#') || one.is_control());
    let wanted = "words with / between them, without + and #, would do";
    problems.keep(name, text, fits.then(|| text.to_owned()).ok_or(wanted))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use process::ConfigErrors;

    use super::super::Cli;
    use super::*;

    fn judged(args: &[&str]) -> Result<EventSettings, String> {
        let cli = Cli::try_parse_from(["capture-svc"].iter().chain(args)).unwrap();
        let judged = cli.settings.validate();
        judged
            .map(|config| config.cameras[0].events.clone())
            .map_err(|ConfigErrors(problems)| problems.join("\n"))
    }

    #[test]
    fn nobody_is_told_anything_unless_it_is_set() {
        let settings = judged(&[]).unwrap();
        assert_eq!((settings.on_watch, settings.mqtt), (None, None));
        assert!((settings.motion_above - 0.02).abs() < f64::EPSILON);
        // As a compose file has it whose variable is empty.
        let empty = judged(&["--on-watch=", "--mqtt-url="]).unwrap();
        assert_eq!((empty.on_watch, empty.mqtt), (None, None));
    }

    #[test]
    fn a_broker_is_settled_with_all_that_belongs_to_it() {
        let scratch = testkit::Scratch::new("mqtt-settings");
        let file = scratch.path().join("password");
        std::fs::write(&file, "tulip\n").unwrap();
        let settings = judged(&[
            "--mqtt-url=mqtts://cam@house",
            &format!("--mqtt-password-file={}", file.display()),
            "--mqtt-topic=house/cams",
            "--mqtt-discovery=",
            "--mqtt-picture-every=never",
        ]);
        let settings = settings.unwrap().mqtt.unwrap();
        assert_eq!(settings.broker.to_string(), "mqtts://house:8883");
        assert_eq!((settings.discovery, settings.picture_every), (None, None));
        assert_eq!(settings.topic, "house/cams");
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would_do_and_no_secret() {
        let me = "--mqtt-url=mqtt://me:tulip@house";
        for (args, words) in [
            (
                [me, "--on-watch=exec:x 'tulip"],
                "CAPTURE_ON_WATCH=\"exec:…\"",
            ),
            ([me, "--motion-above=0"], "from 0.001 to 1"),
            ([me, "--mqtt-topic=a/#"], "without + and #"),
            ([me, "--mqtt-discovery=/x"], "CAPTURE_MQTT_DISCOVERY"),
            ([me, "--mqtt-picture-every=100ms"], "1s or more"),
            ([me, "--mqtt-picture-every=often"], "never for no pictures"),
            ([me, "--mqtt-password-file=/etc/hostname"], "one of the two"),
            ([me, "--mqtt-ca-file=/dev/null"], "no certificate"),
            (
                [
                    "--mqtt-url=mqtt://house",
                    "--mqtt-password-file=/etc/hostname",
                ],
                "mqtt://USER@",
            ),
            (
                ["--mqtt-url=http://me:tulip@house", "--fps=30"],
                "mqtt://[user@]host",
            ),
        ] {
            let told = judged(&args).unwrap_err();
            assert!(
                told.contains(words) && !told.contains("tulip"),
                "{args:?}: {told}"
            );
        }
    }
}
