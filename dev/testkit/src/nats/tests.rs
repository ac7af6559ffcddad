//! The server on its own: its port, its store, its faults.

use super::*;

#[tokio::test]
async fn a_restarted_server_keeps_its_port_and_takes_clients_again() {
    let mut server = NatsServer::start().await;
    let port = server.port();
    assert_ne!(port, 0);
    server
        .client()
        .await
        .flush()
        .await
        .expect("the first server answers");
    server.kill();
    assert!(
        async_nats::connect(server.url()).await.is_err(),
        "a killed server takes nobody"
    );
    server.restart().await;
    assert_eq!(server.port(), port);
    server
        .client()
        .await
        .flush()
        .await
        .expect("the second server answers");
}

#[tokio::test]
async fn a_paused_server_answers_nothing_until_it_is_resumed() {
    let server = NatsServer::start().await;
    let client = server.client().await;
    server.pause();
    // Nobody serves the subject, so a live server would answer "no responders" at once.
    let ask = client.request("nobody.home", "".into());
    assert!(
        tokio::time::timeout(Duration::from_millis(300), ask)
            .await
            .is_err(),
        "a frozen server answered"
    );
    server.resume();
    eventually(Duration::from_secs(5), || async {
        client.request("nobody.home", "".into()).await.is_err()
    })
    .await;
}

#[tokio::test]
async fn extra_configuration_takes_effect() {
    let server = NatsServer::with_config("max_payload: 64KB").await;
    assert_eq!(server.client().await.server_info().max_payload, 64 * 1024);
}

#[tokio::test]
async fn three_nodes_make_a_cluster_that_keeps_a_replicated_bucket() {
    let servers = NatsServer::cluster(3).await;
    let bucket = async_nats::jetstream::kv::Config {
        bucket: "demand".into(),
        num_replicas: 3,
        ..Default::default()
    };
    // Requests before there is a leader are lost, so each look is a short one.
    let context = async_nats::jetstream::context::ContextBuilder::new()
        .timeout(Duration::from_millis(500))
        .build(servers[0].client().await);
    eventually(Duration::from_secs(30), || {
        context.create_key_value(bucket.clone())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_of_a_dropped_server() {
    let server = NatsServer::start().await;
    let (url, directory) = (server.url(), server.scratch.path().to_owned());
    drop(server);
    assert!(async_nats::connect(url).await.is_err());
    assert!(!directory.exists());
}
