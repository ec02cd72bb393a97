//! What is tried out: a sandbox, and a connection to it.

use std::cell::RefCell;

use tokio::runtime::Runtime;

use crate::support::http::{Answer, Wire, send_bytes};
use crate::support::{Request, Sandbox};

/// A sandbox and a connection that is opened anew whenever the last answer closed it.
pub(super) struct Target {
    pub(super) runtime: Runtime,
    pub(super) sandbox: Sandbox,
    wire: RefCell<Option<Wire>>,
}

impl Target {
    pub(super) fn new(auto_approve: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let sandbox = runtime.block_on(async {
            if auto_approve {
                Sandbox::approving().await
            } else {
                Sandbox::start().await
            }
        });
        Self {
            runtime,
            sandbox,
            wire: RefCell::new(None),
        }
    }

    pub(super) fn send(&self, bytes: &[u8]) -> Answer {
        self.runtime.block_on(async {
            let mut wire = match self.wire.take() {
                Some(wire) => wire,
                None => self.sandbox.wire().await,
            };
            match wire.exchange(bytes, false).await {
                Ok(answer) => {
                    if answer.header("connection") != Some("close") {
                        *self.wire.borrow_mut() = Some(wire);
                    }
                    answer
                }
                // The connection had been closed meanwhile: once more over a new one.
                Err(_) => send_bytes(&self.sandbox.authority, bytes)
                    .await
                    .unwrap_or_else(|error| {
                        panic!("no answer ({error}) to {}", String::from_utf8_lossy(bytes))
                    }),
            }
        })
    }

    /// Sends what is tried, and looks at the answer.
    pub(super) fn try_out(&self, request: &Request) -> Answer {
        let bytes = request.bytes(&self.sandbox.authority);
        let answer = self.send(&bytes);
        let shown = || format!("{answer}\n\nto {}", String::from_utf8_lossy(&bytes));
        assert!(answer.status < 500, "a failure of ours: {}", shown());
        answer
    }
}
