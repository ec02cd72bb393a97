//! Walks of the client simulator: kept beside the traffic, sealed whole.
//!
//! The store knows a walk as bytes: what is in it is the simulator's. A sealed value opens only where it was sealed for:
//! its context names table, column and row.

use connect_core::Timestamp;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::oneshot;

use super::Traffic;
use super::writer::Job;
use crate::error::StoreError;
use crate::sealing::{SealError, Sealer};

/// A walk to be written. Plain here, sealed in the file.
pub struct Walk {
    /// `walk_…`.
    pub id: String,
    /// Whether a person wants it to stay.
    pub kept: bool,
    /// When it goes unless it is kept, by the wall clock.
    pub deleted_at: Option<Timestamp>,
    /// When something was last done in it, by the wall clock.
    pub updated_at: Timestamp,
    /// What the list shows.
    pub summary: Vec<u8>,
    /// Everything but the bytes of its exchanges.
    pub document: Vec<u8>,
    /// The bytes of exchanges that are new.
    pub exchanges: Vec<WalkBytes>,
    /// Whether the walk begins with this: one that does not and was deleted meanwhile is not written again.
    pub is_new: bool,
}

/// The bytes of an exchange of a walk.
#[derive(Clone, PartialEq, Eq)]
pub struct WalkBytes {
    /// Its number in the walk.
    pub number: u32,
    /// Sent.
    pub request: Vec<u8>,
    /// Received.
    pub response: Vec<u8>,
}

/// Another server that walks may go to.
pub struct WalkTarget {
    /// Its base URL.
    pub base_url: String,
    /// Since when, by the wall clock.
    pub unlocked_at: Timestamp,
    /// What is remembered for it. Plain here, sealed in the file.
    pub remembered: Vec<u8>,
}

/// Why a walk can't be read.
#[derive(Debug, thiserror::Error)]
pub enum WalkReadError {
    /// The file can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key is not the one it was sealed with.
    #[error("walk {walk} does not open: {source}")]
    Sealed {
        /// Which walk.
        walk: String,
        /// What is wrong.
        source: SealError,
    },
}

/// A change of the walks, carried out by the traffic writer.
pub(super) enum WalkChange {
    Save(Box<SealedWalk>),
    Delete(String),
    DeleteAll,
    SaveTarget {
        base_url: String,
        unlocked_at: i64,
        remembered: Vec<u8>,
    },
    DeleteTarget(String),
}

pub(super) struct SealedWalk {
    id: String,
    is_new: bool,
    kept: bool,
    deleted_at: Option<i64>,
    updated_at: i64,
    summary: Vec<u8>,
    document: Vec<u8>,
    exchanges: Vec<WalkBytes>,
}

impl Traffic {
    /// Writes a walk with its new exchanges, all or nothing; `false` when it was deleted meanwhile. `nonce` gives 24 fresh random bytes each time.
    pub async fn save_walk(
        &self,
        walk: Walk,
        sealer: &Sealer,
        nonce: &mut (dyn FnMut() -> [u8; Sealer::NONCE_LEN] + Send),
    ) -> Result<bool, StoreError> {
        let id = walk.id;
        let mut seal = |column: &str, plain: &[u8]| {
            sealer.seal(plain, context(&id, column).as_bytes(), nonce())
        };
        let exchanges = walk.exchanges.into_iter().map(|it| WalkBytes {
            number: it.number,
            request: seal(&format!("request {}", it.number), &it.request),
            response: seal(&format!("response {}", it.number), &it.response),
        });
        let exchanges = exchanges.collect();
        let sealed = SealedWalk {
            is_new: walk.is_new,
            kept: walk.kept,
            deleted_at: walk.deleted_at.map(Timestamp::as_millis),
            updated_at: walk.updated_at.as_millis(),
            summary: seal("summary", &walk.summary),
            document: seal("document", &walk.document),
            exchanges,
            id: id.clone(),
        };
        self.change_walks(WalkChange::Save(Box::new(sealed))).await
    }

