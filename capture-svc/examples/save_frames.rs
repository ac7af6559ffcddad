//! Takes a lease on quality 80 and saves frames: `save_frames nats://127.0.0.1:4222 10`
use futures_util::StreamExt as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let client = async_nats::connect(&arguments[1]).await?;
    let frames = client.subscribe("frames.q80").await?;
    let mut frames = frames.take(arguments[2].parse()?).enumerate();
    let kv = async_nats::jetstream::new(client);
    let demand = kv.get_key_value("demand").await?;
    let mut renew = tokio::time::interval(std::time::Duration::from_millis(1500));
    loop {
        tokio::select! {
            _ = renew.tick() => { demand.put("q80.save-frames", "1".into()).await?; }
            frame = frames.next() => match frame {
                Some((number, frame)) => std::fs::write(format!("frame-{number}.jpg"), &frame.payload)?,
                None => break,
            }
        }
    }
    Ok(demand.delete("q80.save-frames").await?)
}
