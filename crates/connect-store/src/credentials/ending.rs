//! How credentials end: by a cascade, by themselves, by time.

use connect_core::Timestamp;
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::id::{ClientId, CredentialId, GrantId, TraceId};
use serde_json::json;
use sqlx::SqliteConnection;

use super::json_texts;
use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// A credential that a cascade ended.
struct Ended {
    id: String,
    kind: String,
}

/// Ends every active credential that came from a code (ruling 4). They are looked for among what lives of the code's
/// grant, to which all of them belong.
pub async fn revoke_family(
    tx: &mut WorldTx,
    origin: &Origin,
    root: &CredentialId,
) -> Result<u64, StoreError> {
    let (at, root_id) = (origin.at.sandbox.as_millis(), root.as_str());
    let ended = sqlx::query_as!(
        Ended,
        r#"UPDATE credentials SET state = 'revoked', ended_at = ?1
           WHERE grant_id = (SELECT code.grant_id FROM credentials AS code WHERE code.id = ?2) AND root = ?2
                 AND state = 'active'
           RETURNING id AS "id!", kind"#,
        at,
        root_id
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(journal_ended(tx, origin, &ended, "family"))
}

/// Ends every active credential of a grant.
pub(crate) async fn revoke_of_grant(
    tx: &mut WorldTx,
    origin: &Origin,
    grant: &GrantId,
) -> Result<u64, StoreError> {
    let (at, grant) = (origin.at.sandbox.as_millis(), grant.as_str());
    let ended = sqlx::query_as!(
        Ended,
        r#"UPDATE credentials SET state = 'revoked', ended_at = ?1 WHERE grant_id = ?2 AND state = 'active'
           RETURNING id AS "id!", kind"#,
        at,
        grant
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(journal_ended(tx, origin, &ended, "grant"))
}

/// Ends every active credential of an app, its secrets included.
pub(crate) async fn revoke_of_client(
    tx: &mut WorldTx,
    origin: &Origin,
    client: &ClientId,
) -> Result<u64, StoreError> {
    let (at, client) = (origin.at.sandbox.as_millis(), client.as_str());
    let ended = sqlx::query_as!(
        Ended,
        r#"UPDATE credentials SET state = 'revoked', ended_at = ?1 WHERE client_id = ?2 AND state = 'active'
           RETURNING id AS "id!", kind"#,
        at,
        client
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(journal_ended(tx, origin, &ended, "app"))
}

/// Ends one credential. `false` when it was not active.
pub async fn revoke(
    tx: &mut WorldTx,
    origin: &Origin,
    id: &CredentialId,
) -> Result<bool, StoreError> {
    let (at, id) = (origin.at.sandbox.as_millis(), id.as_str());
    let ended = sqlx::query_as!(
        Ended,
        r#"UPDATE credentials SET state = 'revoked', ended_at = ?1 WHERE id = ?2 AND state = 'active'
           RETURNING id AS "id!", kind"#,
        at,
        id
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(journal_ended(tx, origin, &ended, "itself") > 0)
}

fn journal_ended(tx: &mut WorldTx, origin: &Origin, ended: &[Ended], with: &str) -> u64 {
    for Ended { id, kind } in ended {
        tx.journal(
            origin,
            Kind::CredentialRevoked,
            id,
            &json!({ "kind": kind, "with": with }),
        );
    }
    ended.len() as u64
}

/// Sets when a credential dies: a rotated client secret lives 24 hours more.
pub async fn set_expiry(
    tx: &mut WorldTx,
    id: &CredentialId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, at) = (id.as_str(), at.as_millis());
    sqlx::query!(
        "UPDATE credentials SET expires_at = ?2 WHERE id = ?1",
        id,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The next moment at which a credential dies.
pub async fn next_due(connection: &mut SqliteConnection) -> Result<Option<Timestamp>, StoreError> {
    let next = sqlx::query_scalar!(
        r#"SELECT MIN(expires_at) AS "next: i64" FROM credentials WHERE state = 'active' AND expires_at IS NOT NULL"#
    )
    .fetch_one(connection)
    .await?;
    Ok(next.map(Timestamp::from_millis))
}

/// A credential whose time ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// Its id.
    pub id: CredentialId,
    /// What it is.
    pub kind: String,
    /// When it died (sandbox time).
    pub at: Timestamp,
    /// The app it was given to.
    pub client_id: Option<ClientId>,
}

/// Writes down, in order of time, that credentials died up to `until`; at most `most` of them. Each is journalled at the
/// moment it died, in the trace it was issued in, caused by its issue.
pub async fn expire(
    tx: &mut WorldTx,
    origin: &Origin,
    until: Timestamp,
    most: u32,
) -> Result<Vec<Expired>, StoreError> {
    let (until, most) = (until.as_millis(), i64::from(most));
    let due = sqlx::query!(
        r#"SELECT id AS "id!", kind, client_id, expires_at AS "expires_at!", trace, issued_by FROM credentials
           WHERE state = 'active' AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2"#,
        until,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let ids = json_texts(due.iter().map(|row| row.id.as_str()));
    sqlx::query!(
        "UPDATE credentials SET state = 'expired', ended_at = expires_at WHERE id IN (SELECT value FROM json_each(?1))",
        ids
    )
    .execute(tx.connection())
    .await?;
    let mut expired = Vec::with_capacity(due.len());
    for row in due {
        let at = Timestamp::from_millis(row.expires_at);
        let client_id = row.client_id.map(ClientId::from_text);
        if row.kind == CredentialKind::ClientSecret.as_str()
            && let Some(client) = &client_id
        {
            tx.client_changed(client);
        }
        let of_it = Origin {
            at: connect_core::Moment {
                sandbox: at,
                wall: origin.at.wall,
            },
            trace: TraceId::from_text(row.trace),
            cause: Some(Seq(row.issued_by)),
            ..origin.clone()
        };
        tx.journal(
            &of_it,
            Kind::CredentialExpired,
            &row.id,
            &json!({ "kind": row.kind }),
        );
        expired.push(Expired {
            id: CredentialId::from_text(row.id),
            kind: row.kind,
            at,
            client_id,
        });
    }
    Ok(expired)
}
