//! Where the broker is, who we are there, and what it is told.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::camera::read_password;

/// What would do where an address does not.
const WANTED: &str = "mqtt://[user@]host[:port] would do, or mqtts://";
/// Source: IANA's service names, `mqtt` and `secure-mqtt`.
const PORT: u16 = 1883;
const TLS_PORT: u16 = 8883;

/// What is set about a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MqttSettings {
    pub(crate) broker: Broker,
    /// Holds the password; read at each connection, so that a new one is taken.
    pub(crate) password_file: Option<PathBuf>,
    /// Whose certificates are believed; `None`: those that this system trusts.
    pub(crate) ca_file: Option<PathBuf>,
    /// What all topics begin with.
    pub(crate) topic: String,
    /// Where Home Assistant looks for devices; `None`: it is told of none.
    pub(crate) discovery: Option<String>,
    /// How far pictures are apart, at least; `None`: there are none.
    pub(crate) picture_every: Option<Duration>,
}

/// `CAPTURE_MQTT_URL`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Broker {
    pub(super) is_tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(crate) user: Option<String>,
    password: Option<String>,
}

/// Without user and password.
impl fmt::Display for Broker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "mqtts" } else { "mqtt" };
        write!(out, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl FromStr for Broker {
    type Err = String;

    /// # Errors
    /// Words that say what would do and repeat nothing of the text.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{error}; {WANTED}"))?;
        let is_tls = match url.scheme() {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(WANTED.into()),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("a broker's address has no path; {WANTED}"));
        }
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded
                .map(String::from)
                .map_err(|_| format!("user and password are no UTF-8; {WANTED}"))
        };
        let user = Some(url.username()).filter(|user| !user.is_empty());
        let password = url.password().map(decoded).transpose()?;
        if user.is_none() && password.is_some() {
            return Err(format!("it has a password and no user; {WANTED}"));
        }
        Ok(Self {
            is_tls,
            host: host.ok_or(WANTED)?.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(if is_tls { TLS_PORT } else { PORT }),
            user: user.map(decoded).transpose()?,
            password,
        })
    }
}

impl Broker {
    /// Whether the address itself has the password.
    pub(crate) const fn has_password(&self) -> bool {
        self.password.is_some()
    }
}

impl MqttSettings {
    /// User and password, as they are now.
    ///
    /// # Errors
    /// Words: the file with the password cannot be read.
    pub(super) fn login(&self) -> Result<Option<(String, String)>, String> {
        let Some(user) = self.broker.user.clone() else {
            return Ok(None);
        };
        let password = match &self.password_file {
            Some(file) => read_password(file)
                .map_err(|why| format!("CAPTURE_MQTT_PASSWORD_FILE={why}"))?
                .reveal()
                .to_owned(),
            None => self.broker.password.clone().unwrap_or_default(),
        };
        Ok(Some((user, password)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(text: &str) -> Broker {
        text.parse().unwrap()
    }

    #[test]
    fn a_broker_has_a_host_a_port_and_perhaps_a_user() {
        let plain = broker("mqtt://homeassistant.local");
        assert_eq!(plain.to_string(), "mqtt://homeassistant.local:1883");
        assert_eq!(plain.user, None);
        let full = broker("mqtts://cam%40home:tu%3Alip@[fd00::7]:8884/");
        assert_eq!(
            (full.host.as_str(), full.port, full.is_tls),
            ("fd00::7", 8884, true)
        );
        assert_eq!(full.user.as_deref(), Some("cam@home"));
        assert_eq!(full.password.as_deref(), Some("tu:lip"));
        assert_eq!(broker("mqtts://b").port, 8883);
        assert_eq!(format!("{full:?}"), "mqtts://fd00::7:8884");
    }

    #[test]
    fn what_is_no_broker_is_refused_and_nothing_of_it_repeated() {
        for text in [
            "tulip",
            "mqtt://",
            "http://me:tulip@b",
            "mqtt://me:tulip@b/tulip",
            "mqtt://b/?password=tulip",
            "mqtt://:tulip@b",
            "mqtt://me:tulip@b:99999",
            "mqtt://m%FF:tulip@b",
        ] {
            let told = text.parse::<Broker>().unwrap_err();
            assert!(
                told.contains("would do") && !told.contains("tulip"),
                "{told}"
            );
        }
    }
}
