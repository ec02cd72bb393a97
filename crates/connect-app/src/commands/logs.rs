//! `logs_*`: what the program has logged.

use connect_rpc::logs::{ListLogs, LogLevel, LogList};
use connect_rpc::{ErrorCode, RpcError};

use super::{Answer, limit};
use crate::App;
use crate::host::logs;

pub(super) async fn list(app: &App, request: ListLogs) -> Answer<LogList> {
    let directory = app.data_dir().join(logs::DIRECTORY);
    let wanted = logs::Wanted::new(
        request.level.unwrap_or(LogLevel::Info),
        request.text.as_deref().unwrap_or_default(),
    );
    let most = limit(request.limit) as usize;
    let read = tokio::task::spawn_blocking(move || {
        // One more than asked for says whether there are more.
        let mut lines = logs::newest(&directory, &wanted, most + 1);
        let more = lines.len() > most;
        lines.truncate(most);
        LogList {
            directory: directory.display().to_string(),
            lines,
            more,
        }
    });
    read.await
        .map_err(|_| RpcError::new(ErrorCode::Internal, "the logs could not be read"))
}
