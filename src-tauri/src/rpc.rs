//! The two commands that the window may call: one for everything that is asked, one for everything that changes.

use std::sync::{Mutex, PoisonError};

use connect_rpc::RpcError;
use connect_rpc::wire::Changed;
use serde::Serialize;
use serde_json::Value;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use crate::host;
use crate::sandbox::{self, Sandbox};

/// What the desktop's own commands begin with.
const OF_THE_HOST: &str = "host_";

/// Carries out a command of the sandbox, or one of the desktop's own.
#[tauri::command]
pub(crate) async fn rpc(
    app: AppHandle,
    sandbox: State<'_, Sandbox>,
    cmd: String,
    payload: Option<Value>,
) -> Result<Value, RpcError> {
    let payload = payload.unwrap_or_default();
    if cmd.starts_with(OF_THE_HOST) {
        return host::dispatch(&app, &cmd, payload).await;
    }
    sandbox.app().await?.rpc(&cmd, payload).await
}

/// What goes over the channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Message {
    /// What to fetch again; at most one in 50 ms, and `missed` where some were lost.
    Changed(Changed),
    /// A native menu asks for an action, by its id.
    Action(String),
}

/// The channel of the page that is shown, and what sends to it.
#[derive(Default)]
pub(crate) struct Stream(Mutex<Option<Open>>);

struct Open {
    channel: Channel<Message>,
    telling: JoinHandle<()>,
}

impl Stream {
    /// Sends an action to the page, if there is one that listens.
    pub(crate) fn act(&self, id: &str) {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*open
            && let Err(error) = open.channel.send(Message::Action(id.to_owned()))
        {
            tracing::warn!(%error, "the page did not hear a menu");
        }
    }
}

/// Tells the page what changes, until it goes or another page takes its place.
#[tauri::command]
#[expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands these over by value"
)]
pub(crate) fn changes(
    stream: State<'_, Stream>,
    sandbox: State<'_, Sandbox>,
    channel: Channel<Message>,
) {
    let telling = tauri::async_runtime::spawn(tell(sandbox.inner().clone(), channel.clone()));
    let open = Open { channel, telling };
    let before = stream
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(open);
    if let Some(before) = before {
        before.telling.abort();
    }
}

async fn tell(sandbox: Sandbox, channel: Channel<Message>) {
    let mut watching = sandbox.watch();
    loop {
        let state = watching.borrow_and_update().clone();
        if let sandbox::State::Running(app) = state {
            let mut changes = app.changes();
            while let Some(changed) = changes.next().await {
                if channel.send(Message::Changed(changed)).is_err() {
                    return;
                }
            }
        }
        // Another sandbox, or none: whatever was fetched is of the one before.
        let everything = Changed {
            topics: Vec::new(),
            journal: None,
            traffic: None,
            missed: true,
        };
        if watching.changed().await.is_err() || channel.send(Message::Changed(everything)).is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_as_the_page_reads_them() {
        let changed = Message::Changed(Changed {
            topics: vec![connect_rpc::Topic::Apps],
            journal: Some(7),
            traffic: None,
            missed: false,
        });
        assert_eq!(
            json!(changed),
            json!({ "changed": { "topics": ["apps"], "journal": 7 } })
        );
        let action = Message::Action("traffic.pause".to_owned());
        assert_eq!(json!(action), json!({ "action": "traffic.pause" }));
    }
}
