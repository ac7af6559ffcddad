//! The camera's virtual machine, from the host: started, told what to run, and ended with the value.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, Command};

/// The machine takes 5 to 8 s to start on an idle host, emulated; this is for a busy one.
const START_WITHIN: Duration = Duration::from_secs(120);

/// No command of a scenario takes longer than a few seconds.
const COMMAND_WITHIN: Duration = Duration::from_secs(60);

/// Where the machine finds the host's NATS.
pub(crate) const NATS_URL: &str = "nats://10.0.2.100:4222";

/// A running machine.
pub(crate) struct Guest {
    // Killed with this value.
    _qemu: Child,
    answers: BufReader<OwnedReadHalf>,
    orders: OwnedWriteHalf,
    console: PathBuf,
}

impl Guest {
    /// Starts it; all that it can reach of the host is NATS on `nats_port`.
    ///
    /// # Panics
    /// When it does not start, with what its console says.
    pub(crate) async fn start(nats_port: u16) -> Self {
        let initramfs = PathBuf::from(setting("INITRAMFS"));
        let directory = initramfs
            .parent()
            .expect("a file lies in a directory")
            .to_owned();
        let (socket, console) = (directory.join("shell"), directory.join("console.log"));
        let _ = std::fs::remove_file(&socket);
        let mut command = qemu();
        command
            .arg("-kernel")
            .arg(setting("KERNEL"))
            .arg("-initrd")
            .arg(&initramfs);
        command.args([
            "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable",
        ]);
        command.args(["-serial", &format!("file:{}", console.display())]);
        command.args([
            "-serial",
            &format!("unix:{},server=on,wait=off", socket.display()),
        ]);
        let forward = format!(
            "tcp:10.0.2.100:4222-cmd:{} nc 127.0.0.1 {nats_port}",
            setting("BUSYBOX")
        );
        command.args([
            "-netdev",
            &format!("user,id=net,restrict=on,guestfwd={forward}"),
        ]);
        command.args(["-device", "virtio-net-pci,netdev=net,romfile="]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let qemu = command.spawn().expect("QEMU starts");

        let connect = testkit::eventually(START_WITHIN, || UnixStream::connect(&socket)).await;
        let (answers, orders) = connect.into_split();
        let mut guest = Self {
            _qemu: qemu,
            answers: BufReader::new(answers),
            orders,
            console,
        };
        guest.answer(START_WITHIN).await;
        guest
    }

    /// Runs a line of shell in the machine and gives its output.
    ///
    /// # Panics
    /// When it fails.
    pub(crate) async fn sh(&mut self, line: &str) -> String {
        let (status, output) = self.try_sh(line).await;
        assert_eq!(status, 0, "in the machine: {line}\n{output}");
        output
    }

    /// Runs a line of shell in the machine and gives its exit status and output.
    pub(crate) async fn try_sh(&mut self, line: &str) -> (i32, String) {
        assert!(!line.contains('\n'), "one line: {line}");
        self.orders
            .write_all(format!("{line}\n").as_bytes())
            .await
            .expect("the machine runs");
        self.answer(COMMAND_WITHIN).await
    }

    async fn answer(&mut self, within: Duration) -> (i32, String) {
        let mut output = String::new();
        let read = async {
            loop {
                let mut line = Vec::new();
                let length = self
                    .answers
                    .read_until(b'\n', &mut line)
                    .await
                    .expect("the machine's shell answers");
                let line = String::from_utf8_lossy(&line);
                if length == 0 {
                    return None;
                }
                match line.trim_end().strip_prefix("@@ ") {
                    Some(status) => return Some(status.parse().unwrap_or(0)),
                    None => output.push_str(&line),
                }
            }
        };
        match tokio::time::timeout(within, read).await {
            Ok(Some(status)) => (status, output),
            Ok(None) | Err(_) => panic!(
                "the machine does not answer; so far: {output}\nits console:\n{}",
                self.console()
            ),
        }
    }

    /// What the kernel said.
    pub(crate) fn console(&self) -> String {
        std::fs::read_to_string(&self.console).unwrap_or_default()
    }
}

/// QEMU with its data, a processor and memory, and nothing else in it.
fn qemu() -> Command {
    let mut command = Command::new(setting("QEMU"));
    if let Some(root) = std::env::var_os("CAMERA_VM_QEMU_ROOT") {
        let root = Path::new(&root);
        let libraries =
            ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|path| root.join(path));
        command.env(
            "LD_LIBRARY_PATH",
            std::env::join_paths(libraries).expect("no path holds a colon"),
        );
        for data in ["usr/share/qemu", "usr/share/seabios"] {
            command.arg("-L").arg(root.join(data));
        }
    }
    // Emulated unless the processor itself helps: the software KVM of some clouds accepts a machine and then never runs
    // its kernel.
    let helped = ["kvm_intel", "kvm_amd"]
        .iter()
        .any(|module| Path::new("/sys/module").join(module).exists());
    let helped = helped
        && std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/kvm")
            .is_ok();
    let (accelerator, processor) = if helped {
        ("kvm", "host")
    } else {
        ("tcg,thread=multi", "max")
    };
    command.args(["-accel", accelerator, "-cpu", processor]);
    command.args(["-M", "q35,usb=off,smbus=off", "-smp", "2", "-m", "512"]);
    command.args(["-nodefaults", "-no-user-config", "-no-reboot"]);
    command.args(["-display", "none", "-monitor", "none"]);
    command
}

fn setting(name: &str) -> String {
    std::env::var(format!("CAMERA_VM_{name}")).unwrap_or_else(|_| {
        panic!("this runs through: cargo xtask camera (CAMERA_VM_{name} is not set)")
    })
}
