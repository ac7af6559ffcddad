//! Another host: a network namespace of its own, with cables to here that can be cut.
//!
//! A cut here loses packets, as a switch that dies: both ends keep their carrier, nobody is told, and whatever is sent
//! meanwhile is left to TCP's own timers. [`ThrottledLink`](crate::ThrottledLink) cannot do that, it only holds bytes
//! back. It takes root, and links are made where the caller runs: start the whole program in a namespace of its own
//! (`unshare --net`).

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::child::{ChildProcess, Scratch};
use crate::eventually::eventually;

/// A cable: which subnet it is, so that every name and address of it is its own.
static NEXT: AtomicU8 = AtomicU8::new(1);

/// A network namespace whose processes reach [`Host::HERE`] through one cable and serve through another; gone on drop.
#[derive(Debug)]
pub struct Host {
    /// Keeps the namespace alive by being in it.
    holder: ChildProcess,
    _scratch: Scratch,
    bus: u8,
    desk: u8,
}

impl Host {
    /// The address of whatever listens here on all addresses, as this host sees it.
    pub const HERE: Ipv4Addr = Ipv4Addr::new(10, 231, 0, 1);

    /// Makes one.
    ///
    /// # Panics
    /// Without root, `ip` (iproute2) or `unshare` and `nsenter` (util-linux), with their words.
    pub async fn start() -> Self {
        let scratch = Scratch::new("host");
        let mut sleeper = Command::new("unshare");
        sleeper.args(["--net", "--", "sleep", "infinity"]);
        let holder = ChildProcess::spawn(&sleeper, &scratch.path().join("log"))
            .unwrap_or_else(|error| panic!("unshare (util-linux) does not start: {error}"));
        let namespace = format!("/proc/{}/ns/net", holder.pid());
        let ours = std::fs::read_link("/proc/self/ns/net").expect("a network namespace");
        eventually(Duration::from_secs(20), || {
            let made = std::fs::read_link(&namespace).is_ok_and(|theirs| theirs != ours);
            async move { made }
        })
        .await;
        let [bus, desk] = [(); 2].map(|()| NEXT.fetch_add(1, Ordering::Relaxed));
        let host = Self {
            holder,
            _scratch: scratch,
            bus,
            desk,
        };
        ip(&format!("addr replace {}/32 dev lo", Self::HERE));
        host.plug(bus);
        host.plug(desk);
        host.ip(&format!("route add {} via 10.231.{bus}.1", Self::HERE));
        host
    }

    /// Where its processes listen so that they are reached however the cable to [`HERE`](Self::HERE) is.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 231, self.desk, 2)
    }

    /// From now on every packet between this host and [`HERE`](Self::HERE) is lost.
    pub fn cut(&self) {
        ip(&format!("link set c{}t nomaster", self.bus));
    }

    /// Ends a [`cut`](Self::cut).
    pub fn repair(&self) {
        ip(&format!("link set c{0}t master c{0}b", self.bus));
    }

    /// From now on whatever its processes send to those whom they serve goes through a line of that many kilobits a
    /// second, and waits before it in a buffer of so many bytes; what does not fit there is lost.
    pub fn narrow(&self, kilobits: u32, buffer: u32) {
        let desk = self.desk;
        let mut command = self.enter();
        command.arg("tc");
        done(
            &mut command,
            &format!(
                "qdisc replace dev c{desk} root tbf rate {kilobits}kbit burst 4kb limit {buffer}"
            ),
        );
    }

    /// What runs a program on this host, as that very process.
    pub(crate) fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.holder.pid()));
        command.arg("--");
        command
    }

    /// Two veth pairs and a bridge between them: here – c1h:c1s – bridge c1b – c1t:c1 – there.
    fn plug(&self, cable: u8) {
        let (k, holder) = (cable, self.holder.pid());
        ip(&format!("link add c{k}b type bridge"));
        ip(&format!("link add c{k}h type veth peer name c{k}s"));
        ip(&format!(
            "link add c{k}t type veth peer name c{k} netns {holder}"
        ));
        ip(&format!("link set c{k}h address 02:00:00:00:{k:02x}:01"));
        self.ip(&format!("link set c{k} address 02:00:00:00:{k:02x}:02"));
        for port in ["s", "t"] {
            ip(&format!("link set c{k}{port} master c{k}b"));
        }
        ip(&format!("addr add 10.231.{k}.1/24 dev c{k}h"));
        self.ip(&format!("addr add 10.231.{k}.2/24 dev c{k}"));
        for part in ["b", "h", "s", "t"] {
            ip(&format!("link set c{k}{part} up"));
        }
        self.ip("link set lo up");
        self.ip(&format!("link set c{k} up"));
        // As if a router stood between them: what is cut is far away, and no neighbour has to be found again.
        let known =
            |at: u8| format!("10.231.{k}.{at} lladdr 02:00:00:00:{k:02x}:{at:02x} nud permanent");
        ip(&format!("neigh replace {} dev c{k}h", known(2)));
        self.ip(&format!("neigh replace {} dev c{k}", known(1)));
    }

    fn ip(&self, arguments: &str) {
        let mut command = self.enter();
        command.arg("ip");
        done(&mut command, arguments);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // The other ends go with the namespace.
        for cable in [self.bus, self.desk] {
            for part in ["h", "b"] {
                let name = format!("c{cable}{part}");
                let _ = Command::new("ip").args(["link", "del", &name]).output();
            }
        }
    }
}

fn ip(arguments: &str) {
    done(&mut Command::new("ip"), arguments);
}

fn done(command: &mut Command, arguments: &str) {
    let output = command.args(arguments.split(' ')).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
}
