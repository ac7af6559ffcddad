//! PURE: a rendered overlay as a list of objects, and the words that Kubernetes itself uses to tie them together.

use serde_json::Value;

/// Every object of one overlay.
#[derive(Debug, Clone)]
pub(crate) struct Objects(pub(crate) Vec<Value>);

/// What a controller makes pods of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pod<'a> {
    pub(crate) owner: &'a Value,
    pub(crate) labels: &'a Value,
    pub(crate) annotations: &'a Value,
    pub(crate) spec: &'a Value,
}

impl Objects {
    /// # Errors
    /// When the text is not YAML.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        serde_saphyr::from_multiple(text)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<&Value> {
        self.of_kind(kind)
            .find(|object| object["metadata"]["name"] == name)
    }

    pub(crate) fn pods(&self) -> Vec<Pod<'_>> {
        let owners = self
            .of_kind("Deployment")
            .chain(self.of_kind("StatefulSet"));
        owners
            .map(|owner| {
                let template = &owner["spec"]["template"];
                Pod {
                    owner,
                    labels: &template["metadata"]["labels"],
                    annotations: &template["metadata"]["annotations"],
                    spec: &template["spec"],
                }
            })
            .collect()
    }

    /// The pods behind a Service.
    pub(crate) fn behind(&self, service: &Value) -> Vec<Pod<'_>> {
        let selector = &service["spec"]["selector"];
        let chosen =
            |pod: &Pod<'_>| pairs(selector).all(|(name, value)| pod.labels[name] == *value);
        self.pods().into_iter().filter(chosen).collect()
    }
}

impl<'a> Pod<'a> {
    /// `Deployment/gateway`
    pub(crate) fn name(&self) -> String {
        name(self.owner)
    }

    pub(crate) fn containers(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let of = |kind: &str| items(&self.spec[kind]);
        of("initContainers").chain(of("containers"))
    }

    /// The number of a port that is named or numbered like `wanted`, if a container has it.
    pub(crate) fn port(&self, wanted: &Value) -> Option<u64> {
        self.containers()
            .flat_map(|container| items(&container["ports"]))
            .find(|port| port["name"] == *wanted || port["containerPort"] == *wanted)
            .and_then(|port| port["containerPort"].as_u64())
    }

    /// The value of a variable that some container sets.
    pub(crate) fn variable(&self, name: &str) -> Option<&'a str> {
        self.containers()
            .flat_map(|container| items(&container["env"]))
            .find(|variable| variable["name"] == name)
            .and_then(|variable| variable["value"].as_str())
    }
}

/// `Deployment/gateway`
pub(crate) fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!(
        "{}/{}",
        text(&object["kind"]),
        text(&object["metadata"]["name"])
    )
}

/// A list's items; none of what is no list.
pub(crate) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A map's pairs; none of what is no map.
pub(crate) fn pairs(map: &Value) -> impl Iterator<Item = (&str, &Value)> {
    map.as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// Whether a label selector takes these labels; an empty one takes all.
pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let exact = pairs(&selector["matchLabels"]).all(|(name, value)| labels[name] == *value);
    let expression = |wanted: &Value| {
        let label = &labels[wanted["key"].as_str().unwrap_or_default()];
        let listed = || items(&wanted["values"]).any(|value| value == label);
        match wanted["operator"].as_str() {
            Some("In") => listed(),
            Some("NotIn") => !listed(),
            Some("Exists") => !label.is_null(),
            Some("DoesNotExist") => label.is_null(),
            _ => false,
        }
    };
    exact && items(&selector["matchExpressions"]).all(expression)
}

/// `10s`, `500ms`, `2m` in seconds.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().ok()?;
    match unit {
        "ms" => Some(number / 1000.0),
        "s" => Some(number),
        "m" => Some(number * 60.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{seconds, selects};

    #[test]
    fn a_selector_takes_what_kubernetes_would() {
        let labels = json!({ "app": "gateway", "role": "main" });
        for (selector, taken) in [
            (json!({}), true),
            (json!({ "matchLabels": { "app": "gateway" } }), true),
            (json!({ "matchLabels": { "app": "capture" } }), false),
            (
                json!({ "matchExpressions": [{ "key": "role", "operator": "In", "values": ["main"] }] }),
                true,
            ),
            (
                json!({ "matchExpressions": [{ "key": "role", "operator": "DoesNotExist" }] }),
                false,
            ),
            (
                json!({ "matchExpressions": [{ "key": "zone", "operator": "NotIn", "values": ["a"] }] }),
                true,
            ),
        ] {
            assert_eq!(selects(&selector, &labels), taken, "{selector}");
        }
    }

    #[test]
    fn a_duration_is_read_as_the_services_read_it() {
        assert_eq!(seconds("10s"), Some(10.0));
        assert_eq!(seconds("500ms"), Some(0.5));
        assert_eq!(seconds("2m"), Some(120.0));
        assert_eq!(seconds("10"), None);
    }
}
