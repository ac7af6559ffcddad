//! The two buckets: how they are made or brought back to our settings, watched, and how the privacy switch is set; what it
//! says is [`super::switch`]'s.

use std::time::Duration;

use async_nats::jetstream::context::{
    ContextBuilder, CreateStreamError, CreateStreamErrorKind, PublishError, UpdateStreamError,
};
use async_nats::jetstream::kv;
use async_nats::jetstream::stream::{Config as StreamConfig, DiscardPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};
use bus::{JetStreamDomain, Link};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;
use wire::CameraId;
use wire::lease::LEASE;
use wire::subject::{CONTROL_BUCKET, DEMAND_BUCKET};

use super::error::DemandError;
use super::switch::{Privacy, believed, words};

/// How long JetStream may take to answer one request. The library's 5 s would outlast a lease; while a cluster elects a
/// leader nobody answers, and what is asked then must be given up soon enough to be asked again right after.
const JETSTREAM_TIMEOUT: Duration = Duration::from_millis(500);
/// How long opening both buckets may take: some eight requests.
const BUCKETS_OPEN_TIMEOUT: Duration = Duration::from_secs(4);
/// A switch that was set is looked at again after this: by then whoever wrote over it has, and capture has put back what
/// it knew.
const SETTLED_AFTER: Duration = Duration::from_millis(250);
/// The longest entry of either bucket: a lease and a canary are empty, a switch says `on` or `off`, a delete is a header of
/// 32 bytes. Who may write entries must not fill the account's memory with them.
const MAX_ENTRY_BYTES: i32 = 128;
/// All entries of a bucket: ten thousand leases. A bucket that is full takes no more; it throws nothing away.
const MAX_BUCKET_BYTES: i64 = 1024 * 1024;

/// Why the buckets could not be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("{0} failed: {1}")]
    Request(&'static str, String),
    #[error("JetStream does not answer")]
    NoAnswer,
    #[error("no JetStream is there; {0}")]
    NoJetStream(String),
    #[error(
        "the bucket {0:?} exists with other settings that cannot be changed ({1}); `nats kv del {0}` makes room for ours"
    )]
    Unchangeable(&'static str, UpdateStreamError),
}

fn failed<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> OpenError {
    move |error| OpenError::Request(what, error.to_string())
}

/// Both watches as one stream, and what the switch said when they were opened.
pub(super) struct Watches {
    /// What either tells; `None`: one of them ended.
    pub(super) entries: BoxStream<'static, Option<Result<kv::Entry, kv::WatcherError>>>,
    /// The privacy switch.
    pub(super) switch: Privacy,
}

/// The buckets as one camera needs them.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    js: Context,
    domain: JetStreamDomain,
    privacy_key: String,
    replicas: usize,
}

impl Buckets {
    pub(crate) fn new(link: &Link, camera: &CameraId, replicas: usize) -> Self {
        let js = ContextBuilder::new()
            .api_prefix(link.domain.api_prefix())
            .timeout(JETSTREAM_TIMEOUT)
            .ack_timeout(JETSTREAM_TIMEOUT);
        Self {
            js: js.build(link.client.clone()),
            domain: link.domain.clone(),
            privacy_key: camera.privacy_key(),
            replicas,
        }
    }

    /// Makes sure that both buckets exist and watches both, from what is in them now.
    ///
    /// `known`: the switch as it was read last. One that was on and is nowhere now was lost with its bucket, not
    /// turned off: it is put back.
    pub(super) async fn watch(&self, known: Privacy) -> Result<Watches, OpenError> {
        let control = Box::pin(async {
            let control = self.control().await?;
            let watch = control.watch_with_history(&self.privacy_key).await;
            let privacy = watch.map_err(failed("watching the privacy switch"))?;
            let entry = self.read_switch(&control).await?;
            let read = entry.as_ref().map_or(0, |entry| entry.revision);
            let switch = match entry {
                Some(entry) => believed(&control, &entry, known).await,
                None if known == Privacy::On => {
                    self.set_switch(&control, known).await?;
                    known
                }
                None => Privacy::Off,
            };
            Ok((words(control, switch, read, privacy), switch))
        });
        let demand = Box::pin(async {
            let demand = self.demand().await?.watch_with_history(">").await;
            demand.map_err(failed("watching the demand"))
        });
        // At the same time: in a cluster each bucket waits for a leader of its own.
        let opened = timeout(BUCKETS_OPEN_TIMEOUT, async {
            let ((privacy, switch), demand) = tokio::try_join!(control, demand)?;
            let entries = futures_util::stream::select(with_end(demand), with_end(privacy)).boxed();
            Ok(Watches { entries, switch })
        });
        opened.await.unwrap_or(Err(OpenError::NoAnswer))
    }

    /// Puts the canary's key. The error tells when the bucket is gone.
    pub(super) async fn put_canary(self, key: String) -> Result<(), PublishError> {
        let subject = format!("$KV.{DEMAND_BUCKET}.{key}");
        let subject = self.domain.entry_subject(&subject);
        let put = self.js.publish(subject, Bytes::new());
        put.await?.await.map(|_ack| ())
    }

