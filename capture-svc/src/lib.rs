//! Owns the camera and publishes JPEG frames to NATS while somebody wants them.

pub mod camera;
pub mod pacer;
