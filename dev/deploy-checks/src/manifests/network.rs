//! PURE: `NetworkPolicies` as a cluster would apply them: what the services need passes, and nothing else.
//!
//! What is needed is read from the objects (who has `NATS_URL`, what Prometheus is told, what is behind a door), so that a
//! new service or a port that moves is noticed here.

use serde_json::{Value, json};

use super::violations::Violations;
use crate::objects::{Objects, Pod, items, selects};

/// One end of a connection.
#[derive(Clone, Copy)]
enum End<'a> {
    Pod(Pod<'a>),
    /// In another namespace, with these labels.
    Namespace(&'a Value),
    /// No pod that a selector takes, at this address.
    Address(&'a str),
    /// Not in the cluster.
    World,
}

pub(super) fn judge(objects: &Objects, found: &mut Violations) {
    let (world, stranger) = (End::World, json!({}));
    let stranger = End::Namespace(&stranger);
    let monitoring = json!({ "rero-monitoring": "true" });
    for pod in objects.pods() {
        let me = pod.name();
        names(objects, pod, found);
        if leaves(objects, pod, world, 443, "TCP", "") {
            found.add("network", format!("{me} reaches the world"));
        }
        if let Some(url) = pod.variable("NATS_URL") {
            needs_bus(objects, pod, url, found);
        }
        // Prometheus, and nobody else, reaches what is scraped.
        let scraped = pod.annotations["prometheus.io/port"].as_str();
        if let Some(port) = scraped.and_then(|port| port.parse().ok()) {
            if !enters(objects, End::Namespace(&monitoring), pod, port) {
                found.add(
                    "network",
                    format!("monitoring does not reach {me} at {port}"),
                );
            }
            if enters(objects, stranger, pod, port) || enters(objects, world, pod, port) {
                found.add("network", format!("anybody reaches {me} at {port}"));
            }
        }
        // What an exporter asks, and nobody else.
        if let Some(port) = pod.port(&json!("monitor")) {
            if !enters(objects, End::Namespace(&monitoring), pod, port) {
                found.add("network", format!("no exporter reaches {me} at {port}"));
            }
            if enters(objects, stranger, pod, port) {
                found.add("network", format!("anybody reaches {me} at {port}"));
            }
        }
        // Sites elsewhere, which come with a key.
        if let Some(port) = pod.port(&json!("sites"))
            && !enters(objects, world, pod, port)
        {
            found.add("network", format!("no site reaches {me} at {port}"));
        }
        // Servers of a cluster.
        if let Some(port) = pod.port(&json!("cluster")) {
            if !passes(objects, pod, pod, port) {
                found.add("network", format!("{me} does not reach its like at {port}"));
            }
            if enters(objects, stranger, pod, port) {
                found.add("network", format!("anybody reaches {me} at {port}"));
            }
        }
    }
    doors(objects, found);
}

/// DNS wherever a cluster may keep it: pods of kube-system, `OpenShift`'s at a port of their own, and a cache on the node.
fn names(objects: &Objects, pod: Pod<'_>, found: &mut Violations) {
    let system = json!({ "kubernetes.io/metadata.name": "kube-system" });
    let openshift = json!({ "kubernetes.io/metadata.name": "openshift-dns" });
    for (what, end, port) in [
        ("DNS", End::Namespace(&system), 53),
        ("OpenShift's DNS", End::Namespace(&openshift), 5353),
        ("NodeLocal DNSCache", End::Address("169.254.20.10"), 53),
    ] {
        let asks = |protocol| leaves(objects, pod, end, port, protocol, "");
        if !asks("UDP") || !asks("TCP") {
            found.add("network", format!("{} cannot ask {what}", pod.name()));
        }
    }
}

fn needs_bus(objects: &Objects, pod: Pod<'_>, url: &str, found: &mut Violations) {
    let me = pod.name();
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    let (host, port) = address.split_once(':').unwrap_or((address, "4222"));
    let service = objects.find("Service", host);
    let port = port.parse::<u64>().unwrap_or_default();
    let target = service.and_then(|service| {
        let port = items(&service["spec"]["ports"]).find(|own| own["port"] == port)?;
        Some((service, &port["targetPort"]))
    });
    let Some((service, target)) = target else {
        found.add("network", format!("{me}: there is no {url}"));
        return;
    };
    for server in objects.behind(service) {
        let Some(port) = server.port(target) else {
            continue; // Another rule's to say.
        };
        if !passes(objects, pod, server, port) {
            found.add(
                "network",
                format!("{me} does not reach {} at {port}", server.name()),
            );
        }
        let stranger = json!({});
        if enters(objects, End::Namespace(&stranger), server, port) {
            found.add(
                "network",
                format!("anybody reaches {} at {port}", server.name()),
            );
        }
    }
}

/// Whatever ingress there is reaches what is behind an Ingress or a route.
fn doors(objects: &Objects, found: &mut Violations) {
    let ingresses = objects.of_kind("Ingress").flat_map(|ingress| {
        items(&ingress["spec"]["rules"])
            .flat_map(|rule| items(&rule["http"]["paths"]))
            .map(|path| &path["backend"]["service"]["name"])
    });
    let routes = objects.of_kind("HTTPRoute").flat_map(|route| {
        items(&route["spec"]["rules"])
            .flat_map(|rule| items(&rule["backendRefs"]))
            .map(|to| &to["name"])
    });
    let anywhere = json!({});
    for name in ingresses.chain(routes).filter_map(Value::as_str) {
        let Some(service) = objects.find("Service", name) else {
            continue; // Another rule's to say.
        };
        for pod in objects.behind(service) {
            for port in items(&service["spec"]["ports"]) {
                let reached = pod
                    .port(&port["targetPort"])
                    .is_some_and(|port| enters(objects, End::Namespace(&anywhere), pod, port));
                if !reached {
                    found.add("network", format!("no ingress reaches {}", pod.name()));
                }
            }
        }
    }
}

/// From one pod to another: it may leave here and enter there.
fn passes(objects: &Objects, from: Pod<'_>, to: Pod<'_>, port: u64) -> bool {
    let named = items_named(to, port);
    leaves(objects, from, End::Pod(to), port, "TCP", &named)
        && enters(objects, End::Pod(from), to, port)
}

fn items_named(pod: Pod<'_>, port: u64) -> String {
    let ports = pod
        .containers()
        .flat_map(|container| items(&container["ports"]));
    let mut own = ports.filter(|own| own["containerPort"] == port);
    let name = own.next().and_then(|own| own["name"].as_str());
    name.unwrap_or_default().to_owned()
}

fn enters(objects: &Objects, from: End<'_>, to: Pod<'_>, port: u64) -> bool {
    let named = items_named(to, port);
    allowed(objects, to, "Ingress", |rule| {
        meets(&rule["from"], from) && opens(rule, port, "TCP", &named)
    })
}

fn leaves(
    objects: &Objects,
    from: Pod<'_>,
    to: End<'_>,
    port: u64,
    protocol: &str,
    named: &str,
) -> bool {
    allowed(objects, from, "Egress", |rule| {
        meets(&rule["to"], to) && opens(rule, port, protocol, named)
    })
}

/// A pod that no policy of this direction selects is open; of those that select it one rule is enough.
fn allowed(
    objects: &Objects,
    pod: Pod<'_>,
    direction: &str,
    rule: impl Fn(&Value) -> bool,
) -> bool {
    let mut selected = objects.of_kind("NetworkPolicy").filter(|policy| {
        selects(&policy["spec"]["podSelector"], pod.labels)
            && items(&policy["spec"]["policyTypes"]).any(|kind| kind == direction)
    });
    let first = selected.next();
    first.is_none()
        || first
            .into_iter()
            .chain(selected)
            .any(|policy| items(&policy["spec"][direction.to_lowercase()]).any(&rule))
}

/// No list of peers is everybody.
fn meets(peers: &Value, end: End<'_>) -> bool {
    if peers.is_null() {
        return true;
    }
    items(peers).any(|peer| {
        let (pods, namespaces) = (&peer["podSelector"], &peer["namespaceSelector"]);
        match end {
            End::Pod(pod) => namespaces.is_null() && !pods.is_null() && selects(pods, pod.labels),
            End::Namespace(labels) => {
                !namespaces.is_null() && pods.is_null() && selects(namespaces, labels)
            }
            End::Address(address) => {
                let block = peer["ipBlock"]["cidr"].as_str();
                block.is_some_and(|block| block == format!("{address}/32"))
            }
            End::World => !peer["ipBlock"].is_null(),
        }
    })
}

/// No list of ports is every port; a name is one of the pod's that is called.
fn opens(rule: &Value, port: u64, protocol: &str, named: &str) -> bool {
    let same = |open: &Value| {
        let kind = open["protocol"].as_str().unwrap_or("TCP");
        kind == protocol && (open["port"] == port || (!named.is_empty() && open["port"] == named))
    };
    rule["ports"].is_null() || items(&rule["ports"]).any(same)
}
