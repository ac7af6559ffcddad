//! The README's tables say what the code says.

use clap::CommandFactory;
use gateway_svc::config::Cli;
use gateway_svc::metrics::Metrics;
use testkit::readme;

#[test]
fn the_readme_lists_every_setting_with_its_default_and_help() {
    let command = Cli::command();
    readme::check_table("settings:gateway", readme::settings(&command));
}

#[test]
fn the_readme_lists_every_metric_with_its_help() {
    let metrics = Metrics::new().expect("a registry");
    readme::check_table("metrics:gateway", readme::metrics(&metrics.text()));
}
