//! V4L2 cameras that misbehave as real ones do, for tests that need no root and no device: a library that is loaded with
//! `LD_PRELOAD` into the real capture-svc and answers in the C library's place for every path `/dev/video*`. One of them,
//! `clock`, is for measuring: other programs take it as well.
//!
//! `V4L2_STAND_IN` names a directory that stands for `/dev`: each file in it is a camera (`video7` is `/dev/video7`), and
//! what the file holds is the name of its [`Behaviour`](behaviour::Behaviour). A camera is plugged in by writing the file
//! and unplugged by removing it. `testkit::Cameras` does all of it.
//!
//! To add a behaviour: a variant and its name in `behaviour.rs`, and the one place in `camera.rs`, `controls.rs` or `stream.rs` where
//! that camera differs from a good one. A camera here is what the kernel's documentation says, not what a driver does: what
//! is proven with it is how the service takes an answer, not that a camera gives it.
//!
//! All `unsafe` is in `interpose.rs` (the C library's functions), `real.rs` (theirs behind ours) and `request.rs` (the
//! pointers of `ioctl`) and `slow.rs` (memory); the cameras themselves have none.

mod behaviour;
mod camera;
mod cameras;
mod clock;
mod controls;
mod formats;
mod interpose;
mod memory;
mod picture;
mod real;
mod request;
mod slow;
mod stream;
mod timer;
