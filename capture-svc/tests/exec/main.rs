//! capture-svc with a program for a camera: shell scripts that write what programs of cameras write, and end as badly as
//! those do.

mod camera;
mod ends;
mod faults;
mod outputs;
