//! The files of `src/camera` that read what others wrote, and what else they need of it.

#[path = "file.rs"]
pub(crate) mod file;
#[path = "../src/camera/jpeg.rs"]
mod jpeg;
#[path = "../src/camera/jpeg_reader.rs"]
mod jpeg_reader;
#[path = "reader.rs"]
pub(crate) mod reader;
#[path = "scanner.rs"]
pub(crate) mod scanner;

use jpeg::{Jpeg, Progress, Scan};
use jpeg_reader::{Found, JpegReader};
