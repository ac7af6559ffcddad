//! Takes a lease on quality 80 and saves frames: `save_frames nats://127.0.0.1:4222 10`

use anyhow::Context as _;
use futures_util::StreamExt as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().context("a NATS URL is missing")?;
    let count: usize = arguments.next().context("a count is missing")?.parse()?;
    let client = async_nats::connect(url).await?;
    let mut frames = client.subscribe("frames.q80").await?;
    let demand = async_nats::jetstream::new(client)
        .get_key_value("demand")
        .await?;
    let mut renew = tokio::time::interval(std::time::Duration::from_millis(1500));
    let mut number = 0;
    while number < count {
        tokio::select! {
            _ = renew.tick() => { demand.put("q80.save-frames", "1".into()).await?; }
            Some(frame) = frames.next() => {
                std::fs::write(format!("frame-{number}.jpg"), &frame.payload)?;
                number += 1;
            }
        }
    }
    demand.delete("q80.save-frames").await?;
    Ok(())
}
