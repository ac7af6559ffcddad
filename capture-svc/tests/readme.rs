//! The README's tables say what the code says.

use capture_svc::config::Cli;
use capture_svc::metrics::Metrics;
use clap::CommandFactory;
use testkit::readme;

#[test]
fn the_readme_lists_every_setting_with_its_default_and_help() {
    let command = Cli::command();
    readme::check_table("settings:capture", readme::settings(&command));
}

#[test]
fn the_readme_lists_every_metric_with_its_help() {
    let metrics = Metrics::new().expect("a registry");
    let _series = metrics
        .camera(&"door".parse().expect("a name"))
        .expect("its series");
    readme::check_table("metrics:capture", readme::metrics(&metrics.text()));
}
