//! Who is told that somebody looks: a program or an address that is called, listeners on NATS; and that none of them,
//! however ill, touches the stream.

mod bus;
mod lamp;
mod lamps;
mod programs;
mod service;
