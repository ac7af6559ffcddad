//! Settings, exit codes, the page and the health routes of the real process.
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Output, Stdio};

use crate::support::{Camera, TEST_DEADLINE, status};
use gateway_svc::config::Cli;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use testkit::{NatsServer, Process, Scratch, Viewer, eventually, http};
use tokio::time::timeout;

fn gateway(settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway-svc"));
    command.envs(settings.iter().copied()).args(arguments);
    command.output().unwrap()
}

#[test]
fn settings_that_cannot_be_used_end_the_start_with_64_and_all_problems() {
    let wrong = [
        ("GATEWAY_LISTEN", "nowhere"),
        ("GATEWAY_DRAIN", "soon"),
        ("GATEWAY_MAX_VIEWERS", "0"),
    ];
    let output = gateway(&wrong, &[]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8(output.stderr).unwrap();
    for (name, value) in wrong {
        assert!(said.contains(&format!("{name}={value:?}")), "{said}");
    }
    assert_eq!(gateway(&[], &["--no-such-flag"]).status.code(), Some(64));
}

#[test]
fn other_machines_are_not_let_in_by_accident() {
    let output = gateway(&[("GATEWAY_LISTEN", "0.0.0.0:0")], &[]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("GATEWAY_AUTH_TOKEN") && said.contains("GATEWAY_ALLOW_ANONYMOUS"),
        "{said}"
    );
}

#[test]
fn help_lists_every_variable() {
    let help = String::from_utf8(gateway(&[], &["--help"]).stdout).unwrap();
    for name in process::known_variables::<Cli>() {
        assert!(help.contains(&name), "{name} in\n{help}");
    }
}

/// What it logs up to `listening`, when a shell has limited its descriptors first.
fn log_with_descriptors(limit: &str, nats: &NatsServer) -> String {
    let script = format!("ulimit {limit} && exec \"$0\" 2>&1");
    let mut gateway = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_gateway-svc")])
        .env("NATS_URL", nats.url())
        .env("GATEWAY_LISTEN", "127.0.0.1:0")
        .env("GATEWAY_ADMIN_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(gateway.stdout.take().unwrap()).lines();
    let mut log = String::new();
    for line in lines.map(Result::unwrap) {
        log.push_str(&line);
        if line.contains("listening") {
            break;
        }
    }
    gateway.kill().unwrap();
    gateway.wait().unwrap();
    log
}

#[tokio::test]
async fn the_limit_of_descriptors_is_raised_and_what_is_still_too_low_is_warned_about() {
    const WARNING: &str = "too few file descriptors for GATEWAY_MAX_VIEWERS";
    let nats = NatsServer::start().await;
    let soft = log_with_descriptors("-Sn 256", &nats);
    assert!(
        soft.contains("listening") && !soft.contains(WARNING),
        "{soft}"
    );
    let hard = log_with_descriptors("-n 256", &nats);
    assert!(
        hard.contains("listening") && hard.contains(WARNING),
        "{hard}"
    );
}

#[tokio::test]
async fn viewers_leave_descriptors_for_the_way_back_to_nats() {
    let mut nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let few = Rlimit {
        current: Some(160),
        maximum: Some(160),
    };
    let pid = Pid::from_raw(i32::try_from(gateway.pid()).unwrap());
    prlimit(pid, Resource::Nofile, few).unwrap();
    let mut viewers = Vec::new();
    let refused = loop {
        match timeout(TEST_DEADLINE / 4, Viewer::watch(gateway.public(), 80)).await {
            Ok(Ok(viewer)) => viewers.push(viewer),
            refused => break refused,
        }
        assert!(viewers.len() < 160, "more than there are descriptors");
    };
    assert_eq!(gateway.ready().await, 200, "who asks why does get in");
    nats.kill();
    nats.restart().await;
    eventually(TEST_DEADLINE, || async {
        let ready = http::get(gateway.admin(), "/readyz", &[]).await;
        ready.is_ok_and(|answer| answer.status == 200)
    })
    .await;
    let held = gateway.metric("gateway_viewers", &[]).await;
    assert_eq!(held, viewers.len() as f64);
    assert!(viewers.len() > 40, "{}", viewers.len());
    assert!(refused.is_ok(), "closed at once, not left to wait");
    assert!(gateway.log().contains("raise the limit (ulimit -n)"));
    let crowded = [("reason", "crowded")];
    let counted = gateway.metric("gateway_refused_total", &crowded).await;
    assert!(counted >= 1.0, "{counted}");
}

#[tokio::test]
async fn a_misspelt_variable_is_warned_about_and_kubernetes_own_are_not() {
    let nats = NatsServer::start().await;
    let settings = [
        ("GATEWAY_ALLOWED_ORIGIN", "http://x.org"),
        ("GATEWAY_SERVICE_HOST", "10.0.0.1"),
        ("GATEWAY_PORT", "tcp://10.0.0.1:6732"),
        ("GATEWAY_PORT_6732_TCP", "tcp://10.0.0.1:6732"),
    ];
    let gateway = Process::gateway(&nats, &settings).await;
    let log = gateway.log();
    let warnings: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("\"WARN\""))
        .collect();
    let [warning] = warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!(
        warning.contains("GATEWAY_ALLOWED_ORIGIN ") && warning.contains("GATEWAY_ALLOWED_ORIGINS"),
        "{warning}"
    );
}

#[tokio::test]
async fn health_tells_alive_from_ready() {
    let mut nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    eventually(TEST_DEADLINE, || async { gateway.ready().await == 200 }).await;
    nats.kill();
    eventually(TEST_DEADLINE, || async { gateway.ready().await == 503 }).await;
    for address in [gateway.public(), gateway.admin()] {
        assert_eq!(
            http::get(address, "/healthz", &[]).await.unwrap().status,
            200
        );
        let ready = http::get(address, "/readyz", &[]).await.unwrap();
        assert_eq!(ready.status, 503);
        // A stranger gets no words of NATS'.
        let why = ready.text().contains("NATS");
        assert_eq!(why, address == gateway.admin(), "{}", ready.text());
    }
    assert_eq!(
        http::get(gateway.public(), "/metrics", &[])
            .await
            .unwrap()
            .status,
        404
    );
}

#[tokio::test]
async fn healthcheck_asks_the_running_service() {
    let nats = NatsServer::start().await;
    let service = Process::gateway(&nats, &[]).await;
    eventually(TEST_DEADLINE, || async { service.ready().await == 200 }).await;
    let ask = |address: String| gateway(&[("GATEWAY_ADMIN_LISTEN", &address)], &["healthcheck"]);
    assert!(ask(service.admin().to_string()).status.success());
    drop(nats);
    eventually(TEST_DEADLINE, || async { service.ready().await == 503 }).await;
    let sick = ask(service.admin().to_string());
    assert_eq!(sick.status.code(), Some(1));
    assert!(String::from_utf8(sick.stderr).unwrap().contains("NATS"));
    let address = service.admin().to_string();
    drop(service);
    assert_eq!(ask(address).status.code(), Some(1));
}

#[tokio::test]
async fn without_a_built_client_the_page_says_how_to_build_it() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[("GATEWAY_WEB_ROOT", "/no/such/directory")]).await;
    let page = http::get(gateway.public(), "/", &[]).await.unwrap();
    assert_eq!(page.status, 503);
    assert!(page.text().contains("npm run build") && page.text().contains("GATEWAY_WEB_ROOT"));
}

