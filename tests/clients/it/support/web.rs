//! Small web servers of the tests' own: apps that do one odd thing, and places where a way through the browser ends.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server on a free port. Dropping it stops it.
pub(crate) struct Site {
    /// Its port, on 127.0.0.1, which is localhost too.
    pub(crate) port: u16,
    task: JoinHandle<()>,
}

impl Site {
    /// Serves a router.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) async fn serve(router: Router) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            // Ends only with the task.
            let _served = axum::serve(listener, router).await;
        });
        Ok(Self { port, task })
    }

    /// Its base URL under the name localhost.
    pub(crate) fn localhost(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Its base URL under its address, which is another origin.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}
