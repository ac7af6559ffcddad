//! `capture-svc privacy on|off|show`: the switch that keeps the camera closed, beside a running service.

use std::time::Duration;

use anyhow::Context as _;

use crate::bus::open_link;
use crate::config::{Config, PrivacySwitch};
use crate::demand::{Privacy, confirm_privacy, switch_privacy};
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
        let replicas = config.bucket_replicas;
        let now = switch_privacy(&link, camera, replicas, set).await?;
        if let Some(on) = set {
            confirm_privacy(&link, camera, replicas, on).await?;
        }
        anyhow::Ok(now)
    };
    let answer = tokio::time::timeout(SWITCH_TIMEOUT, answer).await;
    let now = answer
        .with_context(|| format!("NATS at NATS_URL did not answer within {SWITCH_TIMEOUT:?}"))??;
    Ok(if now == Privacy::On { "on" } else { "off" })
}
