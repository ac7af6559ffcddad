//! `CAPTURE_ON_WATCH`: what is called when somebody looks, how it is spelt, and the call itself.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use wire::CameraEvent;

use crate::camera::{Call, ExecCommand, HttpAddress};

/// The setting's name, for words.
const SETTING: &str = "CAPTURE_ON_WATCH";

/// What is called.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum OnWatch {
    /// A program.
    Exec(Arc<ExecCommand>),
    /// Somebody who takes a POST.
    Http(Box<HttpAddress>),
}

/// The program or the host alone: arguments, paths and queries hold secrets.
impl fmt::Debug for OnWatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exec(command) => write!(out, "{command:?}"),
            Self::Http(address) => out.write_str(&address.host()),
        }
    }
}

impl FromStr for OnWatch {
    type Err = String;

    /// # Errors
    /// Words that say what would do and repeat nothing of the text.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(command) = text.strip_prefix("exec:") {
            return Ok(Self::Exec(Arc::new(ExecCommand::parse(command)?)));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(Self::Http(Box::new(text.parse()?)));
        }
        Err("exec:<a program and its arguments>, http://… or https://… would do".into())
    }
}

impl OnWatch {
    /// What may be shown of a setting, right or wrong: what is called, and nothing of how.
    pub(crate) fn shown(text: &str) -> &'static str {
        let kinds = ["exec:", "http://", "https://"];
        let kind = kinds.into_iter().find(|kind| text.starts_with(kind));
        match kind {
            Some("exec:") => "exec:…",
            Some("http://") => "http://…",
            Some(_) => "https://…",
            None => "…",
        }
    }

    /// Tells `event`; returns when it was taken.
    ///
    /// # Errors
    /// Words without secrets.
    pub(super) async fn call(&self, event: &CameraEvent, within: Duration) -> Result<(), String> {
        let json = event
            .clone()
            .to_message()
            .map_err(|error| error.to_string())?;
        match self {
            Self::Http(address) => address.post(json, within).await,
            Self::Exec(command) => {
                let environment = environment(event, &json);
                let call = Call::default();
                // Whoever stops waiting for the call ends it.
                let _end = call.end();
                let command = Arc::clone(command);
                let run = move || call.run(&command, SETTING, &environment, within);
                let ended = tokio::task::spawn_blocking(run).await;
                ended.unwrap_or_else(|error| Err(error.to_string()))
            }
        }
    }
}

/// What a program is told, by names as programs that are called by others have them.
fn environment(event: &CameraEvent, json: &[u8]) -> [(&'static str, String); 5] {
    [
        ("CAMERA", event.camera.clone()),
        ("STATE", event.event.as_str().to_owned()),
        ("REASON", event.reason.clone().unwrap_or_default()),
        ("GATEWAYS", event.gateways.to_string()),
        ("EVENT", String::from_utf8_lossy(json).into_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_a_program_or_an_address() {
        for (text, shown) in [
            ("exec:/usr/bin/light --token tulip", "exec:light …"),
            ("http://me:tulip@lamp/api/webhook/tulip", "http://lamp"),
            ("https://lamp:8443/x?token=tulip", "https://lamp:8443"),
        ] {
            let on_watch: OnWatch = text.parse().unwrap();
            assert_eq!(format!("{on_watch:?}"), shown);
        }
    }

    #[test]
    fn a_wrong_one_is_refused_and_nothing_of_it_repeated() {
        for text in [
            "",
            "tulip",
            "ftp://lamp/tulip",
            "exec:",
            "exec:x 'tulip",
            "http://:tulip@/",
        ] {
            let told = text.parse::<OnWatch>().unwrap_err();
            let told = format!("{told} {}", OnWatch::shown(text));
            assert!(!told.contains("tulip"), "{told}");
        }
    }
}
