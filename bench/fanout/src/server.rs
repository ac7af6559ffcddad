//! Processes: the server under test, nats-server, and what the kernel says they used.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::Mode;
use crate::load::{self, Delivered};
use crate::publish::{Published, Publisher, USUAL};

/// Where programs are, and how long to look.
pub(crate) struct Settings {
    pub(crate) gateway: PathBuf,
    pub(crate) nats: PathBuf,
    pub(crate) python: Option<PathBuf>,
    pub(crate) seconds: Duration,
}

/// Puts this process, and with it nats-server, on core 0, and allows a thousand viewers.
pub(crate) fn prepare() -> anyhow::Result<()> {
    if std::thread::available_parallelism()?.get() < 2 {
        bail!("this needs two cores: one for the server, one for everything else");
    }
    let mut core = CpuSet::new();
    core.set(0);
    sched_setaffinity(None, &core)?;
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )?;
    Ok(())
}

/// A server under test with its own bus; both end with the value.
pub(crate) struct Server {
    nats: Owned,
    server: Owned,
    publisher: Publisher,
    pub(crate) address: SocketAddr,
    /// Metrics, of ours alone.
    pub(crate) admin: SocketAddr,
}

pub(crate) struct Owned(pub(crate) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // Gone already is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    pub(crate) fn start(mode: Mode, settings: &Settings) -> anyhow::Result<Self> {
        Self::with(mode, settings, &[USUAL])
    }

    /// With a camera host that publishes these rungs.
    pub(crate) fn with(
        mode: Mode,
        settings: &Settings,
        rungs: &[Published],
    ) -> anyhow::Result<Self> {
        let (bus, address, admin) = (free_port()?, free_port()?, free_port()?);
        let store = std::env::temp_dir().join(format!("bench-fanout-{}", std::process::id()));
        let mut nats = Command::new(&settings.nats);
        nats.args([
            "-a",
            "127.0.0.1",
            "-p",
            &bus.port().to_string(),
            "-js",
            "-sd",
        ])
        .arg(&store);
        let nats = Owned(
            quiet(nats)
                .spawn()
                .with_context(|| format!("cannot start {}", settings.nats.display()))?,
        );
        await_port(bus)?;
        let publisher = Publisher::start(&format!("nats://{bus}"), rungs)?;
        let mut server = Command::new("taskset");
        server.args(["-c", "1"]);
        let url = format!("nats://{bus}");
        match mode {
            Mode::Ours => {
                server
                    .arg(&settings.gateway)
                    .env("NATS_URL", &url)
                    .env("RUST_LOG", "warn")
                    .env("GATEWAY_MAX_VIEWERS", "2000");
                server
                    .env("GATEWAY_LISTEN", address.to_string())
                    .env("GATEWAY_ADMIN_LISTEN", admin.to_string());
            }
            Mode::Uvicorn => {
                let python = settings.python.as_ref().context("no python given")?;
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/original.py");
                server
                    .arg(python)
                    .arg(script)
                    .args([&address.port().to_string(), &url]);
            }
            Mode::Raw | Mode::RawPing | Mode::Axum => {
                let mode = match mode {
                    Mode::Axum => "axum",
                    Mode::Raw => "raw",
                    _ => "raw+ping",
                };
                server
                    .arg(std::env::current_exe()?)
                    .args(["serve", mode])
                    .arg(format!("{url}#{address}"));
            }
        }
        let server = Owned(
            quiet(server)
                .spawn()
                .context("cannot start the server (is taskset there?)")?,
        );
        await_port(address)?;
        Ok(Self {
            nats,
            server,
            publisher,
            address,
            admin,
        })
    }

    /// Of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.server.0.id()
    }

    /// Lets `viewers` watch and measures.
    pub(crate) fn load(self, viewers: usize, settings: &Settings) -> anyhow::Result<Delivered> {
        let pid = self.server.0.id();
        let before = resident_kb(pid)?;
        let mut load = load::Load::connect(self.address, viewers)?;
        load.run(Duration::from_millis(1500));
        load.forget();
        let (cpu, began) = (cpu_ns(pid)?, Instant::now());
        load.run(settings.seconds);
        let (used, took) = (cpu_ns(pid)? - cpu, began.elapsed());
        let grown = resident_kb(pid)?.saturating_sub(before);
        drop((self.publisher, self.nats));
        Ok(load.delivered(used, took, grown))
    }
}

pub(crate) fn quiet(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

pub(crate) fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub(crate) fn await_port(address: SocketAddr) -> anyhow::Result<()> {
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            bail!("nobody listens on {address}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// What all threads of a process have run, in ns. Source: Documentation/scheduler/sched-stats.rst of the kernel.
pub(crate) fn cpu_ns(pid: u32) -> anyhow::Result<u64> {
    let mut all = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = std::fs::read_to_string(task?.path().join("schedstat"))?;
        all += stat.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(all)
}

pub(crate) fn resident_kb(pid: u32) -> anyhow::Result<u64> {
    let status = BufReader::new(std::fs::File::open(format!("/proc/{pid}/status"))?);
    for line in status.lines() {
        if let Some(value) = line?.strip_prefix("VmRSS:") {
            return Ok(value.trim().trim_end_matches(" kB").parse()?);
        }
    }
    bail!("process {pid} has no VmRSS")
}
