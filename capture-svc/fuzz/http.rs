//! The files of `src/camera/http` that read what a camera asks for.

#[path = "../src/camera/http/address.rs"]
mod address;
#[path = "challenge.rs"]
pub(crate) mod challenge;
#[path = "../src/camera/http/digest.rs"]
mod digest;
#[path = "../src/camera/http/login.rs"]
mod login;

use address::Password;
use login::{Login, NoLogin};
