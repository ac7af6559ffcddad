//! What capture-svc and gateway-svc must agree on, and nothing else.
//!
//! Values and their spelling: [`quality`], [`rendition`], [`rate`], [`stream_id`], [`stamp`], [`subject`], [`lease`],
//! [`status`], [`event`], [`messages`], [`delta`]; and how a stream is thinned, [`pace`]. No socket, no clock, no task: both services, their tests and foreign consumers can use it alone. The TypeScript client reads the
//! same golden files (`crates/wire/golden`) as the tests in here.

pub mod delta;
pub mod event;
pub mod lease;
pub mod messages;
pub mod pace;
pub mod quality;
pub mod rate;
pub mod rendition;
pub mod stamp;
pub mod status;
pub mod stream_id;
pub mod subject;

pub use event::{CameraEvent, EventKind};
pub use lease::{LeaseKey, MemberId};
pub use quality::Quality;
pub use rate::Rate;
pub use rendition::{PerRendition, Rendition, RenditionSet, Size, per_rendition};
pub use stamp::Stamp;
pub use status::{CameraState, CameraStatus, Reason, SourceKind};
pub use stream_id::StreamId;
pub use subject::CameraId;
