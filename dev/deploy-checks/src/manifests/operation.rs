//! PURE: what keeps the picture there while somebody operates the cluster: images, settings, probes, leaving, owners of
//! the camera, the quorum of NATS.

use super::violations::Violations;
use crate::known::Known;
use crate::objects::{Objects, Pod, items, seconds};

/// `GATEWAY_DRAIN` where nothing is set.
const DRAIN: f64 = 10.0;

pub(super) fn judge(objects: &Objects, known: &Known, found: &mut Violations) {
    for pod in objects.pods() {
        for container in pod.containers() {
            let image = container["image"].as_str().unwrap_or_default();
            if !known.images.iter().any(|own| own == image) {
                let why = format!("{}: nobody builds {image:?}", pod.name());
                found.add("image", why);
            }
            let ours = known
                .settings
                .iter()
                .find(|(service, _)| image.contains(service.as_str()));
            let Some((service, settings)) = ours else {
                continue;
            };
            for variable in
                items(&container["env"]).filter_map(|variable| variable["name"].as_str())
            {
                if !settings.contains(variable) {
                    let why = format!("{}: {service} does not know {variable}", pod.name());
                    found.add("setting", why);
                }
            }
            for (probe, path) in [
                ("startupProbe", "/healthz"),
                ("readinessProbe", "/readyz"),
                ("livenessProbe", "/healthz"),
            ] {
                let asked = &container[probe]["httpGet"];
                if asked["path"] != path || asked["port"] != "admin" {
                    let why = format!("{}: its {probe} does not ask {path}", pod.name());
                    found.add("readiness", why);
                }
            }
        }
        leaving(&pod, found);
        proxies(&pod, found);
        owner(&pod, found);
    }
    cameras(objects, found);
    quorum(objects, found);
    memory(objects, found);
}

/// Behind an ingress all viewers have its address, and share the limits of one, unless it is believed.
fn proxies(pod: &Pod<'_>, found: &mut Violations) {
    let guarded = pod.variable("GATEWAY_AUTH_TOKEN_FILE").is_some();
    if guarded && pod.variable("GATEWAY_TRUSTED_PROXIES").is_none() {
        let why = format!("{}: GATEWAY_TRUSTED_PROXIES names no network", pod.name());
        found.add("proxies", why);
    }
}

/// Time for the proxies to notice, then for the viewers to be told, then a little.
fn leaving(pod: &Pod<'_>, found: &mut Violations) {
    if pod.variable("GATEWAY_AUTH_TOKEN_FILE").is_none() && pod.variable("GATEWAY_DRAIN").is_none()
    {
        return;
    }
    let waits = |pod: &Pod<'_>| {
        let sleeps = pod
            .containers()
            .filter_map(|container| container["lifecycle"]["preStop"]["sleep"]["seconds"].as_f64());
        sleeps.fold(0.0, f64::max)
    };
    let (wait, drain) = (
        waits(pod),
        pod.variable("GATEWAY_DRAIN")
            .map_or(Some(DRAIN), seconds)
            .unwrap_or(f64::INFINITY),
    );
    let grace = pod.spec["terminationGracePeriodSeconds"]
        .as_f64()
        .unwrap_or(30.0);
    if wait <= 0.0 {
        let why = format!("{}: it leaves before the proxies know", pod.name());
        found.add("drain", why);
    }
    if grace <= wait + drain {
        let why = format!(
            "{}: killed after {grace} s, its viewers are told until {} s",
            pod.name(),
            wait + drain
        );
        found.add("drain", why);
    }
}

/// Two that hold one device fight over it: one that is recreated, or a pair on two hosts of which one goes at a time.
fn owner(pod: &Pod<'_>, found: &mut Violations) {
    if pod.variable("CAPTURE_SOURCE").is_none() {
        return;
    }
    let spec = &pod.owner["spec"];
    let strategy = &spec["strategy"];
    let alone = spec["replicas"] == 1 && strategy["type"] == "Recreate";
    let apart = pod
        .spec
        .pointer("/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution");
    let apart = apart
        .into_iter()
        .flat_map(items)
        .any(|term| term["topologyKey"] == "kubernetes.io/hostname");
    let pair = spec["replicas"] == 2
        && apart
        && strategy["rollingUpdate"]["maxSurge"] == 0
        && strategy["rollingUpdate"]["maxUnavailable"] == 1;
    if !alone && !pair {
        let why = format!(
            "{}: neither one replica that is recreated nor a pair on two hosts",
            pod.name()
        );
        found.add("camera", why);
    }
}

