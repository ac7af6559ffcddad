use async_nats::jetstream;
use testkit::NatsServer;

use super::*;

#[tokio::test]
async fn what_a_watch_tells_of_before_the_switch_was_read_is_over() {
    let nats = NatsServer::start().await;
    let js = jetstream::new(nats.client().await);
    let config = kv::Config {
        bucket: "control".to_owned(),
        // So that the first word is told of however late the watch gets to it.
        history: 2,
        ..kv::Config::default()
    };
    let control = js.create_key_value(config).await.unwrap();
    control.put("privacy", "off".into()).await.unwrap();
    let watch = control.watch_with_history("privacy").await.unwrap();
    let read = control.put("privacy", "on".into()).await.unwrap();
    let mut words = Box::pin(words(control, Privacy::On, read, watch));
    let told = words.next().await.unwrap().unwrap();
    assert_eq!(Privacy::of(&told), Some(Privacy::On));
}
