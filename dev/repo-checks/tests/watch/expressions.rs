//! PURE: which series an expression of Prometheus asks for.

use std::collections::BTreeSet;

/// The series that an expression asks for: every word that is no function, label, string, duration or keyword.
pub(crate) fn names(expression: &str) -> BTreeSet<String> {
    const KEYWORDS: [&str; 5] = ["and", "or", "unless", "bool", "offset"];
    const LABELS_FOLLOW: [&str; 6] = [
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
    ];
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = BTreeSet::new();
    let mut rest = expression;
    while let Some(next) = rest.chars().next() {
        let after = |end: char| rest[1..].split_once(end).map_or("", |(_, after)| after);
        rest = match next {
            '"' => after('"'),
            '{' => after('}'),
            '[' => after(']'),
            _ if is_name(next) => {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let (word, tail) = rest.split_at(end);
                let tail = tail.trim_start();
                if LABELS_FOLLOW.contains(&word) {
                    tail.split_once(')').map_or("", |(_, tail)| tail)
                } else {
                    let number = next.is_ascii_digit();
                    let called = ["(", "by ", "without "]
                        .iter()
                        .any(|after| tail.starts_with(after));
                    if !number && !called && !KEYWORDS.contains(&word) {
                        found.insert(word.to_owned());
                    }
                    tail
                }
            }
            _ => &rest[next.len_utf8()..],
        };
    }
    found
}

/// The series that an expression asks for, each with what stands between its braces; `""` where it has none.
pub(crate) fn selectors(expression: &str) -> Vec<(String, String)> {
    let wanted = names(expression);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|c: char| is_name(c) || c == '"' || c == '{') {
        rest = &rest[start..];
        let after = |end: char| rest[1..].split_once(end).map_or("", |(_, after)| after);
        rest = match rest.as_bytes()[0] {
            b'"' => after('"'),
            b'{' => after('}'),
            _ => {
                let (word, tail) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
                let labels = tail
                    .strip_prefix('{')
                    .and_then(|inside| inside.split_once('}'));
                if wanted.contains(word) {
                    let labels = labels.map_or("", |(labels, _)| labels);
                    found.push((word.to_owned(), labels.to_owned()));
                }
                tail
            }
        };
    }
    found
}

#[test]
fn each_series_comes_with_its_own_labels() {
    let expression = r#"sum by (le) (rate(x_bucket{a="b"}[5m])) / y and on (a) up{b!=""} == 1"#;
    let text = |name: &str, labels: &str| (name.to_owned(), labels.to_owned());
    assert_eq!(
        selectors(expression),
        [
            text("x_bucket", "a=\"b\""),
            text("y", ""),
            text("up", "b!=\"\"")
        ]
    );
}

#[test]
fn the_series_of_an_expression_are_all_its_words_that_name_one() {
    let expression = r#"(count(up{job="gateway", on="x y"} == 1 and on (instance) nats_connected offset 5m > 2e3)
        or vector(0)) / sum by (le) (rate(job:x:p95_5m[5m])) > bool 0"#;
    let wanted = ["job:x:p95_5m", "nats_connected", "up"].map(str::to_owned);
    assert_eq!(names(expression), BTreeSet::from(wanted));
}
