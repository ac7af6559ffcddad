//! How old the pictures of a player are behind a proxy and 2 Mb/s: as old as what waits in the proxy, and the shipped
//! files say how much may. The line is one for the kernel: it takes root and a network of its own (`unshare --net`).

use std::net::IpAddr;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use testkit::read_stamp;
use testkit::statistics::median;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::process::Program;
use super::side::Side;
use crate::report::Finding;

const KILOBITS: u32 = 2000;
/// In front of it, as a home router has it: 0.4 s.
const BUFFER: u32 = 100_000;
/// Until what waits is what it stays; without a bound it is more with every second.
const SETTLE: Duration = Duration::from_secs(8);
const MEASURED: Duration = Duration::from_secs(5);
/// Measured on a quiet machine: 1.2 s.
const AGE_MAX_MS: f64 = 2000.0;
/// A picture's end, and a part's.
const END: &[u8] = b"\xff\xd9\r\n--frame\r\n";

/// What nginx takes besides: it has no word for what the kernel keeps of a gateway's answers, and that grows.
const NGINX_SYSCTL: (&str, &str) = ("/proc/sys/net/ipv4/tcp_rmem", "4096 65536 131072");

/// The line to one address of this machine; gone on drop.
struct ThinLine;

impl ThinLine {
    fn to(viewer: IpAddr) -> Result<Self, String> {
        // Whatever is not for that address goes past the line.
        for arguments in [
            "qdisc add dev lo root handle 1: htb".to_owned(),
            format!("class add dev lo parent 1: classid 1:2 htb rate {KILOBITS}kbit burst 4kb"),
            format!("qdisc add dev lo parent 1:2 handle 2: bfifo limit {BUFFER}"),
            format!(
                "filter add dev lo parent 1: protocol ip u32 match ip dst {viewer}/32 flowid 1:2"
            ),
        ] {
            let done = Command::new("tc").args(arguments.split(' ')).output();
            let done = done.map_err(|error| format!("tc (iproute2): {error}"))?;
            if !done.status.success() {
                let words = String::from_utf8_lossy(&done.stderr);
                return Err(format!("tc {arguments}: {words}"));
            }
        }
        Ok(Self)
    }
}

impl Drop for ThinLine {
    fn drop(&mut self) {
        let _ = Command::new("tc")
            .args(["qdisc", "del", "dev", "lo", "root"])
            .output();
    }
}

/// A setting of this network; what it was on drop.
struct Sysctl {
    path: &'static str,
    before: String,
}

impl Sysctl {
    fn set((path, value): (&'static str, &str)) -> Result<Self, String> {
        let why = |error: std::io::Error| format!("{path}: {error}");
        let before = std::fs::read_to_string(path).map_err(why)?;
        std::fs::write(path, value).map_err(why)?;
        Ok(Self { path, before })
    }
}

impl Drop for Sysctl {
    fn drop(&mut self) {
        let _ = std::fs::write(self.path, &self.before);
    }
}

/// The median age of pictures that came whole behind the line.
pub(super) async fn judge(side: &Side<'_>) -> Finding {
    let viewer = side.viewer(9);
    let _line = ThinLine::to(viewer)?;
    let _sysctl = match side.proxy.program {
        Program::Nginx => Some(Sysctl::set(NGINX_SYSCTL)?),
        _ => None,
    };
    let mut ages = ages_ms(side, viewer).await?;
    let age = median(&mut ages);
    if age > AGE_MAX_MS {
        return Err(format!("pictures are {age:.0} ms old"));
    }
    Ok(format!("{age:.0} ms behind {KILOBITS} kb/s"))
}

async fn ages_ms(side: &Side<'_>, viewer: IpAddr) -> Result<Vec<f64>, String> {
    let connect = side.proxy.tls.connect(viewer, side.proxy.address);
    let mut stream = connect.await.map_err(|error| format!("TLS: {error}"))?;
    let request = format!(
        "GET /cam/stream.mjpg?quality=95 HTTP/1.0\r\nHost: {}\r\nAuthorization: {}\r\n\r\n",
        side.host(),
        side.bearer()
    );
    let sent = stream.write_all(request.as_bytes()).await;
    sent.map_err(|error| error.to_string())?;
    let (began, mut read, mut ages) = (Instant::now(), Vec::new(), Vec::new());
    while began.elapsed() < SETTLE + MEASURED {
        let got = tokio::time::timeout(SETTLE, stream.read_buf(&mut read)).await;
        match got {
            Ok(Ok(more)) if more > 0 => {}
            other => return Err(format!("the stream does not go on: {other:?}")),
        }
        while let Some(part) = next_part(&mut read) {
            if began.elapsed() > SETTLE {
                ages.push(age_ms(&part)?);
            }
        }
    }
    if ages.is_empty() {
        return Err("no picture came whole".into());
    }
    Ok(ages)
}

/// Takes a part that came whole out of what was read.
fn next_part(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = read.windows(END.len()).position(|bytes| bytes == END)?;
    let mut part: Vec<u8> = read.drain(..end + END.len()).collect();
    // To the picture's end.
    part.truncate(end + 2);
    Some(part)
}

fn age_ms(part: &[u8]) -> Result<f64, String> {
    let start = part.windows(3).position(|bytes| bytes == b"\xff\xd8\xff");
    let stamp = read_stamp(&part[start.ok_or("a part without a picture")?..])?;
    let captured = SystemTime::UNIX_EPOCH + Duration::from_micros(stamp.captured_at_us);
    Ok(captured.elapsed().unwrap_or_default().as_secs_f64() * 1000.0)
}
