//! PURE: what a container and an image may do, judged by what `docker inspect` says.

use serde_json::Value;

use crate::report::Finding;

/// The largest image that is not a mistake.
const MAX_IMAGE: u64 = 40_000_000;

/// A running container of ours, or of a part that we ship with it.
pub(crate) fn container(inspected: &Value) -> Finding {
    let host = &inspected["HostConfig"];
    let name = inspected["Name"]
        .as_str()
        .unwrap_or("?")
        .trim_start_matches('/');
    let has = |list: &Value, wanted: &str| {
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        items
            .iter()
            .any(|item| item.as_str().is_some_and(|item| item.starts_with(wanted)))
    };
    user(&inspected["Config"]["User"]).map_err(|why| format!("{name}: {why}"))?;
    let problem = if host["ReadonlyRootfs"] != true {
        "its root can be written"
    } else if !has(&host["CapDrop"], "ALL") {
        "it keeps capabilities"
    } else if !has(&host["SecurityOpt"], "no-new-privileges") {
        "it may gain privileges"
    } else if host["Privileged"] == true {
        "it is privileged"
    } else {
        return Ok(name.to_owned());
    };
    Err(format!("{name}: {problem}"))
}

/// An image of ours.
pub(crate) fn image(inspected: &Value) -> Finding {
    let config = &inspected["Config"];
    user(&config["User"])?;
    let size = inspected["Size"].as_u64().unwrap_or(u64::MAX);
    if size > MAX_IMAGE {
        return Err(format!(
            "{} MB; at most {} MB",
            size / 1_000_000,
            MAX_IMAGE / 1_000_000
        ));
    }
    if config["Healthcheck"]["Test"][2] != "healthcheck" {
        return Err("no health check by its own sub-command".into());
    }
    for label in ["title", "version", "revision", "source", "licenses"] {
        let label = format!("org.opencontainers.image.{label}");
        if config["Labels"][&label].as_str().is_none_or(str::is_empty) {
            return Err(format!("no label {label}"));
        }
    }
    Ok(format!("{} MB", size / 1_000_000))
}

/// Kubernetes' runAsNonRoot believes numbers only.
fn user(user: &Value) -> Result<(), String> {
    let user = user.as_str().unwrap_or_default();
    let number = user.split(':').next().unwrap_or_default();
    match number.parse::<u32>() {
        Ok(1..) => Ok(()),
        Ok(0) => Err("it runs as root".into()),
        Err(_) => Err(format!("its user {user:?} is no number above 0")),
    }
}
