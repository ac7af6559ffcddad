//! The README's tables say what the code says.

use clap::CommandFactory as _;
use gateway_svc::config::Cli;
use gateway_svc::metrics::Metrics;

#[test]
fn the_readme_lists_every_setting_with_its_default_and_help() {
    let command = Cli::command();
    let rows: Vec<_> = command
        .get_arguments()
        .filter_map(|arg| {
            let default = arg.get_default_values().first();
            Some((
                arg.get_env()?.to_str()?.to_owned(),
                default
                    .and_then(|value| value.to_str())
                    .unwrap_or_default()
                    .to_owned(),
                arg.get_help()?.to_string(),
            ))
        })
        .collect();
    let rows = rows
        .iter()
        .map(|(name, default, help)| (name.as_str(), default.as_str(), help.as_str()));
    testkit::readme::check_table("settings:gateway", testkit::readme::settings(rows));
}

#[test]
fn the_readme_lists_every_metric_with_its_help() {
    let text = Metrics::new().unwrap().text();
    testkit::readme::check_table("metrics:gateway", testkit::readme::metrics(&text));
}
