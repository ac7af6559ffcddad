//! PURE: guards taken away, one after another, in rendered overlays: the list is [`mutants.yaml`](mutants.yaml).

use serde_json::Value;

use crate::objects::Objects;

const LIST: &str = include_str!("mutants.yaml");

#[derive(Debug)]
pub(super) struct Mutant {
    pub(super) name: String,
    /// Which rule must notice.
    pub(super) rule: String,
    pub(super) overlay: String,
    line: Value,
}

pub(super) fn all() -> Result<Vec<Mutant>, String> {
    let lines: Vec<Value> =
        serde_saphyr::from_str(LIST).map_err(|error| format!("mutants.yaml: {error}"))?;
    let mutant = |line: Value| {
        let text = |key: &str| line[key].as_str().map(str::to_owned);
        Some(Mutant {
            name: text("name")?,
            rule: text("rule")?,
            overlay: text("overlay").unwrap_or_else(|| "demo".into()),
            line,
        })
    };
    let all: Option<Vec<Mutant>> = lines.into_iter().map(mutant).collect();
    all.ok_or_else(|| "mutants.yaml: a line without name or rule".into())
}

impl Mutant {
    /// # Errors
    /// When there is nothing to be taken away where the line says.
    pub(super) fn apply(&self, objects: &mut Objects) -> Result<(), String> {
        let wanted = self.line["object"].as_str().unwrap_or_default();
        let is = |object: &Value| {
            let own = crate::objects::name(object);
            own == wanted
                || wanted
                    .strip_suffix('*')
                    .is_some_and(|start| own.starts_with(start))
        };
        let nowhere = || format!("{}: {wanted} is not as the mutant expects", self.name);
        let at = objects.0.iter().position(is).ok_or_else(nowhere)?;
        let Some(place) = self.line["at"].as_str() else {
            objects.0.remove(at);
            return Ok(());
        };
        let pod = "/spec/template/spec";
        let place = match place.split_once('/') {
            Some(("pod", rest)) => format!("{pod}/{rest}"),
            Some(("container", rest)) => format!("{pod}/containers/0/{rest}"),
            _ => place.to_owned(),
        };
        let (parent, key) = place.rsplit_once('/').ok_or_else(nowhere)?;
        let parent = objects.0[at].pointer_mut(parent).ok_or_else(nowhere)?;
        let value = self.line["to"].clone();
        match parent {
            Value::Object(map) => map.insert(key.replace("~1", "/"), value),
            Value::Array(list) => {
                let item = key.parse().ok().and_then(|at: usize| list.get_mut(at));
                Some(std::mem::replace(item.ok_or_else(nowhere)?, value))
            }
            _ => return Err(nowhere()),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Mutant, all};
    use crate::objects::Objects;

    #[test]
    fn a_mutant_that_finds_nothing_to_change_says_so() {
        let line = json!({ "object": "Deployment/x", "at": "container/image", "to": "y" });
        let text = String::new;
        let mutant = Mutant {
            name: text(),
            rule: text(),
            overlay: text(),
            line,
        };
        let deployment =
            |spec| json!({ "kind": "Deployment", "metadata": { "name": "x" }, "spec": spec });
        let whole = json!({ "template": { "spec": { "containers": [{ "image": "x" }] } } });
        let mut objects = Objects(vec![deployment(whole)]);
        mutant.apply(&mut objects).expect("it has an image");
        assert_eq!(
            objects.0[0]["spec"]["template"]["spec"]["containers"][0]["image"],
            "y"
        );
        for empty in [Objects(Vec::new()), Objects(vec![deployment(json!({}))])] {
            mutant
                .apply(&mut empty.clone())
                .expect_err("no container is there");
        }
    }

    #[test]
    fn every_line_of_the_list_can_be_read() {
        assert!(all().expect("the list").len() > 50);
    }
}