    /// The summaries of all walks with their ids, the last used first, or why one does not open.
    pub async fn walks(
        &self,
        sealer: &Sealer,
    ) -> Result<Vec<(String, Result<Vec<u8>, WalkReadError>)>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let rows = sqlx::query!("SELECT id, summary FROM walks ORDER BY updated_at DESC, id DESC")
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let opened = open(sealer, &row.id, "summary", &row.summary);
                (row.id, opened)
            })
            .collect())
    }

    /// A walk's document; none when there is no such walk.
    pub async fn walk(&self, id: &str, sealer: &Sealer) -> Result<Option<Vec<u8>>, WalkReadError> {
        let mut connection = self.readers().acquire().await.map_err(StoreError::from)?;
        let document = sqlx::query_scalar!("SELECT document FROM walks WHERE id = ?", id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::from)?;
        let document = document.map(|sealed| open(sealer, id, "document", &sealed));
        document.transpose()
    }

    /// The bytes of an exchange of a walk; none when there is no such exchange.
    pub async fn walk_bytes(
        &self,
        id: &str,
        number: u32,
        sealer: &Sealer,
    ) -> Result<Option<WalkBytes>, WalkReadError> {
        let mut connection = self.readers().acquire().await.map_err(StoreError::from)?;
        let row = sqlx::query!(
            "SELECT request, response FROM walk_exchanges WHERE walk = ? AND number = ?",
            id,
            number
        )
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::from)?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(WalkBytes {
            number,
            request: open(sealer, id, &format!("request {number}"), &row.request)?,
            response: open(sealer, id, &format!("response {number}"), &row.response)?,
        }))
    }

    /// Removes a walk with its bytes; `false` when there is none.
    pub async fn delete_walk(&self, id: &str) -> Result<bool, StoreError> {
        self.change_walks(WalkChange::Delete(id.to_owned())).await
    }

    /// Removes every walk, kept ones too, and what is remembered of other servers.
    pub async fn delete_walks(&self) -> Result<(), StoreError> {
        self.change_walks(WalkChange::DeleteAll).await?;
        Ok(())
    }

    /// Other servers that walks may go to, by base URL. One whose memory was sealed with a key that is gone is locked again.
    pub async fn walk_targets(&self, sealer: &Sealer) -> Result<Vec<WalkTarget>, WalkReadError> {
        let mut connection = self.readers().acquire().await.map_err(StoreError::from)?;
        let rows = sqlx::query!(
            "SELECT base_url, unlocked_at, remembered FROM walk_targets ORDER BY base_url"
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::from)?;
        let mut targets = Vec::with_capacity(rows.len());
        for row in rows {
            match open(sealer, &row.base_url, "target", &row.remembered) {
                Ok(remembered) => targets.push(WalkTarget {
                    remembered,
                    base_url: row.base_url,
                    unlocked_at: Timestamp::from_millis(row.unlocked_at),
                }),
                Err(error) => tracing::warn!(%error, "what was remembered of a server is lost"),
            }
        }
        Ok(targets)
    }

    /// Lets walks go to another server.
    pub async fn save_walk_target(
        &self,
        target: WalkTarget,
        sealer: &Sealer,
        nonce: [u8; Sealer::NONCE_LEN],
    ) -> Result<(), StoreError> {
        let context = context(&target.base_url, "target");
        let remembered = sealer.seal(&target.remembered, context.as_bytes(), nonce);
        self.change_walks(WalkChange::SaveTarget {
            base_url: target.base_url,
            unlocked_at: target.unlocked_at.as_millis(),
            remembered,
        })
        .await?;
        Ok(())
    }

    /// Takes that back; `false` when it was not so.
    pub async fn delete_walk_target(&self, base_url: &str) -> Result<bool, StoreError> {
        self.change_walks(WalkChange::DeleteTarget(base_url.to_owned()))
            .await
    }

    async fn change_walks(&self, change: WalkChange) -> Result<bool, StoreError> {
        let (done, changed) = oneshot::channel();
        self.0.writer.send(Job::Walks(change, done)).await?;
        changed.await.map_err(|_| StoreError::Closing)?
    }
}

fn context(row: &str, column: &str) -> String {
    format!("walks.{column}:{row}")
}

