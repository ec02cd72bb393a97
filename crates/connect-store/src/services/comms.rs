//! Messages to personas, and by which channels they want them.

use connect_core::Timestamp;
use connect_core::domain::journal::Seq;
use connect_core::id::{TraceId, UserId};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{MessageId, PreferenceId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// How a message travels.
    Channel {
        /// To an address.
        Email = "email",
        /// To a telephone number.
        Sms = "sms",
        /// To a device.
        Push = "push",
        /// To the app's own inbox.
        InApp = "in_app",
    }
}

words! {
    /// Where a message stands.
    MessageStatus {
        /// Waits for its time.
        Scheduled = "scheduled",
        /// Given to the provider.
        Sent = "sent",
        /// Not sent: the persona does not want it.
        Suppressed = "suppressed",
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who it is for.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The app that asked for it, or `console`.
    pub requested_by: String,
    /// How it travels.
    pub channel: Channel,
    /// Which text.
    pub template_key: String,
    /// Address, number or device.
    pub recipient: String,
    /// What is filled into the text.
    pub variables: Map<String, Value>,
    /// The same key is never sent twice.
    pub dedup_key: String,
    /// Holds health information.
    pub hipaa: bool,
    /// Where it stands.
    pub status: MessageStatus,
    /// Who carried it.
    pub provider: Option<String>,
    /// When it is due.
    pub scheduled_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The trace it was asked for in.
    pub trace: TraceId,
    /// The journal entry that asked for it.
    pub cause: Option<Seq>,
}

/// Whether a persona wants a category of messages by a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Its id.
    pub id: PreferenceId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The channel.
    pub channel: Channel,
    /// `lab_results`, `protocol`, `community`, `marketing`.
    pub category: String,
    /// Wanted.
    pub enabled: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes any number of messages. A second one with the same dedup key breaks a UNIQUE constraint.
pub async fn insert(tx: &mut WorldTx, rows: &[Message]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.requested_by,
            row.channel,
            row.template_key,
            row.recipient,
            row::text(&row.variables),
            row.dedup_key,
            row.hipaa,
            row.status,
            row.provider,
            row.scheduled_at.map(Timestamp::as_millis),
            row.sent_at.map(Timestamp::as_millis),
            row.created_at.as_millis(),
            row.trace,
            row.cause,
        ])
    });
    sqlx::query!(
        "INSERT INTO messages (id, user_id, brand_id, requested_by, channel, template_key, recipient, variables,
                               dedup_key, hipaa, status, provider, scheduled_at, sent_at, created_at, trace, cause)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Says that a scheduled message was sent, or not wanted after all.
pub async fn settle(
    tx: &mut WorldTx,
    id: &MessageId,
    status: MessageStatus,
    provider: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, status, at) = (id.as_str(), status.as_str(), at.as_millis());
    sqlx::query!(
        "UPDATE messages SET status = ?2, provider = ?3, sent_at = ?4 WHERE id = ?1",
        id,
        status,
        provider,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of preferences; one for the same channel and category gets the new value.
pub async fn put_preferences(tx: &mut WorldTx, rows: &[Preference]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.channel,
            row.category,
            row.enabled,
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO preferences (id, user_id, brand_id, channel, category, enabled, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 FROM jsonb_each(?1) WHERE 1
         ON CONFLICT (user_id, channel, category) DO UPDATE SET enabled = excluded.enabled,
                                                                updated_at = excluded.updated_at",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: String,
    user_id: String,
    brand_id: String,
    requested_by: String,
    channel: String,
    template_key: String,
    recipient: String,
    variables: String,
    dedup_key: String,
    hipaa: bool,
    status: String,
    provider: Option<String>,
    scheduled_at: Option<i64>,
    sent_at: Option<i64>,
    created_at: i64,
    trace: String,
    cause: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Message, StoreError> {
        const TABLE: &str = "messages";
        Ok(Message {
            channel: row::word(&self.channel, TABLE, "channel", &self.id)?,
            status: row::word(&self.status, TABLE, "status", &self.id)?,
            variables: row::json(&self.variables, TABLE, "variables", &self.id)?,
            id: self.id.into(),
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            requested_by: self.requested_by,
            template_key: self.template_key,
            recipient: self.recipient,
            dedup_key: self.dedup_key,
            hipaa: self.hipaa,
            provider: self.provider,
            scheduled_at: self.scheduled_at.map(row::at),
            sent_at: self.sent_at.map(row::at),
            created_at: row::at(self.created_at),
            trace: self.trace.into(),
            cause: self.cause.map(Seq),
        })
    }
}

/// A persona's messages that are not waiting, newest first.
pub async fn recent(
    connection: &mut SqliteConnection,
    user: &UserId,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, brand_id, requested_by, channel, template_key, recipient, variables, dedup_key,
                  hipaa AS "hipaa: bool", status, provider, scheduled_at, sent_at, created_at, trace, cause
           FROM messages WHERE user_id = ?1 AND status <> 'scheduled' ORDER BY created_at DESC, id DESC LIMIT ?2"#,
        user,
        limit
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// A persona's messages that were asked for with a time, soonest first; one status when given.
pub async fn scheduled(
    connection: &mut SqliteConnection,
    user: &UserId,
    status: Option<MessageStatus>,
) -> Result<Vec<Message>, StoreError> {
    let (user, status) = (user.as_str(), status.map(MessageStatus::as_str));
    sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, brand_id, requested_by, channel, template_key, recipient, variables, dedup_key,
                  hipaa AS "hipaa: bool", status, provider, scheduled_at, sent_at, created_at, trace, cause
           FROM messages
           WHERE user_id = ?1 AND scheduled_at IS NOT NULL AND (?2 IS NULL OR status = ?2) ORDER BY scheduled_at, id"#,
        user,
        status
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// Whether a persona was sent something under this key, or will be.
pub async fn dedup_key_taken(
    connection: &mut SqliteConnection,
    brand: &str,
    user: &UserId,
    key: &str,
) -> Result<bool, StoreError> {
    let user = user.as_str();
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM messages WHERE brand_id = ?1 AND user_id = ?2 AND dedup_key = ?3)
           AS "found!: bool""#,
        brand,
        user,
        key
    )
    .fetch_one(connection)
    .await?)
}

/// When the next scheduled message is due.
pub async fn next_due(connection: &mut SqliteConnection) -> Result<Option<Timestamp>, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT MIN(scheduled_at) AS "at?: i64" FROM messages WHERE status = 'scheduled' AND scheduled_at IS NOT NULL"#
    )
    .fetch_one(connection)
    .await?
    .map(row::at))
}

/// Scheduled messages due at `now` or before, in the order they are due.
pub async fn due(
    connection: &mut SqliteConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let now = now.as_millis();
    sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, brand_id, requested_by, channel, template_key, recipient, variables, dedup_key,
                  hipaa AS "hipaa: bool", status, provider, scheduled_at, sent_at, created_at, trace, cause
           FROM messages WHERE status = 'scheduled' AND scheduled_at <= ?1 ORDER BY scheduled_at, id LIMIT ?2"#,
        now,
        limit
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// A persona's preferences, by category and channel.
pub async fn preferences(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Preference>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT id, user_id, brand_id, channel, category, enabled AS "enabled: bool", updated_at
           FROM preferences WHERE user_id = ?1 ORDER BY category, channel"#,
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Preference {
                channel: row::word(&row.channel, "preferences", "channel", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                category: row.category,
                enabled: row.enabled,
                updated_at: row::at(row.updated_at),
            })
        })
        .collect()
}
