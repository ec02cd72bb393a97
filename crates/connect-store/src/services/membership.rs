//! Memberships, how they came to be what they are, and what holds a conversion back.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{LockId, MembershipId, SubscriptionId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Where a membership stands.
    MembershipState {
        /// Before the first: the `from_state` of a membership's first transition.
        None = "none",
        /// Trying it out.
        Trial = "trial",
        /// Paid for.
        Active = "active",
        /// A payment failed; access goes on for a while.
        PastDue = "past_due",
        /// Paused.
        Paused = "paused",
        /// Ended.
        Canceled = "canceled",
    }
}

impl MembershipState {
    /// Whether the member gets in.
    #[must_use]
    pub const fn has_access(self) -> bool {
        matches!(self, Self::Trial | Self::Active | Self::PastDue)
    }
}

words! {
    /// Where a lock stands.
    LockStatus {
        /// Still holds.
        Pending = "pending",
        /// Let go.
        Released = "released",
        /// Ended by time.
        Expired = "expired",
    }
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// `core`, `plus`.
    pub tier: String,
    /// Where it stands.
    pub state: MembershipState,
    /// What pays for it.
    pub subscription_id: Option<SubscriptionId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One step of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The membership.
    pub membership_id: MembershipId,
    /// Place in its history, from 0.
    pub position: u32,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// From where.
    pub from_state: MembershipState,
    /// To where.
    pub to_state: MembershipState,
    /// What set it off.
    pub trigger: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// What holds a conversion back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Its id.
    pub id: LockId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The subscription it is about.
    pub subscription_id: SubscriptionId,
    /// Where it stands, as last written: one past `expires_at` is over whatever this says.
    pub status: LockStatus,
    /// Since when.
    pub locked_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Writes any number of memberships. A second one of a persona in a brand breaks a UNIQUE constraint.
pub async fn insert(tx: &mut WorldTx, rows: &[Membership]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.tier,
            row.state,
            row.subscription_id,
            row.state.has_access(),
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO memberships (id, user_id, brand_id, tier, state, subscription_id, has_access, created_at, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of transitions.
pub async fn insert_transitions(tx: &mut WorldTx, rows: &[Transition]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.membership_id,
            row.position,
            row.user_id,
            row.brand_id,
            row.from_state,
            row.to_state,
            row.trigger,
            row.reason,
            row.created_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO membership_transitions (membership_id, position, user_id, brand_id, from_state, to_state, trigger,
                                             reason, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of locks.
pub async fn insert_locks(tx: &mut WorldTx, rows: &[Lock]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.subscription_id,
            row.status,
            row.locked_at.as_millis(),
            row.expires_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO membership_locks (id, user_id, brand_id, subscription_id, status, locked_at, expires_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 FROM jsonb_each(?1)",
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
    tier: String,
    state: String,
    subscription_id: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn read(self) -> Result<Membership, StoreError> {
        Ok(Membership {
            state: row::word(&self.state, "memberships", "state", &self.id)?,
            id: self.id.into(),
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            tier: self.tier,
            subscription_id: self.subscription_id.map(Into::into),
            created_at: row::at(self.created_at),
            updated_at: row::at(self.updated_at),
        })
    }
}

/// One membership of a brand.
pub async fn get(
    connection: &mut SqliteConnection,
    brand: &str,
    id: &str,
) -> Result<Option<Membership>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, user_id, brand_id, tier, state, subscription_id, created_at, updated_at
         FROM memberships WHERE id = ?1 AND brand_id = ?2",
        id,
        brand
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// A persona's membership.
pub async fn of_user(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Option<Membership>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        Row,
        "SELECT id, user_id, brand_id, tier, state, subscription_id, created_at, updated_at
         FROM memberships WHERE user_id = ?1",
        user
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// A membership's history, oldest first.
pub async fn transitions(
    connection: &mut SqliteConnection,
    membership: &MembershipId,
) -> Result<Vec<Transition>, StoreError> {
    let membership = membership.as_str();
    let rows = sqlx::query!(
        r#"SELECT membership_id, position AS "position: u32", user_id, brand_id, from_state, to_state, trigger, reason,
                  created_at
           FROM membership_transitions WHERE membership_id = ?1 ORDER BY position"#,
        membership
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            const TABLE: &str = "membership_transitions";
            Ok(Transition {
                from_state: row::word(&row.from_state, TABLE, "from_state", &row.membership_id)?,
                to_state: row::word(&row.to_state, TABLE, "to_state", &row.membership_id)?,
                membership_id: row.membership_id.into(),
                position: row.position,
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                trigger: row.trigger,
                reason: row.reason,
                created_at: row::at(row.created_at),
            })
        })
        .collect()
}

/// A persona's locks, newest first.
pub async fn locks(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Lock>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        "SELECT id, user_id, brand_id, subscription_id, status, locked_at, expires_at
         FROM membership_locks WHERE user_id = ?1 ORDER BY locked_at DESC, id DESC",
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Lock {
                status: row::word(&row.status, "membership_locks", "status", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                subscription_id: row.subscription_id.into(),
                locked_at: row::at(row.locked_at),
                expires_at: row::at(row.expires_at),
            })
        })
        .collect()
}