fn open(sealer: &Sealer, id: &str, column: &str, sealed: &[u8]) -> Result<Vec<u8>, WalkReadError> {
    let opened = sealer.open(sealed, context(id, column).as_bytes());
    opened
        .map(|plain| plain.to_vec())
        .map_err(|source| WalkReadError::Sealed {
            walk: id.to_owned(),
            source,
        })
}

/// Carries out a change; whether there was something to change.
pub(super) async fn change(
    connection: &mut SqliteConnection,
    change: WalkChange,
) -> Result<bool, StoreError> {
    let mut tx = connection.begin().await?;
    let rows = match change {
        WalkChange::Save(walk) => save(&mut tx, *walk).await?,
        WalkChange::Delete(id) => {
            sqlx::query!("DELETE FROM walk_exchanges WHERE walk = ?", id)
                .execute(&mut *tx)
                .await?;
            sqlx::query!("DELETE FROM walks WHERE id = ?", id)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        }
        WalkChange::DeleteAll => {
            sqlx::query!("DELETE FROM walk_exchanges")
                .execute(&mut *tx)
                .await?;
            sqlx::query!("DELETE FROM walk_targets")
                .execute(&mut *tx)
                .await?;
            sqlx::query!("DELETE FROM walks")
                .execute(&mut *tx)
                .await?
                .rows_affected()
        }
        WalkChange::SaveTarget {
            base_url,
            unlocked_at,
            remembered,
        } => sqlx::query!(
            "INSERT OR REPLACE INTO walk_targets (base_url, unlocked_at, remembered) VALUES (?, ?, ?)",
            base_url,
            unlocked_at,
            remembered
        )
        .execute(&mut *tx)
        .await?
        .rows_affected(),
        WalkChange::DeleteTarget(base_url) => {
            sqlx::query!("DELETE FROM walk_targets WHERE base_url = ?", base_url)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        }
    };
    tx.commit().await?;
    Ok(rows > 0)
}

async fn save(connection: &mut SqliteConnection, walk: SealedWalk) -> Result<u64, StoreError> {
    if walk.is_new {
        sqlx::query!(
            "INSERT INTO walks (id, kept, deleted_at, updated_at, summary, document) VALUES (?, ?, ?, ?, ?, ?)",
            walk.id,
            walk.kept,
            walk.deleted_at,
            walk.updated_at,
            walk.summary,
            walk.document
        )
        .execute(&mut *connection)
        .await?;
    } else {
        let there = sqlx::query!(
            "UPDATE walks SET kept = ?, deleted_at = ?, updated_at = ?, summary = ?, document = ? WHERE id = ?",
            walk.kept,
            walk.deleted_at,
            walk.updated_at,
            walk.summary,
            walk.document,
            walk.id
        )
        .execute(&mut *connection)
        .await?;
        if there.rows_affected() == 0 {
            return Ok(0);
        }
    }
    for exchange in walk.exchanges {
        sqlx::query!(
            "INSERT OR REPLACE INTO walk_exchanges (walk, number, request, response) VALUES (?, ?, ?, ?)",
            walk.id,
            exchange.number,
            exchange.request,
            exchange.response
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(1)
}

/// Removes every walk that nobody keeps. How many went.
pub(super) async fn forget_unkept(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let mut tx = connection.begin().await?;
    sqlx::query!("DELETE FROM walk_exchanges WHERE walk IN (SELECT id FROM walks WHERE kept = 0)")
        .execute(&mut *tx)
        .await?;
    let gone = sqlx::query!("DELETE FROM walks WHERE kept = 0")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected())
}

/// Removes what is due: walks whose time is up and that nobody keeps. How many went.
pub(super) async fn forget_due(
    connection: &mut SqliteConnection,
    wall_now_ms: i64,
) -> Result<u64, StoreError> {
    let mut tx = connection.begin().await?;
    sqlx::query!(
        "DELETE FROM walk_exchanges
         WHERE walk IN (SELECT id FROM walks WHERE kept = 0 AND deleted_at <= ?)",
        wall_now_ms
    )
    .execute(&mut *tx)
    .await?;
    let gone = sqlx::query!(
        "DELETE FROM walks WHERE kept = 0 AND deleted_at <= ?",
        wall_now_ms
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(gone.rows_affected())
}
