//! `cargo xtask run`: everything set up and started on this machine, one URL, and all of it gone after Ctrl-C.

mod profile;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use self::profile::Profile;
use crate::children::{KILL_AT_ONCE, OwnedChild};
use crate::nats::Keys;
use crate::shell::{Environment, Outcome, binaries, paint, run, say, workspace};
use crate::{nats, probe, tools, web};

const LISTEN: &str = "127.0.0.1:6732";

/// How often the parts are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// After this long without a picture the person is told that something is odd.
const ODD_AFTER: Duration = Duration::from_secs(15);

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let profile = Profile::asked(arguments)?;
    let listen = listen_address()?;
    let mut environment = Environment::default();
    // A NATS of the person's own is used as it is.
    let nats_server = match std::env::var_os("NATS_URL") {
        Some(_) => None,
        None => Some(tools::NATS_SERVER.get(&mut environment)?),
    };
    tools::NODE.get(&mut environment)?;
    web::install(&environment)?;
    web::build(&environment)?;
    run(
        "building both services (the first time takes minutes)",
        &mut environment.cargo(profile.build()),
    )?;

    let (stop, stopped) = mpsc::channel();
    listen_for_signals(stop)?;
    let scratch = Scratch::new()?;
    // Dropped in this order: the gateway says goodbye to its viewers and takes its demand back while NATS is still there.
    let mut parts = Parts::default();
    let mut keys = None;
    let mut bus = None;
    let binaries = binaries(profile.directory());
    if let Some(binary) = nats_server {
        let made = Keys::get(&binaries.join("capture-svc"))?;
        let (nats, url) = nats::start(&environment, &binary, &made, &scratch.0)?;
        parts.nats = Some(nats);
        bus = Some(made.hint(&url));
        keys = Some(made);
        environment.set("NATS_URL", url);
    }
    set_defaults(&mut environment, listen, profile);
    let binary = |name: &str| {
        let mut command = environment.command(binaries.join(format!("{name}-svc")));
        if let Some(keys) = &keys {
            keys.log_in(&mut command, name);
        }
        command
    };
    parts.capture = Some(OwnedChild::shown(
        "capture",
        "33",
        binary("capture"),
        Duration::from_secs(5),
    )?);
    parts.gateway = Some(OwnedChild::shown(
        "gateway",
        "35",
        binary("gateway"),
        Duration::from_secs(15),
    )?);

    let result = watch(&environment, &mut parts, listen, bus.as_deref(), &stopped);
    say("stopping");
    drop(parts);
    say("all stopped");
    result
}

/// What the services are told where the person has not said otherwise.
fn set_defaults(environment: &mut Environment, listen: SocketAddr, profile: Profile) {
    environment.set("LOG_FORMAT", "text");
    if std::env::var_os("GATEWAY_WEB_ROOT").is_none() {
        environment.set("GATEWAY_WEB_ROOT", web::dist());
    }
    environment.set("GATEWAY_LISTEN", listen.to_string());
    if profile == Profile::Debug && std::env::var_os("GATEWAY_ALLOWED_ORIGINS").is_none() {
        // `npm run dev` in web/ shows the page from there. No release allows it: whatever else runs on a developer's port
        // could look at the camera.
        environment.set("GATEWAY_ALLOWED_ORIGINS", "http://localhost:5173");
    }
    for (setting, default) in [
        ("CAPTURE_ADMIN_LISTEN", "127.0.0.1:9101"),
        ("GATEWAY_ADMIN_LISTEN", "127.0.0.1:9102"),
    ] {
        if std::env::var_os(setting).is_none() && TcpListener::bind(default).is_err() {
            say(&format!(
                "{default} is taken, so {setting} is a free port: see the log"
            ));
            environment.set(setting, "127.0.0.1:0");
        }
    }
}

/// What runs, in the order in which it is stopped.
#[derive(Default)]
struct Parts {
    gateway: Option<OwnedChild>,
    capture: Option<OwnedChild>,
    nats: Option<OwnedChild>,
}

