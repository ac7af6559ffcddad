//! What the services cost while nobody watches, and with one viewer.

use std::time::Duration;

use crate::Effort;
use crate::load::Load;
use crate::stage::Stage;
use crate::table::Table;
use crate::usage::{Usage, resident_mb};

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = Table::new(
        "idle",
        "The pattern at 1280×720; the viewer watches quality 80 at 34 fps. Wake-ups: how often a thread of the service had \
         gone to sleep.",
        &[
            "viewers",
            "service",
            "% of one core",
            "wake-ups a second",
            "memory MB",
        ],
    );
    let stage = Stage::new(1, &[("CAPTURE_LINGER", "0s")])?;
    let time = effort.of(Duration::from_secs(20), Duration::from_secs(1));
    for viewers in [0, 1] {
        println!("idle: {viewers} viewers");
        let mut load = Load::connect(&stage.addresses(), viewers)?;
        if viewers == 0 {
            stage.await_idle();
        }
        load.run(effort.of(Duration::from_secs(3), Duration::from_millis(500)));
        let before = stage.snapshots()?;
        load.run(time);
        let after = stage.snapshots()?;
        let used = before.iter().zip(&after).map(|(one, two)| one.until(two));
        let services = [
            ("capture-svc", stage.capture.pid()),
            ("nats-server", stage.nats.pid()),
            ("gateway-svc", stage.gateways[0].pid()),
        ];
        for ((service, pid), Usage { cores, wake_ups }) in services.into_iter().zip(used) {
            table.row(&[
                viewers.to_string(),
                service.to_owned(),
                format!("{:.2}", cores * 100.0),
                format!("{wake_ups:.0}"),
                format!("{:.1}", resident_mb(pid)?),
            ]);
        }
    }
    table.print();
    Ok(())
}
