//! One plugged-in camera: answers the host's requests on one thread and sends frames on another.

mod frames;
mod requests;
mod shared;

use std::{io, sync::Arc};

use crate::{behaviour::Behaviour, pictures::Pictures, usbip};
use shared::Shared;

/// Plugged in from creation to drop.
pub(crate) struct EmulatedCamera {
    port: usize,
    shared: Arc<Shared>,
}

impl EmulatedCamera {
    pub(crate) fn plug(
        port: usize,
        pictures: &Arc<Pictures>,
        behaviour: &Arc<Behaviour>,
    ) -> io::Result<Self> {
        let wire = usbip::attach(port)?;
        let shared = Arc::new(Shared::new(
            port,
            Arc::clone(pictures),
            Arc::clone(behaviour),
            wire.try_clone()?,
        ));
        let (listener, sender) = (Arc::clone(&shared), Arc::clone(&shared));
        std::thread::Builder::new()
            .name("requests".into())
            .spawn(move || listener.listen(wire))?;
        std::thread::Builder::new()
            .name("frames".into())
            .spawn(move || sender.stream())?;
        Ok(Self { port, shared })
    }
}

impl Drop for EmulatedCamera {
    fn drop(&mut self) {
        usbip::detach(self.port);
        self.shared.leave();
    }
}
