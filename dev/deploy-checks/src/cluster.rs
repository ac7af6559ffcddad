//! The cluster of the overlay `ha`, started for once: three servers with the rendered configuration, keys as keys.sh makes
//! them, both services logged in. Only addresses and folders differ from what the pods would have.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use testkit::{NatsServer, Process, Said, Scratch, Stack, Viewer};

use crate::files::read;
use crate::objects::{Objects, pairs};
use crate::report::{Finding, Report};

/// A cluster elects in seconds; on a busy machine in a few more.
const ELECTION_WITHIN: Duration = Duration::from_secs(60);

pub(crate) async fn check(folder: &Path, report: &mut Report) {
    let since = Instant::now();
    let shipped = match Shipped::read(folder) {
        Ok(shipped) => shipped,
        Err(why) => return report.note("cluster", since, &Err(why)),
    };
    let seeds = Scratch::new("seeds");
    if let Err(why) = shipped.write_seeds(seeds.path()) {
        return report.note("cluster", since, &Err(why));
    }
    let seed = |user: &str| seeds.path().join(user).display().to_string();
    let mut stack = Stack::builder()
        .servers(shipped.start().await)
        .capture(&[
            ("NATS_NKEY_FILE", &seed("capture.nkey")),
            ("CAPTURE_BUCKET_REPLICAS", "3"),
            ("CAPTURE_WIDTH", "320"),
            ("CAPTURE_HEIGHT", "240"),
        ])
        .gateway(&[("NATS_NKEY_FILE", &seed("gateway.nkey"))])
        .without_waiting()
        .start()
        .await;

    report.note(
        "cluster of three",
        since,
        &picture(stack.gateway(), 40, ELECTION_WITHIN).await,
    );
    let since = Instant::now();
    stack.servers[2].kill();
    report.note(
        "one server of three dead",
        since,
        &picture(stack.gateway(), 50, ELECTION_WITHIN).await,
    );
    // Without a quorum nobody can ask for a quality that was not watched before, however long the election before took.
    stack.servers[1].kill();
    let lost = picture(stack.gateway(), 60, Duration::from_secs(12)).await;
    report.mutant("two servers of three dead", &lost);
}

/// A quality that nobody watched: its lease has to go through the bucket.
async fn picture(gateway: &Process, quality: u8, within: Duration) -> Finding {
    let started = Instant::now();
    let mut last = "nobody answers".to_owned();
    while started.elapsed() < within {
        match Viewer::watch(gateway.public(), quality).await {
            Ok(mut viewer) => {
                let left = within.saturating_sub(started.elapsed());
                match viewer.next(left).await {
                    Some(Said::Frame(_)) => {
                        return Ok(format!("a picture after {:.1?}", started.elapsed()));
                    }
                    other => last = format!("{other:?}"),
                }
            }
            Err(refused) => last = refused.body,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("no picture within {within:?}: {last}"))
}

/// Of the rendered overlay and of keys.sh.
struct Shipped {
    /// nats.conf with the users inside.
    configuration: String,
    /// Files of the secrets.
    seeds: Vec<(String, String)>,
}

impl Shipped {
    fn read(folder: &Path) -> Result<Self, String> {
        let overlay = Objects::parse(&read(&folder.join("ha.yaml"))?)?;
        let keys = Objects::parse(&read(&folder.join("keys.yaml"))?)?;
        let maps = || {
            overlay
                .of_kind("ConfigMap")
                .chain(keys.of_kind("ConfigMap"))
        };
        let data = |key: &str| {
            let found = maps().find_map(|map| map["data"][key].as_str());
            found.ok_or_else(|| format!("no ConfigMap has {key}"))
        };
        let mut users = data("nats-users.conf")?.to_owned();
        for user in ["CAPTURE_NKEY", "GATEWAY_NKEY"] {
            users = users.replace(&format!("${user}"), data(user)?);
        }
        let secrets = keys
            .of_kind("Secret")
            .flat_map(|secret| pairs(&secret["data"]));
        let decoded = |(name, value): (&str, &Value)| {
            let bytes = BASE64_STANDARD.decode(value.as_str()?).ok()?;
            Some((name.to_owned(), String::from_utf8(bytes).ok()?))
        };
        let seeds: Option<Vec<_>> = secrets.map(decoded).collect();
        let server = data("nats.conf")?.replace("include \"nats-users.conf\"", &users);
        Ok(Self {
            configuration: server,
            seeds: seeds.ok_or("a secret is no base64 of text")?,
        })
    }

    fn write_seeds(&self, folder: &Path) -> Result<(), String> {
        for (name, text) in &self.seeds {
            fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(())
    }

    async fn start(&self) -> Vec<NatsServer> {
        // Held open together so that they differ; let go just before use.
        let held: Vec<_> = (0..3)
            .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .collect();
        let ports: Vec<u16> = held
            .iter()
            .map(|listener| listener.local_addr().expect("a bound port").port())
            .collect();
        drop(held);
        let mut servers = Vec::new();
        for node in 0..ports.len() {
            let here = here(&self.configuration, node, &ports);
            servers.push(NatsServer::with_config(&here).await);
        }
        servers
    }
}

/// PURE: the configuration of `nats-<node>` on this machine, where `ports` take the place of the servers' names.
fn here(configuration: &str, node: usize, ports: &[u16]) -> String {
    let kept = configuration
        .lines()
        .filter(|line| !line.starts_with("listen:") && !line.starts_with("http:"));
    let mut text = kept.collect::<Vec<_>>().join("\n");
    for (other, port) in ports.iter().enumerate() {
        text = text.replace(
            &format!("nats-{other}.nats:6222"),
            &format!("127.0.0.1:{port}"),
        );
    }
    text.replace(
        "listen: 0.0.0.0:6222",
        &format!("listen: \"127.0.0.1:{}\"", ports[node]),
    )
    .replace("$POD_NAME", &format!("nats-{node}"))
    .replace("$NATS_STORE_DIR", "\"{scratch}/js\"")
}

#[cfg(test)]
mod tests {
    use super::here;

    #[test]
    fn only_addresses_and_folders_of_a_pods_configuration_differ_here() {
        let shipped = "listen: 0.0.0.0:4222\nmax_payload: 4MB\nserver_name: $POD_NAME\ncluster {\n  listen: 0.0.0.0:6222\n  routes: [\"nats://nats-0.nats:6222\", \"nats://nats-1.nats:6222\"]\n}";
        assert_eq!(
            here(shipped, 1, &[7, 8]),
            "max_payload: 4MB\nserver_name: nats-1\ncluster {\n  listen: \"127.0.0.1:8\"\n  routes: [\"nats://127.0.0.1:7\", \"nats://127.0.0.1:8\"]\n}"
        );
    }
}
