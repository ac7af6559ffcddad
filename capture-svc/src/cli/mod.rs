//! What `capture-svc` does beside serving: one file for each sub-command. Each returns what is to be printed.

mod list;
mod nkey;
mod privacy;
mod probe;

pub use self::{list::list, nkey::nkey, privacy::privacy, probe::probe};
