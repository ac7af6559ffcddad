//! PURE: what capture did, from what it logged.

use std::collections::BTreeMap;

/// So much of an error tells which it is.
const ERROR: usize = 70;

/// In a few words: connections made anew, buckets opened anew and why, the demand at the end, the first error.
pub(crate) fn digest(log: &str) -> String {
    let (mut connected, mut demand, mut error) = (0, None, None);
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let fields = &line["fields"];
        let message = fields["message"].as_str().unwrap_or_default();
        if message == "NATS connected" && fields["link"] == "frames" {
            connected += 1;
        } else if message == "demand" {
            demand = fields["wanted"].as_str().map(str::to_owned);
        } else if let Some(doubt) = message.strip_prefix("opening the buckets anew: ") {
            let doubt = doubt.split([':', '(']).next().unwrap_or(doubt).trim();
            *opened.entry(doubt.to_owned()).or_default() += 1;
        } else if line["level"] == "ERROR" && error.is_none() {
            error = Some(message.to_owned());
        }
    }
    let mut words = Vec::new();
    if connected > 0 {
        words.push(format!("connected {connected}×"));
    }
    for (doubt, times) in opened {
        words.push(format!("buckets anew {times}× ({doubt})"));
    }
    words.extend(demand.map(|wanted| format!("demand {wanted}")));
    words.extend(error.map(|message| {
        let beginning: String = message.chars().take(ERROR).collect();
        format!("error: {beginning}")
    }));
    if words.is_empty() {
        return "went on".to_owned();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_becomes_a_few_words() {
        let log = r#"{"level":"INFO","fields":{"message":"NATS connected","link":"frames"}}
{"level":"INFO","fields":{"message":"opening the buckets anew: the canary has not come back for 2.5s"}}
{"level":"INFO","fields":{"message":"opening the buckets anew: creating a bucket failed: timed out"}}
{"level":"INFO","fields":{"message":"opening the buckets anew: creating a bucket failed: no answer"}}
{"level":"INFO","fields":{"message":"demand","wanted":"{40,80}"}}
{"level":"ERROR","fields":{"message":"NATS refuses something"}}"#;
        assert_eq!(
            digest(log),
            "connected 1×, buckets anew 2× (creating a bucket failed), buckets anew 1× (the canary has not come back for 2.5s), demand {40,80}, error: NATS refuses something"
        );
        assert_eq!(
            digest("no JSON\n{\"fields\":{\"message\":\"else\"}}"),
            "went on"
        );
    }
}
