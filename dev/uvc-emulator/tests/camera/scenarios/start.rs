//! How long the first picture takes, and whose time that is.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use futures_util::StreamExt as _;
use testkit::statistics::at_percent;
use tokio::time::timeout;

use crate::rig::{OBSERVED_WITHIN, Rig};

/// Small pictures, which an emulated machine encodes in no time worth speaking of.
const SMALL: &str = "CAPTURE_FORMAT=yuyv CAPTURE_WIDTH=320 CAPTURE_HEIGHT=240";

/// What some cameras take for their sensor and their exposure.
const SLOW: Duration = Duration::from_millis(3_500);

pub(crate) async fn slow_start(rig: &mut Rig) -> String {
    rig.camera(&format!("warm {}", SLOW.as_millis())).await;
    rig.start_capture(SMALL).await;
    let asked = Instant::now();
    let mut viewer = rig.viewer(60).await;
    rig.first_frame(&mut viewer).await;
    let waited = asked.elapsed();
    assert!(waited > SLOW, "the camera was not slow: {waited:?}");
    assert!(rig.metric("capture_camera_errors_total", "").await < 1.0);
    // Ours is what is left, on a processor made of software; how much slower that is, the same way without a camera tells.
    let ours = waited.saturating_sub(SLOW);
    let (emulated, real) = pattern(rig).await;
    let on_a_real_one = ours.mul_f64(real.as_secs_f64() / emulated.as_secs_f64());
    assert!(
        on_a_real_one < 4 * OUR_SHARE,
        "{ours:?} here, {on_a_real_one:?} on a real processor, beyond the camera's own start"
    );
    format!(
        "first frame {} ms after its own 3.5 s, no fault; the test pattern takes {} ms here and {} ms on the host, so ours \
         is {} ms there",
        ours.as_millis(),
        emulated.as_millis(),
        real.as_millis(),
        on_a_real_one.as_millis()
    )
}

/// What we may add to the camera's own start; a busy machine is given several times that.
const OUR_SHARE: Duration = Duration::from_millis(100);

/// From the demand to the first frame of the test pattern, in the machine and on the host: the median of five each.
async fn pattern(rig: &mut Rig) -> (Duration, Duration) {
    let settings = [
        ("CAPTURE_SOURCE", "pattern"),
        ("CAPTURE_WIDTH", "320"),
        ("CAPTURE_HEIGHT", "240"),
        ("CAPTURE_LINGER", "0s"),
    ];
    rig.stop_capture().await;
    let line = settings
        .map(|(name, value)| format!("{name}={value}"))
        .join(" ");
    rig.start_capture(&format!("{line} CAPTURE_CAMERA_ID=here"))
        .await;
    let named = [&settings[..], &[("CAPTURE_CAMERA_ID", "host")]].concat();
    let _host = rig.stack.start_capture(&named).await;
    (start_of(rig, "here").await, start_of(rig, "host").await)
}

async fn start_of(rig: &Rig, camera: &str) -> Duration {
    let client = rig.stack.nats().client().await;
    let demand = jetstream::new(client.clone())
        .get_key_value("demand")
        .await
        .expect("capture has made it");
    let listen = async |subject: String| client.subscribe(subject).await.expect("a subscription");
    let (mut status, mut frames) = (
        listen(format!("status.{camera}")).await,
        listen(format!("frames.{camera}.q60")).await,
    );
    let key = format!("{camera}.q60.the-test");
    let mut starts = Vec::new();
    for _ in 0..5 {
        loop {
            let told = timeout(OBSERVED_WITHIN, status.next())
                .await
                .expect("a status");
            if String::from_utf8_lossy(&told.expect("a status").payload).contains("\"idle\"") {
                break;
            }
        }
        // What was on its way when the demand ended.
        while timeout(Duration::from_millis(100), frames.next())
            .await
            .is_ok()
        {}
        let asked = Instant::now();
        demand.put(&key, "".into()).await.expect("a lease");
        timeout(OBSERVED_WITHIN, frames.next())
            .await
            .expect("a frame");
        starts.push(asked.elapsed());
        demand.delete(&key).await.expect("a lease that ends");
        while timeout(Duration::from_millis(200), status.next())
            .await
            .is_ok()
        {}
    }
    starts.sort();
    at_percent(&starts, 50).expect("five of them")
}
