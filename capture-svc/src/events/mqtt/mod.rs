//! A broker of MQTT is told what happens with a camera, in a form that Home Assistant finds by itself, and may turn the
//! privacy switch.
//!
//! [`messages`] says what is told where; [`connection`] is one connection, [`session`] what is told over it, [`run`] makes
//! one after the other. Only the capture that serves the camera is connected, so that the last will of one that stands by speaks for
//! nobody. The client's name is the camera's: one that takes over ends the connection of the one before, whose will is
//! published before anything of the newcomer's.
//!
//! Everything is sent at most once and is the newest state: what a broken connection has swallowed is told again by
//! the next one.

mod connection;
mod messages;
mod run;
mod session;
mod settings;
mod told;

pub(crate) use self::{
    settings::{Broker, MqttSettings},
    told::Mqtt,
};
