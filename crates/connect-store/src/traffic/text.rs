//! Full text: an index that is filled in quiet moments, and a search that looks through what is not in it yet as well.

use std::collections::HashMap;

use connect_core::domain::filter::{Condition, Filter};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::or_rolled_back;
use super::words::{self, SEARCHED};
use crate::error::StoreError;

/// Most exchanges that are indexed at a time, so that recording never waits long.
const PIECE: i64 = 128;
/// About as many bytes at a time.
const PIECE_BYTES: usize = 512 * 1024;

/// Puts the words of a few exchanges behind `up_to` into the index; answers up to where it now reaches. `last` is the
/// last place that was given.
pub(super) async fn index_piece(
    connection: &mut SqliteConnection,
    up_to: i64,
    last: i64,
) -> Result<i64, StoreError> {
    let mut rows: Vec<Value> = Vec::new();
    let (mut reached, mut bytes, mut seen) = (up_to, 0, 0);
    {
        let mut found = stored_after(connection, up_to, PIECE);
        while let Some(row) = found.try_next().await? {
            reached = row.seq;
            seen += 1;
            bytes += row.request.len() + row.response.len();
            let (request, response) = row.words();
            if !request.is_empty() || !response.is_empty() {
                rows.push(json!([row.seq, request, response]));
            }
            if bytes >= PIECE_BYTES {
                break;
            }
        }
    }
    if seen < PIECE && bytes < PIECE_BYTES {
        reached = last;
    }
    let rows = Value::Array(rows).to_string();
    let written = sqlx::query!(
        "BEGIN IMMEDIATE;
         INSERT INTO exchange_text (rowid, request, response)
         SELECT value->>0, value->>1, value->>2 FROM jsonb_each(?);
         UPDATE text_index SET up_to = ?;
         COMMIT",
        rows,
        reached
    )
    .execute(&mut *connection)
    .await;
    or_rolled_back(connection, written).await?;
    Ok(reached)
}

/// What a filter looks for in the text.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// For each text the places behind the index where it stands, as a JSON array.
    behind: HashMap<String, String>,
}

impl Searched {
    /// Looks through what the index does not reach yet, for every text of the filter. To be used in the transaction
    /// that then reads the index.
    pub(super) async fn of(
        filter: &Filter,
        connection: &mut SqliteConnection,
    ) -> Result<Self, StoreError> {
        let mut found: Vec<(&str, String, Vec<i64>)> = filter
            .conditions()
            .into_iter()
            .filter_map(|condition| match condition {
                Condition::Text(text) => Some((text.as_str(), words::of(text), Vec::new())),
                _ => None,
            })
            .collect();
        if found.is_empty() {
            return Ok(Self::default());
        }
        let up_to = sqlx::query_scalar!("SELECT up_to FROM text_index")
            .fetch_one(&mut *connection)
            .await?;
        let mut rows = stored_after(connection, up_to, i64::MAX);
        while let Some(row) = rows.try_next().await? {
            let (request, response) = row.words();
            for (_, phrase, places) in &mut found {
                if words::contain(&request, phrase) || words::contain(&response, phrase) {
                    places.push(row.seq);
                }
            }
        }
        let behind = found
            .into_iter()
            .map(|(text, _, places)| (text.to_owned(), json!(places).to_string()))
            .collect();
        Ok(Self { behind })
    }

    /// Places behind the index where `text` stands, as a JSON array.
    pub(super) fn behind(&self, text: &str) -> String {
        self.behind
            .get(text)
            .cloned()
            .unwrap_or_else(|| "[]".to_owned())
    }
}

/// What the index is asked for.
pub(super) fn expression(text: &str) -> String {
    format!("\"{}\" *", words::of(text).trim_start())
}

struct Stored {
    seq: i64,
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Stored {
    fn words(&self) -> (String, String) {
        (
            words::of_message(&self.request),
            words::of_message(&self.response),
        )
    }
}

/// What was kept of the exchanges behind a place, as far as it is searched.
fn stored_after(
    connection: &mut SqliteConnection,
    place: i64,
    most: i64,
) -> futures_util::stream::BoxStream<'_, Result<Stored, sqlx::Error>> {
    const MOST: i64 = SEARCHED as i64;
    sqlx::query_as!(
        Stored,
        r#"SELECT seq, substr(request, 1, ?) AS "request!: Vec<u8>", substr(response, 1, ?) AS "response!: Vec<u8>"
           FROM exchange_bytes WHERE seq > ? ORDER BY seq LIMIT ?"#,
        MOST,
        MOST,
        place,
        most
    )
    .fetch(connection)
}
