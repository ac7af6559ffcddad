//! What the services cost while nobody watches, with one viewer, and with every rung watched.

use std::time::{Duration, Instant};

use testkit::Load;

use crate::effort::Effort;
use crate::measured::MeasuredStack;
use crate::table::MarkdownTable;
use crate::usage::{Usage, resident_mb};

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = MarkdownTable::new(
        "idle",
        "The pattern at 1280×720 and 34 fps; one viewer watches quality 80, fourteen one rung each. Frames: of each rung, \
         published. Wake-ups: how often a thread of the service had gone to sleep.",
        &[
            "viewers",
            "service",
            "% of one core",
            "wake-ups a second",
            "memory MB",
            "frames a second",
        ],
    );
    let measured = MeasuredStack::start(1, &[("CAPTURE_LINGER", "0s")])?;
    let time = effort.of(Duration::from_secs(20), Duration::from_secs(1));
    let ladder: Vec<u8> = (30..=95).step_by(5).collect();
    for qualities in [&[][..], &[80], &ladder] {
        let viewers = qualities.len();
        println!("idle: {viewers} viewers");
        let mut load = Load::of_qualities(&measured.addresses(), qualities)?;
        if viewers == 0 {
            measured.await_idle();
        }
        load.run(effort.of(Duration::from_secs(3), Duration::from_millis(500)));
        let published = || measured.capture_metric("capture_frames_published_total");
        let (began, first) = (Instant::now(), published());
        let before = measured.snapshots()?;
        load.run(time);
        let after = measured.snapshots()?;
        let frames = (published() - first) / began.elapsed().as_secs_f64();
        let used = before.iter().zip(&after).map(|(one, two)| one.until(two));
        let services = [
            ("capture-svc", measured.stack.capture().pid()),
            ("nats-server", measured.stack.nats().pid()),
            ("gateway-svc", measured.stack.gateways[0].pid()),
        ];
        for ((service, pid), Usage { cores, wake_ups }) in services.into_iter().zip(used) {
            table.row(&[
                viewers.to_string(),
                service.to_owned(),
                format!("{:.2}", cores * 100.0),
                format!("{wake_ups:.0}"),
                format!("{:.1}", resident_mb(pid)?),
                if service == "capture-svc" {
                    format!("{:.1}", frames / viewers.max(1) as f64)
                } else {
                    String::new()
                },
            ]);
        }
    }
    table.print();
    Ok(())
}