#[tokio::test]
async fn status_tells_cameras_viewers_and_the_gateway_itself() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    // As a capture does: again and again, or a gateway that has just started would not hear it.
    let report = eventually(TEST_DEADLINE, || async {
        camera.say("status", &status(wire::CameraState::Live)).await;
        let body = http::get(gateway.public(), "/api/status", &[])
            .await
            .unwrap()
            .body;
        let report: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (report["cameras"][0]["state"] == "live").then_some(report)
    })
    .await;
    assert_eq!(report["gateway"]["state"], "ready");
    assert_eq!(report["cameras"][0]["viewers"]["80"], 1);
    eventually(TEST_DEADLINE, || async {
        let body = http::get(gateway.public(), "/api/status", &[])
            .await
            .unwrap()
            .text();
        body.contains("\"offline\"")
    })
    .await;
}

/// Hears until what systemd was told has a line that begins so; a watchdog's sign of life keeps that from taking long.
fn hear(systemd: &UnixDatagram, begin: &str) -> Vec<String> {
    let mut heard = Vec::new();
    let mut message = [0; 4096];
    loop {
        let length = systemd.recv(&mut message).unwrap();
        let lines = String::from_utf8(message[..length].to_vec()).unwrap();
        heard.extend(lines.lines().map(str::to_owned));
        if heard.iter().any(|line| line.starts_with(begin)) {
            return heard;
        }
    }
}

#[tokio::test]
async fn systemd_hears_that_it_is_ready_why_not_that_it_lives_and_that_it_leaves() {
    let mut nats = NatsServer::start().await;
    let scratch = Scratch::new("systemd");
    let socket = scratch.path().join("notify");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    systemd.set_read_timeout(Some(TEST_DEADLINE)).unwrap();
    nats.kill();
    let settings = [
        ("NOTIFY_SOCKET", socket.to_str().unwrap()),
        ("WATCHDOG_USEC", "300000"),
    ];
    let mut gateway = Process::gateway(&nats, &settings).await;
    let waiting = hear(&systemd, "STATUS=NATS is not connected");
    let more = hear(&systemd, "WATCHDOG=1");
    let ready = "READY=1".to_owned();
    assert!(!waiting.contains(&ready) && !more.contains(&ready));
    nats.restart().await;
    hear(&systemd, "READY=1");
    nats.kill();
    let away = hear(&systemd, "STATUS=NATS is not connected");
    assert!(!away.contains(&"STOPPING=1".to_owned()), "{away:?}");
    gateway.terminate();
    hear(&systemd, "STOPPING=1");
    assert!(gateway.exited(TEST_DEADLINE).await.success());
}
