//! A broker of MQTT that is told what happens with a camera: what Home Assistant finds there, the privacy switch both ways,
//! and brokers that are frozen, gone or refuse.

mod faults;
mod house;
#[path = "../events/service.rs"]
mod service;
mod states;
