//! `capture-svc privacy on|off|show`: the switch that keeps the camera closed, beside a running service.

use std::time::Duration;

use anyhow::Context as _;

use crate::bus::open_link;
use crate::config::{Config, PrivacySwitch};
use crate::demand::{Privacy, PrivacyControl};
use crate::metrics::Metrics;

/// How long NATS may take to connect and answer before the command gives up.
const SWITCH_TIMEOUT: Duration = Duration::from_secs(5);
/// Messages of this command that may wait to be written: a handful of requests.
const SWITCH_PENDING_MAX: usize = 16;

/// Sets or reads the switch; returns the word for what it is now.
///
/// # Errors
/// NATS refuses or does not answer, or something else stands there a moment after it was set.
pub async fn privacy(config: &Config, switch: PrivacySwitch) -> anyhow::Result<&'static str> {
    let metrics = Metrics::new()?;
    let camera = &config.only_camera().map_err(anyhow::Error::msg)?.id;
    let mut link = open_link(
        &config.nats,
        camera,
        "privacy",
        SWITCH_PENDING_MAX,
        &metrics.link,
    )
    .await?;
    let set = match switch {
        PrivacySwitch::On => Some(true),
        PrivacySwitch::Off => Some(false),
        PrivacySwitch::Show => None,
    };
    let answer = async {
        link.state.wait_for(|state| state.connected).await?;
        let control = PrivacyControl::new(&link, camera, config.bucket_replicas);
        let Some(on) = set else {
            return anyhow::Ok(control.show().await?);
        };
        control.set(on).await?;
        control.confirm(on).await?;
        Ok(Privacy::from(on))
    };
    let answer = tokio::time::timeout(SWITCH_TIMEOUT, answer).await;
    let now = answer
        .with_context(|| format!("NATS at NATS_URL did not answer within {SWITCH_TIMEOUT:?}"))??;
    Ok(if now == Privacy::On { "on" } else { "off" })
}