/// A name has one Deployment: two would be a pair that nobody meant.
fn cameras(objects: &Objects, found: &mut Violations) {
    let mut seen = Vec::new();
    for pod in objects.pods() {
        if pod.variable("CAPTURE_SOURCE").is_none() {
            continue;
        }
        let camera = &pod.labels["rero.dev/camera"];
        let named = pod
            .containers()
            .flat_map(|container| items(&container["env"]))
            .find(|variable| variable["name"] == "CAPTURE_CAMERA_ID")
            .map(|variable| &variable["valueFrom"]["fieldRef"]["fieldPath"]);
        let by_label = named.is_some_and(|path| path == "metadata.labels['rero.dev/camera']");
        if camera.is_null() || by_label == (camera == "default") {
            let why = format!("{}: its label calls it {camera}", pod.name());
            found.add("camera", why);
        }
        if seen.contains(&camera.to_string()) {
            let why = format!("{}: another one is called {camera}", pod.name());
            found.add("camera", why);
        }
        seen.push(camera.to_string());
    }
}

/// What NATS keeps for gateways that do not read fits below its own limit, for as many as the autoscaler makes; and its
/// start does not wait for others, who may come late.
fn memory(objects: &Objects, found: &mut Violations) {
    let most = |kind: &str, key: &str| {
        let scaler = objects.of_kind(kind).next();
        scaler.and_then(|scaler| scaler["spec"][key].as_u64())
    };
    let gateways = most("HorizontalPodAutoscaler", "maxReplicas")
        .or_else(|| most("ScaledObject", "maxReplicaCount"));
    let mut pods = objects.pods().into_iter();
    let Some(server) = pods.find(|pod| pod.name() == "StatefulSet/nats") else {
        return; // Another rule's to say.
    };
    let limit = server
        .containers()
        .find_map(|container| container["resources"]["limits"]["memory"].as_str());
    let wrong = crate::budget::overrun(
        configuration(objects),
        server.variable("GOMEMLIMIT"),
        limit,
        gateways.unwrap_or(u64::MAX / 1024),
    );
    if let Some(why) = wrong {
        found.add("memory", why);
    }
    let alone = server.containers().all(|container| {
        let path = container["startupProbe"]["httpGet"]["path"].as_str();
        path.is_some_and(|path| path.contains("js-server-only"))
    });
    if !alone {
        let why = "StatefulSet/nats: killed while it waits for the others of its cluster";
        found.add("startup", why.into());
    }
}

fn configuration(objects: &Objects) -> &str {
    let mut configurations = objects.of_kind("ConfigMap");
    configurations
        .find_map(|map| map["data"]["nats.conf"].as_str())
        .unwrap_or_default()
}

/// The buckets are on servers that there are, and the servers know each other.
fn quorum(objects: &Objects, found: &mut Violations) {
    let Some(servers) = objects.find("StatefulSet", "nats") else {
        return found.add("quorum", "there is no StatefulSet/nats".into());
    };
    let replicas = servers["spec"]["replicas"].as_u64().unwrap_or(1);
    for pod in objects
        .pods()
        .iter()
        .filter(|pod| pod.variable("CAPTURE_SOURCE").is_some())
    {
        let buckets = pod.variable("CAPTURE_BUCKET_REPLICAS").unwrap_or("1");
        if buckets.parse() != Ok(replicas) {
            let why = format!("{}: buckets on {buckets} of {replicas} servers", pod.name());
            found.add("quorum", why);
        }
    }
    let service = servers["spec"]["serviceName"].as_str().unwrap_or_default();
    let text = configuration(objects);
    let routes = text.matches("\"nats://").count() as u64;
    let route = |server: u64| text.contains(&format!("\"nats://nats-{server}.{service}:6222\""));
    let wanted = if replicas > 1 { replicas } else { 0 };
    if routes != wanted || !(0..wanted).all(route) {
        let why = format!("nats.conf has {routes} routes for {replicas} servers");
        found.add("quorum", why);
    }
}
