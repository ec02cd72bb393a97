//! Reading columns back, and writing many rows with one statement.

use connect_core::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::word::Word;
use crate::error::StoreError;

/// A stored time.
pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A stored JSON column.
pub(super) fn json<T: DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Inconsistent {
        table,
        column,
        row: row.to_owned(),
    })
}

/// A stored word.
pub(super) fn word<T: Word>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: &str,
) -> Result<T, StoreError> {
    T::from_word(text).ok_or_else(|| StoreError::Inconsistent {
        table,
        column,
        row: row.to_owned(),
    })
}

/// A JSON column on its way in.
pub(super) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("lists, maps and JSON values always serialise")
}

/// Rows as one JSON array of arrays, for `INSERT … SELECT … FROM jsonb_each(?)`.
pub(super) fn batch<T>(rows: &[T], columns: impl Fn(&T) -> Value) -> String {
    Value::Array(rows.iter().map(columns).collect()).to_string()
}
