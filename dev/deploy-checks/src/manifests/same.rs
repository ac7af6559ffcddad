//! PURE: whether two renderings are the same objects, whatever their order, and who rendered them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::objects::{Objects, name};

/// Lists that are maps, with the key that makes them so.
const KEYED: [(&str, &str); 3] = [
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
];

/// What differs, in words; nothing where both are the same.
pub(crate) fn differences(one: &Objects, other: &Objects) -> Vec<String> {
    let (one, other) = (by_name(one), by_name(other));
    let mut found = Vec::new();
    for (name, object) in &one {
        match other.get(name) {
            None => found.push(format!("{name} is in one alone")),
            Some(twin) => different(name, object, twin, &mut found),
        }
    }
    let missing = other.keys().filter(|name| !one.contains_key(*name));
    found.extend(missing.map(|name| format!("{name} is in the other alone")));
    found
}

fn by_name(objects: &Objects) -> BTreeMap<String, Value> {
    let plain = |object: &Value| (unhashed(&name(object)).to_owned(), normal("", object));
    objects.0.iter().map(plain).collect()
}

fn different(at: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one
                .keys()
                .chain(other.keys().filter(|key| !one.contains_key(*key)))
            {
                let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                different(&format!("{at}/{key}"), &of(one), &of(other), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                different(&format!("{at}/{index}"), one, other, found);
            }
        }
        _ if one != other => found.push(format!("{at}: {one} and {other}")),
        _ => {}
    }
}

/// Without what tells only who rendered it: order, hashes, Helm's own labels.
fn normal(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| {
                let helms = [
                    "helm.sh/chart",
                    "app.kubernetes.io/managed-by",
                    "checksum/config",
                ];
                !helms.contains(&key.as_str())
            });
            let kept = kept.map(|(key, value)| (key.clone(), normal(key, value)));
            // An empty map says nothing.
            let kept = kept.filter(|(_, value)| *value != Value::Object(Map::new()));
            Value::Object(kept.collect())
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(|item| normal("", item)).collect();
            if let Some((_, by)) = KEYED.iter().find(|(keyed, _)| *keyed == key) {
                list.sort_by_key(|item| item[by].to_string());
            }
            Value::Array(list)
        }
        Value::String(text) => Value::String(unhashed(text).to_owned()),
        other => other.clone(),
    }
}

/// `nats-config-4dkktcbck5` is what kustomize calls `nats-config` with this content.
fn unhashed(name: &str) -> &str {
    const GENERATED: [&str; 3] = ["nats-config", "dashboard-stream", "dashboard-services"];
    let start = |own: &&str| name.ends_with(*own) || name.contains(&format!("{own}-"));
    let Some(own) = GENERATED.into_iter().find(start) else {
        return name;
    };
    let end = name.find(own).map_or(name.len(), |at| at + own.len());
    let hash = name[end..].strip_prefix('-').unwrap_or_default();
    let is_hash = hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_hash { &name[..end] } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;
    use crate::objects::Objects;

    fn map(name: &str, value: &str) -> serde_json::Value {
        json!({ "kind": "ConfigMap", "metadata": { "name": name, "labels": { "helm.sh/chart": value } },
                "data": { "key": value } })
    }

    #[test]
    fn order_and_hashes_make_no_difference_and_a_value_does() {
        let one = Objects(vec![map("a", "1"), map("nats-config-4dkktcbck5", "2")]);
        let other = Objects(vec![map("nats-config", "2"), map("a", "1")]);
        assert!(differences(&one, &other).is_empty());
        let changed = Objects(vec![map("nats-config", "3"), map("a", "1")]);
        let found = differences(&one, &changed);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("nats-config/data/key"), "{found:?}");
        assert_eq!(differences(&one, &Objects(vec![map("a", "1")])).len(), 1);
    }
}
