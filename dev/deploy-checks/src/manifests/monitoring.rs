//! PURE: what the Prometheus Operator, an adapter and Grafana's sidecar are told, fits what there is.

use serde_json::{Value, json};

use super::violations::Violations;
use crate::objects::{Objects, items, name, pairs, selects};

/// What rules and dashboards know a series of ours by, as a label of its pod.
const SERVICE: &str = "rero.dev/service";

pub(super) fn judge(objects: &Objects, found: &mut Violations) {
    for pod in objects.pods() {
        if pod.labels[SERVICE].is_null() {
            let why = format!("{}: no rule knows it without {SERVICE}", pod.name());
            found.add("monitoring", why);
        }
    }
    for monitor in objects.of_kind("PodMonitor") {
        scraped(objects, monitor, found);
    }
    for map in objects.of_kind("ConfigMap") {
        let dashboard = pairs(&map["data"]).find(|(file, _)| {
            std::path::Path::new(file)
                .extension()
                .is_some_and(|extension| extension == "json")
        });
        if dashboard.is_some() && map["metadata"]["labels"]["grafana_dashboard"] != "1" {
            let why = format!("{}: Grafana's sidecar does not take it", name(map));
            found.add("monitoring", why);
        }
    }
    for object in objects.of_kind("PrometheusRule") {
        let groups = items(&object["spec"]["groups"]).flat_map(|group| items(&group["rules"]));
        if groups.count() < 15 {
            found.add("monitoring", format!("{}: hardly a rule", name(object)));
        }
    }
    scaled(objects, found);
}

/// Everything that has metrics, at a port of that name, and with the label that rules ask for.
fn scraped(objects: &Objects, monitor: &Value, found: &mut Violations) {
    let spec = &monitor["spec"];
    let mut add = |why: String| found.add("monitoring", format!("{}: {why}", name(monitor)));
    if !items(&spec["podTargetLabels"]).any(|label| label == SERVICE) {
        add(format!("its series do not get {SERVICE}"));
    }
    let ports: Vec<&Value> = items(&spec["podMetricsEndpoints"])
        .map(|endpoint| &endpoint["port"])
        .collect();
    for pod in objects.pods() {
        let measures = pod.port(&json!("admin")).is_some();
        let taken = selects(&spec["selector"], pod.labels);
        if measures != taken {
            add(format!("{} is scraped: {taken}", pod.name()));
        }
        if taken && !ports.iter().any(|port| pod.port(port).is_some()) {
            add(format!("{} has no port of {ports:?}", pod.name()));
        }
    }
}

/// One owner of the number of gateways, and it is told what the services measure.
fn scaled(objects: &Objects, found: &mut Violations) {
    let own = objects.of_kind("HorizontalPodAutoscaler").count();
    let kedas = objects.of_kind("ScaledObject");
    let mut owners = own;
    for object in kedas {
        owners += 1;
        let target = object["spec"]["scaleTargetRef"]["name"].as_str();
        let target = target.and_then(|name| objects.find("Deployment", name));
        if target.is_none() {
            found.add("target", format!("{}: it scales nothing", name(object)));
        }
        for trigger in items(&object["spec"]["triggers"]) {
            let query = trigger["metadata"]["query"].as_str().unwrap_or_default();
            if !query.contains("gateway_") || !query.contains("rero_dev_service=\"gateway\"") {
                let why = format!("{}: {query:?} is not ours", name(object));
                found.add("monitoring", why);
            }
        }
    }
    if owners != 1 {
        let why = format!("{owners} autoscalers own the number of gateways");
        found.add("replicas", why);
    }
}