/// Until Ctrl-C, which is fine, or until a part ends, which is not. Says where to look once there is something to see.
/// `bus`: what a person sets to use the bus themselves, if it is ours.
fn watch(
    environment: &Environment,
    parts: &mut Parts,
    gateway: SocketAddr,
    bus: Option<&str>,
    stopped: &mpsc::Receiver<()>,
) -> Outcome<()> {
    let picture = look_for_picture(environment.clone(), gateway)?;
    let mut odd_at = Some(Instant::now() + ODD_AFTER);
    let mut last_error = String::new();
    loop {
        match stopped.recv_timeout(LOOK_EVERY) {
            Ok(()) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err("the signal handler is gone".to_owned());
            }
        }
        for part in [&mut parts.gateway, &mut parts.capture, &mut parts.nats]
            .into_iter()
            .flatten()
        {
            if let Some(status) = part.ended() {
                return Err(format!(
                    "{} has ended ({status}); its last words are above",
                    part.name
                ));
            }
        }
        for look in picture.try_iter() {
            match look {
                Ok(source) => {
                    odd_at = None;
                    announce(gateway, source.as_deref(), bus);
                }
                Err(error) => last_error = error,
            }
        }
        if odd_at.is_some_and(|at| Instant::now() > at) {
            odd_at = None;
            say(&format!(
                "still no picture ({last_error}); what the services say is above"
            ));
        }
    }
}

/// Looks until there is a picture, on a thread of its own: every failed look, and at last the camera's source.
fn look_for_picture(
    environment: Environment,
    gateway: SocketAddr,
) -> Outcome<mpsc::Receiver<Outcome<Option<String>>>> {
    let (seen, picture) = mpsc::channel();
    let look = move || {
        while let Err(error) = probe::picture(&environment, gateway) {
            if seen.send(Err(error)).is_err() {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let _ = seen.send(Ok(probe::source(&environment, gateway).ok()));
    };
    std::thread::Builder::new()
        .name("probe".to_owned())
        .spawn(look)
        .map_err(|error| error.to_string())?;
    Ok(picture)
}

fn announce(gateway: SocketAddr, source: Option<&str>, bus: Option<&str>) {
    let host = if gateway.ip().is_unspecified() {
        "127.0.0.1".to_owned()
    } else {
        gateway.ip().to_string()
    };
    let picture = match source {
        Some("pattern") => {
            "the test pattern; for a camera: CAPTURE_SOURCE=/dev/video0 cargo xtask run"
        }
        Some("file") => "a file; for a camera: CAPTURE_SOURCE=/dev/video0 cargo xtask run",
        _ => "the camera; for the test pattern: CAPTURE_SOURCE=pattern cargo xtask run",
    };
    println!();
    println!(
        "  {}  {}",
        paint("1", "Watch "),
        paint("32;1", format!("http://{host}:{}", gateway.port()))
    );
    println!("  {}  {picture}", paint("1", "Source"));
    if let Some(bus) = bus {
        println!("  {}  {bus}", paint("1", "Bus   "));
    }
    println!("  {}  Ctrl-C ends all of it", paint("1", "Stop  "));
    println!();
}

/// Looked at before anything is built, so that a taken port costs no wait.
fn listen_address() -> Outcome<SocketAddr> {
    let wanted = std::env::var("GATEWAY_LISTEN").unwrap_or_else(|_| LISTEN.to_owned());
    let advice = "choose another: GATEWAY_LISTEN=127.0.0.1:6733 cargo xtask run";
    // Bound and let go: for port 0 this is how a free one is found.
    let listener = TcpListener::bind(&wanted)
        .map_err(|error| format!("cannot listen on {wanted}: {error}; {advice}"))?;
    listener.local_addr().map_err(|error| error.to_string())
}

/// The first signal ends `run`, the second one does not wait for anybody.
fn listen_for_signals(stop: Sender<()>) -> Outcome<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| error.to_string())?;
    let listen = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() && stop.send(()).is_ok() && signals.next().is_some() {
            KILL_AT_ONCE.store(true, Ordering::Relaxed);
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(listen)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// A directory for this run alone, gone afterwards; what a killed run has left is swept by the next.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Outcome<Self> {
        let all = workspace().join("target/run");
        for old in std::fs::read_dir(&all).into_iter().flatten().flatten() {
            if !Path::new("/proc").join(old.file_name()).exists() {
                let _ = std::fs::remove_dir_all(old.path());
            }
        }
        let own = all.join(std::process::id().to_string());
        std::fs::create_dir_all(&own)
            .map_err(|error| format!("cannot write {}: {error}", own.display()))?;
        Ok(Self(own))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
