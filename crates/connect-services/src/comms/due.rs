//! Scheduled messages whose time has come. Whoever moves the clock visits each due moment in order.

use connect_core::domain::journal::{Kind, Origin};
use connect_core::{Env, Timestamp};
use connect_store::services::comms::{self as rows, Message, MessageStatus};
use connect_store::services::{Connection, reading};
use connect_store::{StoreError, WorldTx, people};
use serde_json::json;

use super::categories::provider;
use super::messages::{is_wanted, send_requested};
use crate::event;

/// Most messages of one unit of work.
const MOST: u32 = 200;

/// When the next scheduled message is due.
pub async fn next(connection: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    rows::next_due(connection).await
}

/// Sends what is due at `until` or before, each in its own trace and caused by the entry that scheduled it, and says
/// what became of them. Call again while the answer is not empty.
pub async fn send(
    tx: &mut WorldTx,
    env: &Env,
    origin: &Origin,
    until: Timestamp,
) -> Result<Vec<Message>, StoreError> {
    let mut settled = Vec::new();
    for mut message in rows::due(reading(tx), until, MOST).await? {
        let preferences = rows::preferences(reading(tx), &message.user_id).await?;
        let wanted = is_wanted(&preferences, &message.template_key, message.channel);
        message.status = if wanted {
            MessageStatus::Sent
        } else {
            MessageStatus::Suppressed
        };
        message.provider = wanted.then(|| provider(message.channel).to_owned());
        message.sent_at = Some(until);
        rows::settle(
            tx,
            &message.id,
            message.status,
            message.provider.as_deref(),
            until,
        )
        .await?;
        let origin = Origin {
            trace: message.trace.clone(),
            cause: message.cause,
            ..origin.clone()
        };
        let detail =
            json!({ "table": "messages", "user_id": message.user_id, "status": message.status });
        let seq = tx.journal(&origin, Kind::RecordUpdated, message.id.as_str(), &detail);
        if let (true, Some(person)) = (wanted, people::get(reading(tx), &message.user_id).await?) {
            let events = vec![send_requested(&message, until)];
            event::occurred(tx, env, &origin, seq, &person, events).await?;
        }
        settled.push(message);
    }
    Ok(settled)
}
