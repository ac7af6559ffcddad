//! Takes a lease on quality 80 and saves frames: `save_frames nats://127.0.0.1:4222 10 [SEED_FILE NAME]`, the last two of
//! what `deploy/keys.sh --consumer NAME` has made.
use futures_util::StreamExt as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments.get(4).map_or("save-frames", String::as_str);
    let login = match arguments.get(3) {
        Some(seed) => {
            async_nats::ConnectOptions::with_nkey(std::fs::read_to_string(seed)?.trim().into())
                .custom_inbox_prefix(format!("_INBOX_consumer.{name}"))
        }
        None => async_nats::ConnectOptions::new(),
    };
    let client = login.connect(&arguments[1]).await?;
    let frames = client.subscribe("frames.q80").await?;
    let mut frames = frames.take(arguments[2].parse()?).enumerate();
    let kv = async_nats::jetstream::new(client);
    let demand = kv.get_key_value("demand").await?;
    let mut renew = tokio::time::interval(std::time::Duration::from_millis(1500));
    loop {
        tokio::select! {
            _ = renew.tick() => { demand.put(format!("q80.{name}"), "1".into()).await?; }
            frame = frames.next() => match frame {
                Some((number, frame)) => std::fs::write(format!("frame-{number}.jpg"), &frame.payload)?,
                None => break,
            }
        }
    }
    Ok(demand.delete(format!("q80.{name}")).await?)
}
