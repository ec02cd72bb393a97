//! `logs_*`: what the program has logged.

use connect_rpc::logs::{ListLogs, LogLevel, LogList};
use connect_rpc::{ErrorCode, RpcError};

use super::{Answer, limit};
use crate::App;
use crate::host::logs;

pub(super) async fn list(app: &App, request: ListLogs) -> Answer<LogList> {
    let directory = app.data_dir().join(logs::DIRECTORY);
    let level = request.level.unwrap_or(LogLevel::Info);
    let most = limit(request.limit) as usize;
    let read = tokio::task::spawn_blocking(move || {
        let lines = logs::newest(&directory, level, most);
        let directory = directory.display().to_string();
        LogList { directory, lines }
    });
    read.await
        .map_err(|_| RpcError::new(ErrorCode::Internal, "the logs could not be read"))
}
