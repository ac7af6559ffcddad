//! The server under test with its bus, and what the kernel says it used.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use testkit::{ChildProcess, Load, Process, Scratch, Stack};
use tokio::runtime::Runtime;

use crate::delivered::Delivered;
use crate::mode::Mode;
use crate::publish::{Published, Publisher, USUAL};

/// The wrapper that puts a server on its core.
const ON_ITS_CORE: [&str; 3] = ["taskset", "-c", "1"];

/// How long a server may take until it listens; Python imports for a while.
const LISTENS_WITHIN: Duration = Duration::from_secs(20);

/// Where programs are, and how long to look.
#[derive(Clone, clap::Args)]
pub(crate) struct Settings {
    /// A release build of gateway-svc.
    #[arg(long, default_value = "target/release/gateway-svc")]
    pub(crate) gateway: PathBuf,
    /// A python3 with fastapi, uvicorn[standard] and nats-py; without it uvicorn is left out, loudly.
    #[arg(long)]
    pub(crate) python: Option<PathBuf>,
    /// How long each measurement lasts.
    #[arg(long, default_value = "4")]
    seconds: u64,
}

impl Settings {
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
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

/// A server under test with its own bus; all end with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Metrics, of ours alone.
    pub(crate) admin: Option<SocketAddr>,
    pid: u32,
    _server: Running,
    publisher: Publisher,
    stack: Stack,
    _runtime: Runtime,
}

/// What is under test, ended with the value.
enum Running {
    Ours { _gateway: Process },
    Other { _server: Other },
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
        Self::beside(mode, settings, |url| Publisher::start(url, rungs))
    }

    /// With a camera host of this kind, which is told where the bus is.
    pub(crate) fn beside(
        mode: Mode,
        settings: &Settings,
        publish: impl FnOnce(&str) -> anyhow::Result<Publisher>,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let builder = Stack::builder()
            .without_capture()
            .gateways(0)
            .gateway_binary(settings.gateway.clone())
            .gateway_wrapper(&ON_ITS_CORE)
            .gateway(&[("GATEWAY_MAX_VIEWERS", "4000")]);
        let stack = runtime.block_on(builder.start());
        // Before the gateway, which looks for the bucket that it makes.
        let publisher = publish(&stack.url())?;
        let (address, admin, pid, server) = if mode == Mode::Ours {
            let gateway = runtime.block_on(stack.start_gateway(&[]));
            let (address, admin, pid) = (gateway.public(), gateway.admin(), gateway.pid());
            (
                address,
                Some(admin),
                pid,
                Running::Ours { _gateway: gateway },
            )
        } else {
            let other = Other::start(mode, settings, &stack.url())?;
            let (address, pid) = (other.address, other.child.pid());
            (address, None, pid, Running::Other { _server: other })
        };
        Ok(Self {
            address,
            admin,
            pid,
            _server: server,
            publisher,
            stack,
            _runtime: runtime,
        })
    }

    /// Of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Lets `viewers` watch and measures.
    pub(crate) fn load(self, viewers: usize, settings: &Settings) -> anyhow::Result<Delivered> {
        self.load_of("/websocket/80", viewers, settings)
    }

    /// The same with viewers of this path.
    pub(crate) fn load_of(
        self,
        path: &str,
        viewers: usize,
        settings: &Settings,
    ) -> anyhow::Result<Delivered> {
        let before = resident_kb(self.pid)?;
        let mut load = Load::new()?;
        for _ in 0..viewers {
            load.watch(self.address, path)?;
        }
        load.run(Duration::from_millis(1500));
        load.forget();
        let (cpu, began) = (cpu_ns(self.pid)?, Instant::now());
        load.run(settings.time());
        let (used, took) = (cpu_ns(self.pid)? - cpu, began.elapsed());
        let grown = resident_kb(self.pid)?.saturating_sub(before);
        drop((self.publisher, self.stack));
        Ok(Delivered::to(&load, used, took, grown))
    }
}

/// A server that is none of ours.
struct Other {
    child: ChildProcess,
    address: SocketAddr,
    _log: Scratch,
}

impl Other {
    fn start(mode: Mode, settings: &Settings, nats: &str) -> anyhow::Result<Self> {
        let address = free_port()?;
        let [program, arguments @ ..] = ON_ITS_CORE;
        let mut command = Command::new(program);
        command.args(arguments);
        if mode == Mode::Uvicorn {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/original.py");
            command
                .arg(settings.python.as_ref().context("no python given")?)
                .arg(script)
                .args([&address.port().to_string(), nats]);
        } else {
            command.arg(std::env::current_exe()?).args([
                "serve",
                &mode.name(),
                nats,
                &address.to_string(),
            ]);
        }
        let log = Scratch::new("server");
        let child = ChildProcess::spawn(&command, &log.path().join("log"))
            .context("cannot start the server (is taskset there?)")?;
        await_port(address)?;
        Ok(Self {
            child,
            address,
            _log: log,
        })
    }
}

pub(crate) fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub(crate) fn await_port(address: SocketAddr) -> anyhow::Result<()> {
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > LISTENS_WITHIN {
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
