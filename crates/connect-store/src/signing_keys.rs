//! Keys that sign id_tokens and machine tokens. The public half is plain, the private half sealed.

use connect_core::Timestamp;
use connect_core::domain::app::IdTokenAlg;
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// A signing key.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningKey {
    /// Its id, in JWT headers and in JWKS.
    pub kid: String,
    /// What it signs with.
    pub alg: IdTokenAlg,
    /// The public JWK, as published.
    pub public_jwk: Value,
    /// PKCS#8 DER, sealed with the `kid` as context.
    pub sealed: Vec<u8>,
    /// Whether it signs, or is only published any more.
    pub retired_at: Option<Timestamp>,
    /// When it was made (sandbox time).
    pub created_at: Timestamp,
}

/// Adds a key.
pub async fn insert(tx: &mut WorldTx, key: &SigningKey) -> Result<(), StoreError> {
    let (alg, jwk, created_at) = (
        key.alg.as_str(),
        key.public_jwk.to_string(),
        key.created_at.as_millis(),
    );
    sqlx::query!(
        "INSERT INTO signing_keys (kid, alg, public_jwk, sealed, state, created_at) VALUES (?1, ?2, ?3, ?4, 'active', ?5)",
        key.kid,
        alg,
        jwk,
        key.sealed,
        created_at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Every key, newest first.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<SigningKey>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT kid AS "kid!", alg, public_jwk, sealed, created_at, retired_at FROM signing_keys
           ORDER BY created_at DESC, kid DESC"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = |column| StoreError::Inconsistent {
                table: "signing_keys",
                column,
                row: row.kid.clone(),
            };
            Ok(SigningKey {
                alg: IdTokenAlg::from_word(&row.alg).ok_or_else(|| wrong("alg"))?,
                public_jwk: serde_json::from_str(&row.public_jwk)
                    .map_err(|_| wrong("public_jwk"))?,
                kid: row.kid.clone(),
                sealed: row.sealed,
                created_at: Timestamp::from_millis(row.created_at),
                retired_at: row.retired_at.map(Timestamp::from_millis),
            })
        })
        .collect()
}

/// Stops a key from signing; it stays published.
pub async fn retire(tx: &mut WorldTx, kid: &str, at: Timestamp) -> Result<(), StoreError> {
    let at = at.as_millis();
    sqlx::query!(
        "UPDATE signing_keys SET state = 'retired', retired_at = ?2 WHERE kid = ?1",
        kid,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// When the key that was retired first of those still published was.
pub async fn first_retired(
    connection: &mut SqliteConnection,
) -> Result<Option<Timestamp>, StoreError> {
    let first = sqlx::query_scalar!(
        r#"SELECT MIN(retired_at) AS "first: i64" FROM signing_keys WHERE state = 'retired'"#
    )
    .fetch_one(connection)
    .await?;
    Ok(first.map(Timestamp::from_millis))
}

/// Removes the keys that were retired at `at` or before; gives their ids.
pub async fn remove_retired(tx: &mut WorldTx, at: Timestamp) -> Result<Vec<String>, StoreError> {
    let at = at.as_millis();
    let gone = sqlx::query_scalar!(
        r#"DELETE FROM signing_keys WHERE state = 'retired' AND retired_at <= ?1 RETURNING kid AS "kid!: String""#,
        at
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(gone)
}
