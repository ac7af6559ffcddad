//! Variables that look like ours and are none.

use super::cli::Cli;

/// A warning for every variable that looks like ours and is none: a spelling mistake is not silence.
///
/// Kubernetes puts `CAPTURE_SERVICE_HOST`, `CAPTURE_PORT` and their like into every pod beside a service of that
/// name: those are not ours. Source: Kubernetes documentation, "Accessing the Service", environment variables.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known: Vec<String> = known_variables();
    let kubernetes = |rest: &str| {
        rest == "PORT"
            || rest.starts_with("PORT_")
            || rest.starts_with("SERVICE_HOST")
            || rest.starts_with("SERVICE_PORT")
    };
    let unknown = names.filter(|name| {
        name.strip_prefix("CAPTURE_")
            .is_some_and(|rest| !kubernetes(rest) && !known.contains(name))
    });
    unknown
        .map(|name| {
            let nearest = known
                .iter()
                .min_by_key(|other| distance(&name, other))
                .map_or("", String::as_str);
            format!("{name} is no setting of capture-svc; the nearest is {nearest}")
        })
        .collect()
}

/// Every environment variable that is read.
#[must_use]
pub fn known_variables() -> Vec<String> {
    use clap::CommandFactory;
    let command = Cli::command();
    command
        .get_arguments()
        .filter_map(|arg| arg.get_env())
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Edit distance. Source: Levenshtein's, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_named_with_its_nearest_and_kubernetes_own_are_not() {
        let names = [
            "CAPTURE_HIGHT",
            "CAPTURE_SERVICE_HOST",
            "CAPTURE_PORT",
            "CAPTURE_PORT_9101_TCP",
            "CAPTURE_SERVICE_PORT_ADMIN",
            "CAPTURE_WIDTH",
            "GATEWAY_X",
            "PATH",
        ];
        let warnings = unknown_variables(names.iter().map(ToString::to_string));
        assert_eq!(
            warnings,
            ["CAPTURE_HIGHT is no setting of capture-svc; the nearest is CAPTURE_HEIGHT"]
        );
    }
}
