//! The ports at which walks of this process wait: a new walk takes a port over from an earlier one.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

/// Every port that a listener of this process waits at. Cheap to clone; a host has one.
#[derive(Debug, Clone, Default)]
pub struct CallbackPorts(Arc<Mutex<HashMap<u16, Waiting>>>);

/// One that waits.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    /// Cancelled when another walk wants the port.
    pub(super) wanted: CancellationToken,
    /// Cancelled once the port is free again.
    pub(super) over: CancellationToken,
}

/// The list, while a port is being bound: one at a time.
pub(super) struct Ports<'a>(MutexGuard<'a, HashMap<u16, Waiting>>);

impl CallbackPorts {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) async fn lock(&self) -> Ports<'_> {
        let mut ports = self.0.lock().await;
        ports.retain(|_, waiting| !waiting.over.is_cancelled());
        Ports(ports)
    }
}

impl Ports<'_> {
    /// Ends the listener at this port, if there is one, and waits until it has let go.
    pub(super) async fn free(&mut self, port: u16) {
        if let Some(before) = self.0.remove(&port) {
            before.wanted.cancel();
            before.over.cancelled().await;
        }
    }

    /// Notes who waits at this port now.
    pub(super) fn take(&mut self, port: u16) -> Waiting {
        let waiting = Waiting::default();
        self.0.insert(port, waiting.clone());
        waiting
    }
}
