//! Environment variables that look like a service's settings and are none.

use clap::CommandFactory;

/// A warning for every variable with `prefix` that is no setting of `C`: a spelling mistake is not silence.
///
/// Kubernetes puts variables for every service of the namespace into every pod, and a service called `gateway` or
/// `gateway-svc` gets names that begin as our settings do. Those are not ours.
pub(crate) fn unknown_variables<C: CommandFactory>(
    prefix: &str,
    variables: impl Iterator<Item = (String, String)>,
) -> Vec<String> {
    let known = known_variables::<C>();
    let command = C::command();
    let service = command.get_name();
    let unknown = variables.filter(|(name, value)| {
        name.starts_with(prefix) && !known.contains(name) && !is_kubernetes(name, value)
    });
    let warning = |(name, _): (String, String)| {
        let nearest = known
            .iter()
            .min_by_key(|other| strsim::levenshtein(&name, other));
        let nearest = nearest.map_or("", String::as_str);
        format!("{name} is no setting of {service}; the nearest is {nearest}")
    };
    unknown.map(warning).collect()
}

/// Every environment variable that `C` reads.
#[must_use]
pub fn known_variables<C: CommandFactory>() -> Vec<String> {
    let command = C::command();
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// `<SERVICE>_SERVICE_HOST`, `<SERVICE>_SERVICE_PORT[_<NAME>]`, `<SERVICE>_PORT` with a URL and
/// `<SERVICE>_PORT_<NUMBER>_<PROTOCOL>[_…]`.
///
/// Source: Kubernetes documentation, "Service", environment variables; the `_PORT` ones are those of docker links.
fn is_kubernetes(name: &str, value: &str) -> bool {
    let numbered_port = || {
        let (_, rest) = name.split_once("_PORT_")?;
        let (number, protocol) = rest.split_once('_')?;
        let protocols = ["TCP", "UDP", "SCTP"];
        let protocol = protocol.split('_').next()?;
        Some(number.parse::<u16>().is_ok() && protocols.contains(&protocol))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && value.contains("://"))
        || numbered_port() == Some(true)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "door-svc")]
    struct Cli {
        #[arg(long, env = "DOOR_HEIGHT")]
        _height: Option<String>,
        #[arg(long, env = "DOOR_PORTS")]
        _ports: Option<String>,
        #[arg(long, env = "LOG")]
        _log: Option<String>,
    }

    fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        unknown_variables::<Cli>("DOOR_", variables.iter().map(owned))
    }

    #[test]
    fn a_misspelt_variable_is_named_with_its_nearest() {
        let variables = [("DOOR_HIGHT", "3"), ("DOOR_HEIGHT", "3"), ("PATH", "/")];
        let told = "DOOR_HIGHT is no setting of door-svc; the nearest is DOOR_HEIGHT";
        assert_eq!(warnings(&variables), [told]);
        let port = "DOOR_PORT is no setting of door-svc; the nearest is DOOR_PORTS";
        assert_eq!(warnings(&[("DOOR_PORT", "80")]), [port]);
    }

    #[test]
    fn what_kubernetes_adds_is_no_mistake() {
        let services = ["DOOR", "DOOR_SVC", "DOOR_SVC_ADMIN"];
        for service in services {
            for (rest, value) in [
                ("SERVICE_HOST", "10.96.0.7"),
                ("SERVICE_PORT", "6732"),
                ("SERVICE_PORT_ADMIN", "9102"),
                ("PORT", "tcp://10.96.0.7:6732"),
                ("PORT_6732_TCP", "tcp://10.96.0.7:6732"),
                ("PORT_6732_TCP_PROTO", "tcp"),
                ("PORT_6732_TCP_ADDR", "10.96.0.7"),
                ("PORT_53_UDP_PORT", "53"),
            ] {
                let name = format!("{service}_{rest}");
                assert_eq!(warnings(&[(&name, value)]), [""; 0], "{name}");
            }
        }
    }

    #[test]
    fn every_variable_that_is_read_is_known() {
        assert_eq!(
            known_variables::<Cli>(),
            ["DOOR_HEIGHT", "DOOR_PORTS", "LOG"]
        );
    }
}
