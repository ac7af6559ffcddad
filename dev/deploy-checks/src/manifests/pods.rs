//! PURE: what every pod must not be able to do: the restricted Pod Security standard and a little more, asked of each pod
//! instead of trusting the namespace's label. Source: kubernetes.io/docs/concepts/security/pod-security-standards.

use serde_json::Value;

use super::violations::Violations;
use crate::objects::{Objects, Pod, items, pairs};

/// Volumes that the restricted standard lets in.
const VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// `privileged` names the one that may be: the owner of a device where there is no plugin.
pub(super) fn judge(objects: &Objects, privileged: Option<&str>, found: &mut Violations) {
    let enforced = objects
        .of_kind("Namespace")
        .map(|namespace| &namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"])
        .collect::<Vec<_>>();
    let wanted = if privileged.is_some() {
        "privileged"
    } else {
        "restricted"
    };
    if enforced.len() != 1 || *enforced[0] != *wanted {
        found.add(
            "restricted",
            format!("the namespace does not enforce {wanted}"),
        );
    }
    for pod in objects.pods() {
        let trusted = privileged.is_some_and(|name| pod.owner["metadata"]["name"] == name);
        who(&pod, found);
        costs(&pod, found);
        for container in pod.containers() {
            confined(&pod, container, trusted, found);
        }
        if !trusted {
            outside(&pod, found);
        }
        for key in ["enableServiceLinks", "automountServiceAccountToken"] {
            if pod.spec[key] != false {
                found.add(key, format!("{}: {key} is not false", pod.name()));
            }
        }
    }
}

fn who(pod: &Pod<'_>, found: &mut Violations) {
    let context = &pod.spec["securityContext"];
    let overridden = pod.containers().any(|container| {
        let own = &container["securityContext"];
        own["runAsNonRoot"] == false || own["runAsUser"] == 0
    });
    let user = context["runAsUser"].as_u64().unwrap_or(0);
    if context["runAsNonRoot"] != true || user == 0 || overridden {
        found.add("non-root", format!("{}: it may run as root", pod.name()));
    }
    if context["seccompProfile"]["type"] != "RuntimeDefault" {
        found.add("restricted", format!("{}: no seccomp profile", pod.name()));
    }
}

fn costs(pod: &Pod<'_>, found: &mut Violations) {
    for container in pod.containers() {
        let resources = &container["resources"];
        let says = |list: &str, what: &str| !resources[list][what].is_null();
        if !says("requests", "cpu") || !says("requests", "memory") || !says("limits", "memory") {
            let why = format!(
                "{}: requests or the limit of memory are missing",
                pod.name()
            );
            found.add("requests", why);
        }
    }
}

fn confined(pod: &Pod<'_>, container: &Value, trusted: bool, found: &mut Violations) {
    let context = &container["securityContext"];
    if context["readOnlyRootFilesystem"] != true {
        found.add(
            "read-only",
            format!("{}: its root can be written", pod.name()),
        );
    }
    let mut add = |why: &str| found.add("restricted", format!("{}: {why}", pod.name()));
    if !items(&context["capabilities"]["drop"]).any(|dropped| dropped == "ALL") {
        add("it keeps capabilities");
    }
    if items(&context["capabilities"]["add"]).any(|added| added != "NET_BIND_SERVICE") {
        add("it adds capabilities");
    }
    if trusted {
        return;
    }
    if context["privileged"] == true {
        add("it is privileged");
    }
    if context["allowPrivilegeEscalation"] != false {
        add("it may gain privileges");
    }
}

/// What of the node it sees.
fn outside(pod: &Pod<'_>, found: &mut Violations) {
    let mut add = |why: String| found.add("restricted", format!("{}: {why}", pod.name()));
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if pod.spec[key] == true {
            add(key.into());
        }
    }
    let ports = pod
        .containers()
        .flat_map(|container| items(&container["ports"]));
    if ports.into_iter().any(|port| !port["hostPort"].is_null()) {
        add("it takes a port of the node".into());
    }
    for volume in items(&pod.spec["volumes"]) {
        for (kind, _) in pairs(volume).filter(|(kind, _)| *kind != "name") {
            if !VOLUMES.contains(&kind) {
                add(format!("a volume of the kind {kind}"));
            }
        }
    }
}
