//! PURE: whatever an object names is there: pods behind selectors, ports behind names, keys behind files.

use serde_json::{Value, json};

use super::violations::Violations;
use crate::objects::{Objects, Pod, items, name, pairs, selects};

pub(super) fn judge(objects: &Objects, found: &mut Violations) {
    selectors(objects, found);
    services(objects, found);
    doors(objects, found);
    for pod in objects.pods() {
        probes(&pod, found);
        volumes(objects, &pod, found);
        files(objects, &pod, found);
    }
}

fn selectors(objects: &Objects, found: &mut Violations) {
    let pods = objects.pods();
    for pod in &pods {
        let selector = &pod.owner["spec"]["selector"];
        let own: Vec<String> = pods
            .iter()
            .filter(|other| selects(selector, other.labels))
            .map(Pod::name)
            .collect();
        if own != [pod.name()] {
            let why = format!("{}: its selector takes the pods of {own:?}", pod.name());
            found.add("selector", why);
        }
        let spread = items(&pod.spec["topologySpreadConstraints"]);
        let affinity = pod
            .spec
            .pointer("/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution");
        for term in spread.chain(affinity.into_iter().flat_map(items)) {
            if !selects(&term["labelSelector"], pod.labels) {
                found.add(
                    "selector",
                    format!("{}: it spreads pods that are not its own", pod.name()),
                );
            }
        }
    }
    let budgets = objects.of_kind("PodDisruptionBudget");
    let guarded = budgets.map(|budget| (budget, &budget["spec"]["selector"]));
    let policies = objects.of_kind("NetworkPolicy");
    let policies = policies.map(|policy| (policy, &policy["spec"]["podSelector"]));
    for (object, selector) in guarded.chain(policies) {
        if !pods.iter().any(|pod| selects(selector, pod.labels)) {
            found.add("target", format!("{}: it selects no pod", name(object)));
        }
    }
    for scaler in objects.of_kind("HorizontalPodAutoscaler") {
        let target = &scaler["spec"]["scaleTargetRef"];
        let text = |key: &str| target[key].as_str().unwrap_or_default();
        match objects.find(text("kind"), text("name")) {
            None => found.add("target", format!("{}: {target} is not there", name(scaler))),
            // kubectl apply would set the number back every time.
            Some(scaled) if !scaled["spec"]["replicas"].is_null() => found.add(
                "replicas",
                format!(
                    "{}: the autoscaler owns its number of replicas",
                    name(scaled)
                ),
            ),
            Some(_) => {}
        }
    }
}

fn services(objects: &Objects, found: &mut Violations) {
    for service in objects.of_kind("Service") {
        let behind = objects.behind(service);
        if behind.is_empty() {
            let why = format!("{}: no pod is behind it", name(service));
            found.add("selector", why);
        }
        for port in items(&service["spec"]["ports"]) {
            let target = match &port["targetPort"] {
                Value::Null => &port["port"],
                named => named,
            };
            for pod in behind.iter().filter(|pod| pod.port(target).is_none()) {
                let why = format!("{}: {} has no port {target}", name(service), pod.name());
                found.add("port", why);
            }
        }
    }
    for set in objects.of_kind("StatefulSet") {
        let service = set["spec"]["serviceName"].as_str().unwrap_or_default();
        let headless = objects
            .find("Service", service)
            .is_some_and(|service| service["spec"]["clusterIP"] == "None");
        if !headless {
            let why = format!("{}: {service:?} is no headless Service", name(set));
            found.add("port", why);
        }
    }
}

/// Ingress and `HTTPRoute`: each leads to a Service and a port of it.
fn doors(objects: &Objects, found: &mut Violations) {
    let has = |service: &Value, port: &Value| {
        let service = service
            .as_str()
            .and_then(|name| objects.find("Service", name));
        service.is_some_and(|service| {
            items(&service["spec"]["ports"])
                .any(|own| own["port"] == *port || (port.is_string() && own["name"] == *port))
        })
    };
    for ingress in objects.of_kind("Ingress") {
        if items(&ingress["spec"]["rules"]).any(|rule| rule["host"].is_null()) {
            let why = format!("{}: it takes what other hosts leave", name(ingress));
            found.add("door", why);
        }
        for path in items(&ingress["spec"]["rules"]).flat_map(|rule| items(&rule["http"]["paths"]))
        {
            let service = &path["backend"]["service"];
            let port = match &service["port"]["name"] {
                Value::Null => &service["port"]["number"],
                name => name,
            };
            if !has(&service["name"], port) {
                let why = format!("{}: nothing is behind {service}", name(ingress));
                found.add("door", why);
            }
        }
    }
    for route in objects.of_kind("HTTPRoute") {
        let spec = &route["spec"];
        let parents: Vec<&Value> = items(&spec["parentRefs"]).collect();
        if parents.is_empty() || parents.iter().any(|parent| !parent["name"].is_string()) {
            let why = format!("{}: it hangs on no Gateway", name(route));
            found.add("door", why);
        }
        let backends: Vec<&Value> = items(&spec["rules"])
            .flat_map(|rule| items(&rule["backendRefs"]))
            .collect();
        // Of a backend that is numbered: the Gateway API knows no names.
        if backends.is_empty()
            || backends
                .iter()
                .any(|to| !to["port"].is_u64() || !has(&to["name"], &to["port"]))
        {
            let why = format!("{}: {} leads nowhere", name(route), json!(backends));
            found.add("door", why);
        }
        for rule in items(&spec["rules"]) {
            if rule["timeouts"]["request"] != "0s" || rule["timeouts"]["backendRequest"] != "0s" {
                let why = format!("{}: a WebSocket would be cut by its timeout", name(route));
                found.add("door", why);
            }
        }
    }
}