    /// The bucket of the leases. The server's `max_age` only collects garbage: it gives no event.
    async fn demand(&self) -> Result<kv::Store, OpenError> {
        let lease = StreamConfig {
            max_age: LEASE,
            storage: StorageType::Memory,
            ..self.key_value(DEMAND_BUCKET)
        };
        self.bind(lease, DEMAND_BUCKET).await
    }

    /// The bucket of the switches: on disk, for ever.
    async fn control(&self) -> Result<kv::Store, OpenError> {
        let lasting = StreamConfig {
            storage: StorageType::File,
            ..self.key_value(CONTROL_BUCKET)
        };
        self.bind(lasting, CONTROL_BUCKET).await
    }

    async fn read_switch(&self, control: &kv::Store) -> Result<Option<kv::Entry>, OpenError> {
        let entry = control.entry(&self.privacy_key).await;
        entry.map_err(failed("reading the privacy switch"))
    }

    async fn set_switch(&self, control: &kv::Store, switch: Privacy) -> Result<(), OpenError> {
        let put = control.put(&self.privacy_key, switch.word().into()).await;
        put.map(|_revision| ())
            .map_err(failed("setting the privacy switch"))
    }

    /// A KV bucket as a stream. Made raw: the library's own way asks for one permission more and fails on older servers.
    /// Without roll-ups, which a bucket has by default: one message with that header would wipe everybody's entries.
    /// Source: NATS ADR-8, "JetStream based Key-Value Stores".
    fn key_value(&self, bucket: &str) -> StreamConfig {
        StreamConfig {
            name: format!("KV_{bucket}"),
            subjects: vec![format!("$KV.{bucket}.>")],
            max_messages_per_subject: 1,
            max_message_size: MAX_ENTRY_BYTES,
            max_bytes: MAX_BUCKET_BYTES,
            num_replicas: self.replicas,
            discard: DiscardPolicy::New,
            deny_delete: true,
            allow_direct: true,
            ..StreamConfig::default()
        }
    }

    /// Makes the bucket or brings it to our settings, and binds it.
    async fn bind(&self, config: StreamConfig, name: &'static str) -> Result<kv::Store, OpenError> {
        match self.js.create_stream(config.clone()).await {
            Ok(_) => {}
            Err(error) if exists_otherwise(&error) => {
                tracing::warn!(
                    bucket = name,
                    "the bucket has other settings: bringing it back to ours"
                );
                let update = self.js.update_stream(config).await;
                update.map_err(|error| OpenError::Unchangeable(name, error))?;
            }
            Err(error) if error.kind() == CreateStreamErrorKind::JetStreamUnavailable => {
                return Err(OpenError::NoJetStream(self.domain.hint()));
            }
            Err(error) => return Err(failed("creating a bucket")(error)),
        }
        let bound = self.js.get_key_value(name).await;
        bound.map_err(failed("binding a bucket"))
    }
}

fn exists_otherwise(error: &CreateStreamError) -> bool {
    let code = match error.kind() {
        CreateStreamErrorKind::JetStream(error) => error.error_code(),
        _ => return false,
    };
    code == ErrorCode::STREAM_NAME_EXIST
}

/// A watch that says `None` when it ends; otherwise its end could not be told from silence.
fn with_end(
    watch: impl Stream<Item = Result<kv::Entry, kv::WatcherError>> + Send,
) -> impl Stream<Item = Option<Result<kv::Entry, kv::WatcherError>>> + Send {
    let end = futures_util::stream::once(std::future::ready(None));
    watch.map(Some).chain(end)
}

/// The privacy switch of one camera, for who does not follow it.
#[derive(Debug)]
pub(crate) struct PrivacyControl(Buckets);

impl PrivacyControl {
    pub(crate) fn new(link: &Link, camera: &CameraId, replicas: usize) -> Self {
        Self(Buckets::new(link, camera, replicas))
    }

    /// Sets the switch.
    ///
    /// # Errors
    /// NATS refuses or does not answer.
    pub(crate) async fn set(&self, on: bool) -> Result<(), DemandError> {
        let set = async {
            let control = self.0.control().await?;
            self.0.set_switch(&control, Privacy::from(on)).await
        };
        set.await.map_err(unreached)
    }

    /// What the switch says.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub(crate) async fn show(&self) -> Result<Privacy, DemandError> {
        let entry = self.entry().await?;
        Ok(entry.as_ref().map_or(Privacy::Off, Privacy::told))
    }

    /// Looks a moment after the switch was set whether it still says so.
    ///
    /// # Errors
    /// It does not, or as [`set`](Self::set).
    pub(crate) async fn confirm(&self, on: bool) -> Result<(), DemandError> {
        tokio::time::sleep(SETTLED_AFTER).await;
        let (set, entry) = (Privacy::from(on), self.entry().await?);
        if entry.as_ref().is_some_and(|entry| set.is_said_by(entry)) {
            return Ok(());
        }
        Err(DemandError::Overwritten {
            set: set.word(),
            found: entry.map_or_else(
                || "nothing".to_owned(),
                |entry| format!("{:?}", String::from_utf8_lossy(&entry.value)),
            ),
        })
    }

    async fn entry(&self) -> Result<Option<kv::Entry>, DemandError> {
        let read = async { self.0.read_switch(&self.0.control().await?).await };
        read.await.map_err(unreached)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreached(error: OpenError) -> DemandError {
    DemandError::Switch(error.to_string())
}
