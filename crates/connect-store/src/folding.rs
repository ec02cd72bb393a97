//! Folding a write-ahead log into its file, beside the writer.
//!
//! Folding takes two fsyncs, and whoever waits for a commit would wait for them too. So a connection of its own does it,
//! soon after something was written and again and again under load, while the writer goes on. The writer itself folds
//! only when the log has grown to `wal_autocheckpoint` pages nevertheless, and when it closes.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::database::{self, Durability};

/// From the first write after a folding to the next folding.
const PAUSE: Duration = Duration::from_millis(250);

/// The task that folds.
pub(crate) struct Folding {
    written: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

impl Folding {
    /// Starts it for the log of the file at `path`.
    pub(crate) fn start(path: PathBuf) -> Self {
        let (written, queue) = mpsc::channel(1);
        Self {
            written,
            task: tokio::spawn(run(path, queue)),
        }
    }

    /// Says that something was written.
    pub(crate) fn written(&self) {
        // Full: it has been said.
        let _ = self.written.try_send(());
    }

    /// Ends it; a folding under way is finished first.
    pub(crate) async fn stop(self) {
        drop(self.written);
        let _ = self.task.await;
    }
}

async fn run(path: PathBuf, mut written: mpsc::Receiver<()>) {
    while written.recv().await.is_some() {
        let ended = async { while written.recv().await.is_some() {} };
        if timeout(PAUSE, ended).await.is_ok() {
            return;
        }
        if let Err(error) = fold(&path).await {
            tracing::warn!(%error, "a write-ahead log could not be folded into its file");
        }
    }
}

/// As far as no reader stands in the way. The connection is not kept: most of the time nothing is written.
async fn fold(path: &std::path::Path) -> Result<(), sqlx::Error> {
    let options = database::options(path, Durability::Process).create_if_missing(false);
    let mut connection = options.connect().await?;
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .execute(&mut connection)
        .await?;
    connection.close().await
}
