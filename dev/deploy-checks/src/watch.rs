//! Prometheus' view of the stack: targets, and every query of every dashboard and alert.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use testkit::http;

use crate::report::Finding;

/// Asks Prometheus' API.
async fn api(prometheus: &str, path: &str) -> Result<Value, String> {
    let answer = http::get(prometheus, path, &[])
        .await
        .map_err(|error| format!("Prometheus: {error}"))?;
    let json: Value = serde_json::from_slice(&answer.body)
        .map_err(|error| format!("Prometheus answered {} to {path}: {error}", answer.status))?;
    if json["status"] == "success" {
        Ok(json["data"].clone())
    } else {
        Err(json["error"].to_string())
    }
}

/// How many values a query gives that are numbers.
pub(crate) async fn values(prometheus: &str, query: &str) -> Result<Vec<f64>, String> {
    let data = api(
        prometheus,
        &format!("/api/v1/query?query={}", encoded(query)),
    )
    .await?;
    let all = data["result"].as_array().cloned().unwrap_or_default();
    let numbers = all
        .iter()
        .filter_map(|series| series["value"][1].as_str()?.parse::<f64>().ok());
    Ok(numbers.filter(|number| !number.is_nan()).collect())
}

/// Every replica is a target and answers: `expected` in all.
pub(crate) async fn targets(prometheus: &str, expected: usize) -> Finding {
    let mut last = String::new();
    for _ in 0..60 {
        let up = values(prometheus, "up").await?;
        if up.len() == expected && up.iter().all(|up| *up > 0.5) {
            return Ok(format!("{expected} targets, all up"));
        }
        last = format!(
            "{} targets, {} up; {expected} expected",
            up.len(),
            up.iter().filter(|up| **up > 0.5).count()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(last)
}

/// Every expression of the dashboards in `directory`.
pub(crate) fn dashboard_queries(directory: &str) -> Result<Vec<String>, String> {
    let mut queries = Vec::new();
    for name in ["stream", "services"] {
        let path = format!("{directory}/{name}.json");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let board: Value =
            serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        for panel in board["panels"].as_array().into_iter().flatten() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let mut query = target["expr"].as_str().unwrap_or_default().to_owned();
                // What a person sees who has chosen nothing.
                for (variable, value) in [
                    ("$__rate_interval", "1m"),
                    ("$namespace", ".*"),
                    ("$camera", ".*"),
                    ("$instance", ".*"),
                ] {
                    query = query.replace(variable, value);
                }
                queries.push(query);
            }
        }
    }
    Ok(queries)
}

/// Each of `queries` gives data, soon: a rate has some from its second scrape on.
pub(crate) async fn all_have_data(prometheus: &str, queries: &[String]) -> Finding {
    let mut finding = have_data_now(prometheus, queries).await;
    for _ in 0..40 {
        if finding.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        finding = have_data_now(prometheus, queries).await;
    }
    finding
}

/// Each of `queries` gives data now.
pub(crate) async fn have_data_now(prometheus: &str, queries: &[String]) -> Finding {
    let mut empty: Vec<&str> = Vec::new();
    for query in queries {
        if values(prometheus, query)
            .await
            .map_err(|why| format!("{query}: {why}"))?
            .is_empty()
        {
            empty.push(query);
        }
    }
    if empty.is_empty() {
        Ok(format!("{} queries, each has data", queries.len()))
    } else {
        Err(format!("no data for: {}", empty.join("  ;  ")))
    }
}

/// What the rules ask for exists: each selector of each rule, as Prometheus loaded them.
pub(crate) async fn rule_selectors(prometheus: &str) -> Result<Vec<String>, String> {
    let data = api(prometheus, "/api/v1/rules").await?;
    let mut selectors = Vec::new();
    for rule in data["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|group| group["rules"].as_array().into_iter().flatten())
    {
        if rule["health"] == "err" {
            return Err(format!("{}: {}", rule["name"], rule["lastError"]));
        }
        selectors.extend(selectors_of(rule["query"].as_str().unwrap_or_default()));
    }
    selectors.sort();
    selectors.dedup();
    Ok(selectors)
}

/// PURE: the selectors (`name` or `name{…}`) of an expression.
fn selectors_of(expression: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(is_name) {
        rest = &rest[start..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let labels = after
            .strip_prefix('{')
            .and_then(|inside| Some(inside.split_once('}')?.0));
        let ours = [
            "capture_", "gateway_", "nats_", "process_", "haproxy_", "camera:",
        ];
        if ours.iter().any(|prefix| name.starts_with(prefix)) || (name == "up") {
            found.push(
                labels.map_or_else(|| name.to_owned(), |labels| format!("{name}{{{labels}}}")),
            );
        }
        rest = labels.map_or(after, |labels| &after[labels.len() + 2..]);
    }
    found
}

fn encoded(query: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    query.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::selectors_of;

    #[test]
    fn the_selectors_of_an_expression_are_found_with_their_labels() {
        let expression = r#"(count(up{job="gateway"} == 1 and on (instance) nats_connected{job="gateway"} == 1) or vector(0)) == 0"#;
        assert_eq!(
            selectors_of(expression),
            [r#"up{job="gateway"}"#, r#"nats_connected{job="gateway"}"#]
        );
        let ratio = "sum(rate(gateway_sent_bytes_total[5m])) / process_max_fds > 0.8";
        assert_eq!(
            selectors_of(ratio),
            ["gateway_sent_bytes_total", "process_max_fds"]
        );
    }
}
