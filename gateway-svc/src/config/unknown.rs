//! Variables that look like ours and are none.

use super::Cli;

/// A warning for every variable that looks like ours and is none: a spelling mistake is not silence.
///
/// Kubernetes puts `GATEWAY_SERVICE_HOST`, `GATEWAY_PORT` and their like into every pod beside a service of that
/// name: those are not ours. Source: Kubernetes documentation, "Accessing the Service", environment variables.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = known_variables();
    let kubernetes = |rest: &str| {
        rest == "PORT"
            || rest.starts_with("PORT_")
            || rest.ends_with("SERVICE_HOST")
            || rest.contains("SERVICE_PORT")
    };
    let unknown = names.filter(|name| {
        name.strip_prefix("GATEWAY_")
            .is_some_and(|rest| !kubernetes(rest) && !known.contains(name))
    });
    let warning = |name: String| {
        let nearest = known.iter().min_by_key(|other| distance(&name, other));
        let nearest = nearest.map_or("", String::as_str);
        format!("{name} is no setting of gateway-svc; the nearest is {nearest}")
    };
    unknown.map(warning).collect()
}

/// Every environment variable that is read.
#[must_use]
pub fn known_variables() -> Vec<String> {
    use clap::CommandFactory as _;
    let command = Cli::command();
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    names
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
            "GATEWAY_MAX_VIEWER",
            "GATEWAY_SERVICE_HOST",
            "GATEWAY_SVC_SERVICE_HOST",
            "GATEWAY_SERVICE_PORT_ADMIN",
            "GATEWAY_PORT",
            "GATEWAY_PORT_6732_TCP_ADDR",
            "GATEWAY_LISTEN",
            "CAPTURE_X",
            "PATH",
        ];
        let warnings = unknown_variables(names.iter().map(ToString::to_string));
        assert_eq!(
            warnings,
            ["GATEWAY_MAX_VIEWER is no setting of gateway-svc; the nearest is GATEWAY_MAX_VIEWERS"]
        );
    }
}
