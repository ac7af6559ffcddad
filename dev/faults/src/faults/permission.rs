//! One permission after another is taken from the users that we ship: the service whose it was must say which.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, StorageType};
use bytes::Bytes;
use testkit::{Process, SHIPPED_USERS, Stack, Viewer, eventually, http};
use tokio::task::JoinSet;

use crate::fault::Fault;
use crate::figure::{Figure, Seen};
use crate::permits::{Permit, permits};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::jetstream;

/// Stacks at the same time: most of each is waiting.
const TOGETHER: usize = 5;
/// What these stacks do not bring about, and why: the list is short and whatever is not on it must be named.
const NEVER_ASKED: [(&str, &str); 6] = [
    ("$JS.FC.KV_demand.>", FLOW),
    ("$JS.FC.KV_control.>", FLOW),
    ("$JS.API.CONSUMER.CREATE.KV_demand.>", RESUME),
    ("$JS.API.CONSUMER.CREATE.KV_control.>", RESUME),
    ("$JS.API.CONSUMER.DELETE.KV_demand.*", RESUME),
    ("$JS.API.CONSUMER.DELETE.KV_control.*", RESUME),
];
const FLOW: &str = "the server asks for it after more than these few entries";
const RESUME: &str = "the library's own resume of a watch, before which ours comes nearly always";

pub(super) fn faults(_: Mode) -> Vec<Fault> {
    vec![Fault::new(
        "permissions-taken",
        "each service says which it lacks, /readyz too",
        taken,
    )]
}

async fn taken() -> Seen {
    let mut todo = permits(SHIPPED_USERS);
    let all = todo.len();
    todo.retain(|permit| {
        !NEVER_ASKED
            .iter()
            .any(|(never, _)| *never == permit.subject)
    });
    let tried = todo.len();
    let (mut running, mut unnamed) = (JoinSet::new(), Vec::new());
    while !todo.is_empty() || !running.is_empty() {
        while running.len() < TOGETHER
            && let Some(permit) = todo.pop()
        {
            running.spawn(async move {
                let said = without(&permit).await;
                (permit, said)
            });
        }
        if let Some(done) = running.join_next().await {
            match done {
                Ok((_, Ok(()))) => {}
                Ok((permit, Err(why))) => {
                    unnamed.push(format!("{} of {} ({why})", permit.subject, permit.user));
                }
                Err(error) => unnamed.push(error.to_string()),
            }
        }
    }
    assert!(unnamed.is_empty(), "not named: {}", unnamed.join("; "));
    Seen {
        figures: vec![
            Figure::number("permissions", all as f64, "", f64::INFINITY),
            Figure::number("taken and named", tried as f64, "", f64::INFINITY),
            Figure::number(
                "never asked for",
                (all - tried) as f64,
                "",
                NEVER_ASKED.len() as f64,
            ),
        ],
        capture: "named what it lacked".to_owned(),
    }
}

/// A stack in which everything happens that needs a permission, without one of them.
async fn without(permit: &Permit) -> Result<(), String> {
    // Without services first: they are to find buckets with other settings, which capture must bring back to ours.
    let users = permit.taken_from(SHIPPED_USERS);
    let stack = Stack::builder().shipped_limits().users(&users);
    let stack = stack.without_capture().gateways(0).start().await;
    let context = jetstream(&stack).await;
    for bucket in ["demand", "control"] {
        bucket_by_hand(&context, bucket).await;
    }
    let (capture, door, gateway) = tokio::join!(
        stack.start_capture(&[]),
        stack.start_capture(&[("CAPTURE_CAMERA_ID", "door")]),
        stack.start_gateway(&[])
    );
    let unnamed = Viewer::watch(gateway.public(), 80).await;
    let named = Viewer::at(gateway.public(), "/websocket/80").query("camera", "door");
    let _viewers = (unnamed, named.connect().await);
    let services: &[&Process] = if permit.user == "capture" {
        &[&capture, &door]
    } else {
        &[&gateway]
    };
    if named_within(Duration::from_secs(3), services, permit).await {
        return Ok(());
    }
    // The privacy switch is put back when its bucket is lost, which capture does not do for a switch that is off.
    let switch: Bytes = "on".into();
    for key in ["privacy", "door.privacy"] {
        let put = context
            .publish(format!("$KV.control.{key}"), switch.clone())
            .await;
        put.map_err(|error| error.to_string())?
            .await
            .map_err(|error| error.to_string())?;
    }
    eventually(RECOVERY_WITHIN, || async {
        capture.log().contains("privacy switch\",\"switch\":\"On")
    })
    .await;
    for bucket in ["KV_control", "KV_demand"] {
        let deleted = context.delete_stream(bucket).await;
        deleted.map_err(|error| error.to_string())?;
    }
    if named_within(Duration::from_secs(12), services, permit).await {
        return Ok(());
    }
    Err("neither in the log nor at /readyz".to_owned())
}

/// Whether one of them names the permit in its log and at /readyz within that time.
async fn named_within(time: Duration, services: &[&Process], permit: &Permit) -> bool {
    let wait = async {
        loop {
            for service in services {
                let ready = http::get(service.admin(), "/readyz", &[]).await;
                let Ok(ready) = ready else { continue };
                let said = permit.is_named_in(&ready.text()) && permit.is_named_in(&service.log());
                if ready.status == 503 && said {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(time, wait).await.is_ok()
}

async fn bucket_by_hand(context: &Context, bucket: &str) {
    let config = Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 3,
        storage: if bucket == "demand" {
            StorageType::Memory
        } else {
            StorageType::File
        },
        allow_direct: true,
        ..Config::default()
    };
    eventually(RECOVERY_WITHIN, || context.create_stream(config.clone())).await;
}
