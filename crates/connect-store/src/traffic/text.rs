//! Full text: an index that is filled in quiet moments, and a search that looks through what is not in it yet as well.

use connect_core::domain::filter::{Condition, Filter};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

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

/// Where each text of a filter was found: numbered tables of the connection that was asked, in memory. A filter is used
/// for several statements, and what is found takes longer to find than to read.
#[derive(Debug, Default)]
pub(super) struct Searched(Vec<String>);

impl Searched {
    /// Looks for every text of the filter: in the index, and one by one through what it does not reach yet. To be used
    /// in the transaction that then reads the exchanges.
    pub(super) async fn of(
        filter: &Filter,
        connection: &mut SqliteConnection,
    ) -> Result<Self, StoreError> {
        let mut texts: Vec<String> = Vec::new();
        for condition in filter.conditions() {
            if let Condition::Text(text) = condition
                && !texts.contains(text)
            {
                texts.push(text.clone());
            }
        }
        if texts.is_empty() {
            return Ok(Self::default());
        }
        let behind = behind(&texts, connection).await?;
        for (number, (text, behind)) in texts.iter().zip(behind).enumerate() {
            fill(connection, number, &words::of(text), &behind).await?;
        }
        Ok(Self(texts))
    }

    /// Writes the table of the places where `text` stands.
    pub(super) fn push_table(&self, query: &mut QueryBuilder<Sqlite>, text: &str) {
        let number = self.0.iter().position(|known| known == text);
        push_table(query, number.unwrap_or(0));
    }
}

fn push_table(query: &mut QueryBuilder<Sqlite>, number: usize) {
    query.push("temp.found_").push(number);
}

/// Places behind the index where each of the texts stands.
async fn behind(
    texts: &[String],
    connection: &mut SqliteConnection,
) -> Result<Vec<Vec<i64>>, StoreError> {
    let phrases: Vec<String> = texts.iter().map(|text| words::of(text)).collect();
    let mut places = vec![Vec::new(); texts.len()];
    let up_to = sqlx::query_scalar!("SELECT up_to FROM text_index")
        .fetch_one(&mut *connection)
        .await?;
    let mut rows = stored_after(connection, up_to, i64::MAX);
    while let Some(row) = rows.try_next().await? {
        let (request, response) = row.words();
        for (phrase, places) in phrases.iter().zip(&mut places) {
            if words::contain(&request, phrase) || words::contain(&response, phrase) {
                places.push(row.seq);
            }
        }
    }
    Ok(places)
}

/// Fills the table with this number: what the index finds, and the places behind it.
async fn fill(
    connection: &mut SqliteConnection,
    number: usize,
    phrase: &str,
    behind: &[i64],
) -> Result<(), StoreError> {
    let table = |before: &str| {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        push_table(&mut query, number);
        query
    };
    table("CREATE TEMP TABLE IF NOT EXISTS ")
        .push(" (seq INTEGER PRIMARY KEY)")
        .build()
        .execute(&mut *connection)
        .await?;
    table("DELETE FROM ")
        .build()
        .execute(&mut *connection)
        .await?;
    table("INSERT INTO ")
        .push(" SELECT rowid FROM exchange_text WHERE exchange_text MATCH ")
        .push_bind(format!("\"{}\" *", phrase.trim_start()))
        .build()
        .execute(&mut *connection)
        .await?;
    if !behind.is_empty() {
        table("INSERT OR IGNORE INTO ")
            .push(" SELECT value FROM json_each(")
            .push_bind(json!(behind).to_string())
            .push(")")
            .build()
            .execute(connection)
            .await?;
    }
    Ok(())
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
    let searched = i64::try_from(SEARCHED).unwrap_or(i64::MAX);
    sqlx::query_as!(
        Stored,
        r#"SELECT seq, substr(request, 1, ?) AS "request!: Vec<u8>", substr(response, 1, ?) AS "response!: Vec<u8>"
           FROM exchange_bytes WHERE seq > ? ORDER BY seq LIMIT ?"#,
        searched,
        searched,
        place,
        most
    )
    .fetch(connection)
}
