//! The log: text for a person at a terminal, JSON for everything else, on standard error.

use std::io::IsTerminal as _;

use clap::Args;
use tracing_subscriber::EnvFilter;

use crate::Problems;
use crate::log_writer::LogWriter;

/// The settings of the log as the operator spells them.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// How logs are written: auto (text on a terminal, else JSON), text or json
    #[arg(long, env = "LOG_FORMAT", global = true, default_value = "auto")]
    log_format: String,
    /// What is logged, as tracing-subscriber's directives: warn, debug, `capture_svc=debug`, …
    #[arg(
        long = "log",
        env = "RUST_LOG",
        global = true,
        // The library's own lines on connecting come with every attempt; ours say the same once, with what to do.
        default_value = "info,async_nats=warn,async_nats::connector=off"
    )]
    log: String,
}

/// How logs are written and what is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    format: LogFormat,
    directives: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    Text,
    Json,
}

impl LogArgs {
    /// Judges both.
    pub fn validate(&self, problems: &mut Problems) -> Option<LogSettings> {
        let formats = [
            ("auto", LogFormat::Auto),
            ("text", LogFormat::Text),
            ("json", LogFormat::Json),
        ];
        let format = problems.choice("LOG_FORMAT", &self.log_format, &formats);
        let judged = EnvFilter::try_new(&self.log).map(|_| self.log.clone());
        let directives = problems.keep("RUST_LOG", &self.log, judged);
        Some(LogSettings {
            format: format?,
            directives: directives?,
        })
    }
}

impl LogSettings {
    /// From here on everything is logged; once in a process.
    ///
    /// A line that cannot be written (a full disk, a reader that is gone) is lost and stops nobody; how many
    /// were is a line of its own as soon as one can be written.
    pub fn start(&self) {
        let terminal = std::io::stderr().is_terminal();
        let log = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(&self.directives))
            // Such errors would go to the same standard error, by a macro that panics where it cannot write.
            .log_internal_errors(false)
            .with_writer(|| LogWriter);
        match self.format {
            LogFormat::Auto if !terminal => log.json().init(),
            LogFormat::Json => log.json().init(),
            LogFormat::Auto | LogFormat::Text => log.with_ansi(terminal).init(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        log: LogArgs,
    }

    fn validate(arguments: &[&str]) -> Result<LogSettings, crate::ConfigErrors> {
        let cli = Cli::try_parse_from(["x"].iter().chain(arguments)).unwrap();
        let mut problems = Problems::default();
        let settings = cli.log.validate(&mut problems);
        problems.settle(settings)
    }

    #[test]
    fn format_and_directives_are_judged() {
        let settings = validate(&["--log-format=json", "--log=warn"]).unwrap();
        assert_eq!(settings.format, LogFormat::Json);
        assert_eq!(settings.directives, "warn");
        let wrong = validate(&["--log-format=xml", "--log=a=b=c"]).unwrap_err();
        assert!(wrong.0[0].starts_with("LOG_FORMAT=\"xml\""), "{wrong}");
        assert!(wrong.0[1].starts_with("RUST_LOG=\"a=b=c\""), "{wrong}");
    }
}
