//! What `capture-svc` does beside serving: one file for each sub-command. Each returns what is to be printed, but `mind`,
//! which is a process of the service itself.

mod list;
mod mind;
mod nkey;
mod privacy;
mod probe;

pub use self::{list::list, mind::mind, nkey::nkey, privacy::privacy, probe::probe};
