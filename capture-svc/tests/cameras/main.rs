//! capture-svc as a process with cameras that misbehave, one behaviour for each test: see `dev/v4l2-stand-in`.

mod answers;
mod formats;
mod frames;
mod watched;
mod words;