fn probes(pod: &Pod<'_>, found: &mut Violations) {
    for container in pod.containers() {
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let port = &container[probe]["httpGet"]["port"];
            if pod.port(port).is_none() {
                let why = format!("{}: its {probe} asks port {port}", pod.name());
                found.add("port", why);
            }
        }
    }
    let scraped = pod.annotations["prometheus.io/port"].as_str();
    if let Some(port) = scraped
        && pod.port(&json!(port.parse::<u64>().ok())).is_none()
    {
        let why = format!("{}: Prometheus is told port {port}", pod.name());
        found.add("port", why);
    }
}

fn volumes(objects: &Objects, pod: &Pod<'_>, found: &mut Violations) {
    let claims = items(&pod.owner["spec"]["volumeClaimTemplates"])
        .filter_map(|claim| claim["metadata"]["name"].as_str());
    let own = items(&pod.spec["volumes"]).filter_map(|volume| volume["name"].as_str());
    let there: Vec<&str> = claims.chain(own).collect();
    for container in pod.containers() {
        for mount in items(&container["volumeMounts"]) {
            if !there.iter().any(|name| mount["name"] == *name) {
                found.add(
                    "reference",
                    format!("{}: no volume is called {}", pod.name(), mount["name"]),
                );
            }
        }
        for from in items(&container["envFrom"]) {
            for (kind, key) in [("ConfigMap", "configMapRef"), ("Secret", "secretRef")] {
                resolve(objects, pod, kind, &from[key]["name"], found);
            }
        }
        for variable in items(&container["env"]) {
            for (kind, key) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
                resolve(
                    objects,
                    pod,
                    kind,
                    &variable["valueFrom"][key]["name"],
                    found,
                );
            }
        }
    }
    for volume in items(&pod.spec["volumes"]) {
        resolve(
            objects,
            pod,
            "ConfigMap",
            &volume["configMap"]["name"],
            found,
        );
        resolve(
            objects,
            pod,
            "Secret",
            &volume["secret"]["secretName"],
            found,
        );
    }
}

fn resolve(objects: &Objects, pod: &Pod<'_>, kind: &str, wanted: &Value, found: &mut Violations) {
    if let Some(wanted) = wanted.as_str()
        && objects.find(kind, wanted).is_none()
    {
        let why = format!("{}: there is no {kind}/{wanted}", pod.name());
        found.add("reference", why);
    }
}

/// A variable that names a file, and an argument that does, name one that a volume brings.
fn files(objects: &Objects, pod: &Pod<'_>, found: &mut Violations) {
    for container in pod.containers() {
        let named = items(&container["env"])
            .filter(|variable| {
                variable["name"]
                    .as_str()
                    .is_some_and(|name| name.ends_with("_FILE"))
            })
            .filter_map(|variable| variable["value"].as_str());
        let arguments = items(&container["args"])
            .filter_map(Value::as_str)
            .filter(|argument| argument.starts_with('/'));
        for file in named.chain(arguments) {
            if !brought(objects, pod, container, file) {
                let why = format!("{}: no volume brings {file}", pod.name());
                found.add("reference", why);
            }
        }
    }
}

fn brought(objects: &Objects, pod: &Pod<'_>, container: &Value, file: &str) -> bool {
    items(&container["volumeMounts"]).any(|mount| {
        let Some(key) = mount["mountPath"]
            .as_str()
            .and_then(|path| file.strip_prefix(path)?.strip_prefix('/'))
        else {
            return false;
        };
        let volume = items(&pod.spec["volumes"]).find(|volume| volume["name"] == mount["name"]);
        let source = volume.and_then(|volume| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            text(&volume["secret"]["secretName"])
                .and_then(|name| objects.find("Secret", &name))
                .or_else(|| {
                    text(&volume["configMap"]["name"])
                        .and_then(|name| objects.find("ConfigMap", &name))
                })
        });
        source.is_some_and(|source| pairs(&source["data"]).any(|(name, _)| name == key))
    })
}
