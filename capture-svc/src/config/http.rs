//! The settings of cameras that speak HTTP: how they are spelt, and whether they fit together and to the source.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use process::Problems;

use crate::camera::{CA_SETTING, HttpSettings, HttpTrust, SourceSpec, authority, read_password};

/// How often a picture may be asked for: a connection each time is not for more, and nobody watches what is an hour old.
const POLL_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(50)..=Duration::from_secs(3600);

/// As the operator spells them.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields name the flags: --http-poll"
)]
pub(super) struct HttpArgs {
    /// Ask an http(s):// source for a picture each time instead of a stream: 1s, 200ms; unset: it is a stream
    #[arg(long, env = "CAPTURE_HTTP_POLL", global = true)]
    http_poll: Option<String>,
    /// File with the password of the user in an http(s):// source
    #[arg(long, env = "CAPTURE_HTTP_PASSWORD_FILE", global = true)]
    http_password_file: Option<String>,
    /// File with the certificate authority of an https:// source; unset: those that this system trusts
    #[arg(long, env = "CAPTURE_HTTP_CA_FILE", global = true)]
    http_ca_file: Option<String>,
    /// Whether an https:// source may show any certificate: true or false
    #[arg(
        long,
        env = "CAPTURE_HTTP_INSECURE",
        global = true,
        default_value = "false"
    )]
    http_insecure: String,
}

impl HttpArgs {
    /// Judges all of them; `source`: what they belong to, if it can be used.
    pub(super) fn validate(
        &self,
        source: Option<&SourceSpec>,
        problems: &mut Problems,
    ) -> Option<HttpSettings> {
        let poll = self.http_poll.as_deref().map(|text| {
            let poll = problems.time("CAPTURE_HTTP_POLL", text)?;
            let wanted = "from 50ms to 1h would do";
            let judged = POLL_RANGE.contains(&poll).then_some(poll).ok_or(wanted);
            problems.keep("CAPTURE_HTTP_POLL", text, judged)
        });
        let password = self.password(source, problems);
        let trust = self.trust(problems);
        Some(HttpSettings {
            poll: poll.flatten(),
            password_file: password,
            trust: trust?,
        })
    }

    fn password(&self, source: Option<&SourceSpec>, problems: &mut Problems) -> Option<PathBuf> {
        let name = "CAPTURE_HTTP_PASSWORD_FILE";
        let file = problems.file(name, self.http_password_file.as_deref()?)?;
        if let Err(words) = read_password(&file) {
            problems.add(format!("{name}={words}"));
        }
        if let Some(SourceSpec::Http(address)) = source {
            let wanted = match (&address.user, &address.password) {
                (None, _) => "CAPTURE_SOURCE names no user: http://USER@… would do",
                (_, Some(_)) => "CAPTURE_SOURCE has a password, too: one of the two would do",
                (Some(_), None) => return Some(file),
            };
            problems.add(format!("{name}={:?}: {wanted}", file.display()));
        }
        Some(file)
    }

    fn trust(&self, problems: &mut Problems) -> Option<HttpTrust> {
        let insecure = problems.choice(
            "CAPTURE_HTTP_INSECURE",
            &self.http_insecure,
            &[("true", true), ("false", false)],
        )?;
        let Some(file) = self.http_ca_file.as_deref() else {
            return Some(if insecure {
                HttpTrust::Any
            } else {
                HttpTrust::System
            });
        };
        let file = problems.file("CAPTURE_HTTP_CA_FILE", file)?;
        if let Err(words) = authority(&file, CA_SETTING) {
            problems.add(words);
        }
        if insecure {
            problems.add(
                "CAPTURE_HTTP_CA_FILE and CAPTURE_HTTP_INSECURE=true contradict each other: one of the two would do",
            );
        }
        Some(HttpTrust::Authority(file))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use process::ConfigErrors;

    use super::super::{Cli, Config};
    use super::*;

    fn judged(args: &[&str]) -> Result<Config, String> {
        let cli = Cli::try_parse_from(["capture-svc"].iter().chain(args)).unwrap();
        let judged = cli.settings.validate();
        judged.map_err(|ConfigErrors(problems)| problems.join("\n"))
    }

    /// A password's file that is there, and one that is empty.
    fn files(scratch: &testkit::Scratch) -> [String; 2] {
        [("password", "geheim\n"), ("empty", "\nsecond line\n")].map(|(name, text)| {
            let file = scratch.path().join(name);
            std::fs::write(&file, text).unwrap();
            format!("--http-password-file={}", file.display())
        })
    }

    #[test]
    fn an_http_camera_is_settled_with_all_that_belongs_to_it() {
        let scratch = testkit::Scratch::new("http-settings");
        let [file, _] = files(&scratch);
        let args = [
            "--source=https://me@cam/x",
            "--http-poll=200ms",
            &file,
            "--http-insecure=true",
        ];
        let camera = judged(&args).unwrap().cameras[0].camera.clone();
        assert_eq!(camera.http.poll, Some(Duration::from_millis(200)));
        assert_eq!(camera.http.trust, HttpTrust::Any);
        assert!(camera.http.password_file.is_some());
        assert!(!format!("{camera:?}").contains("geheim"));
        let plain = judged(&["--source=http://cam/x"]).unwrap().cameras[0]
            .camera
            .http
            .clone();
        assert_eq!((plain.poll, plain.trust), (None, HttpTrust::System));
        // What belongs to no source is no mistake: one compose file for several cameras.
        assert!(judged(&[&file, "--http-poll=1s"]).is_ok());
    }

    #[test]
    fn what_does_not_fit_together_is_told_with_what_would_do_and_no_secret() {
        let scratch = testkit::Scratch::new("http-contradictions");
        let [file, empty] = files(&scratch);
        let me = "--source=http://me@cam/x";
        for (args, words) in [
            (["--http-poll=10ms", me], "from 50ms to 1h"),
            (["--http-poll=2h", me], "from 50ms to 1h"),
            (["--http-poll=often", me], "500ms"),
            ([&file, "--source=http://cam/x"], "http://USER@"),
            ([&file, "--source=http://me:geheim@cam/x"], "one of the two"),
            ([&empty, me], "first line is empty"),
            (["--http-password-file=/no/such", me], "may read"),
            (["--http-ca-file=/no/such", me], "may read"),
            (["--http-ca-file=/dev/null", me], "no certificate"),
            (["--http-insecure=yes", me], "true, false"),
            (
                ["--http-insecure=true", "--http-ca-file=/dev/null"],
                "contradict",
            ),
            (["--source=http://me:geheim@cam:x/?geheim", me], "would do"),
        ] {
            let args = if args[0].starts_with("--source") {
                &args[..1]
            } else {
                &args[..]
            };
            let told = judged(args).unwrap_err();
            assert!(
                told.contains(words) && !told.contains("geheim"),
                "{args:?}: {told}"
            );
        }
    }
}
