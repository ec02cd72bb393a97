//! A filter as SQL. Every condition is true or false, never unknown, so that `not` turns it round.

use std::collections::HashMap;

use connect_core::Timestamp;
use connect_core::domain::exchange::COMPLETED;
use connect_core::domain::filter::{Comparing, Condition, Field, Filter, Flag, StatusTest};
use sqlx::{QueryBuilder, Sqlite};

use super::text::Searched;

/// What a filter's words stand for at the moment it is used.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    /// Sandbox time.
    pub now: Timestamp,
    /// Ids of the apps that are meant by what stands behind `app:`; what is not here is an id itself.
    pub apps: HashMap<String, Vec<String>>,
    /// Ids of the personas that are meant by what stands behind `user:`; what is not here is an id itself.
    pub people: HashMap<String, Vec<String>>,
}

/// Writes the conditions of `filter` behind a `WHERE`.
pub(super) fn push(
    query: &mut QueryBuilder<Sqlite>,
    filter: &Filter,
    meaning: &Meaning,
    searched: &Searched,
) {
    group(query, filter, meaning, searched, false);
}

fn group(
    query: &mut QueryBuilder<Sqlite>,
    filter: &Filter,
    meaning: &Meaning,
    searched: &Searched,
    in_choice: bool,
) {
    let (parts, word) = match filter {
        Filter::Everything => {
            query.push("true");
            return;
        }
        Filter::One(condition) => return one(query, condition, meaning, searched, in_choice),
        Filter::Not(inner) => {
            query.push("NOT (");
            group(query, inner, meaning, searched, true);
            query.push(")");
            return;
        }
        Filter::All(parts) => (parts, " AND "),
        Filter::Any(parts) => (parts, " OR "),
    };
    for (index, part) in parts.iter().enumerate() {
        query.push(if index > 0 { word } else { "(" });
        let in_choice = in_choice || matches!(filter, Filter::Any(_));
        group(query, part, meaning, searched, in_choice);
    }
    query.push(")");
}

fn one(
    query: &mut QueryBuilder<Sqlite>,
    condition: &Condition,
    meaning: &Meaning,
    searched: &Searched,
    in_choice: bool,
) {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    match condition {
        Condition::Text(text) => {
            // A choice of several is walked through once: putting together what each finds takes longer.
            query.push(if in_choice { "+seq IN " } else { "seq IN " });
            searched.push_table(query, text);
        }
        Condition::Status(StatusTest::Missing) | Condition::Is(Flag::Open) => {
            query.push("status IS NULL");
        }
        Condition::Status(StatusTest::Class(class)) => {
            query
                .push("ifnull(status, 0) / 100 = ")
                .push_bind(i64::from(*class));
        }
        Condition::Status(StatusTest::Is(comparison, status)) => {
            query
                .push("(status IS NOT NULL AND status ")
                .push(comparison.as_str())
                .push(" ")
                .push_bind(i64::from(*status))
                .push(")");
        }
        Condition::Word(Field::App, value) => ids(query, "client_id", &meaning.apps, value),
        Condition::Word(Field::User, value) => ids(query, "user_id", &meaning.people, value),
        Condition::Word(field, value) => word(query, *field, value),
        Condition::Took(comparison, micros) => {
            query
                .push("done_us ")
                .push(comparison.as_str())
                .push(" ")
                .push_bind(number(*micros));
        }
        Condition::Size(comparison, bytes) => {
            query
                .push("request_len + response_len ")
                .push(comparison.as_str())
                .push(" ")
                .push_bind(number(*bytes));
        }
        Condition::Before(when) => {
            let moment = when.at(meaning.now).as_millis();
            query.push("at < ").push_bind(moment);
        }
        Condition::After(when) => {
            let moment = when.at(meaning.now).as_millis();
            query.push("at >= ").push_bind(moment);
        }
        Condition::Is(Flag::Refused) => {
            query.push("refused_by IS NOT NULL");
        }
        Condition::Is(Flag::Pinned) => {
            query.push("pinned = 1");
        }
        Condition::Is(Flag::Finding) => {
            query.push("findings > 0");
        }
        Condition::Is(Flag::Failed) => {
            query
                .push("(ifnull(status, 500) >= 500 OR ended <> ")
                .push_bind(COMPLETED)
                .push(")");
        }
    }
}

/// One of the ids that are meant.
fn ids(
    query: &mut QueryBuilder<Sqlite>,
    column: &'static str,
    meant: &HashMap<String, Vec<String>>,
    value: &str,
) {
    let itself = [value.to_owned()];
    let ids = meant.get(value).map_or(itself.as_slice(), Vec::as_slice);
    query.push("ifnull(").push(column).push(" IN (");
    let mut listed = query.separated(", ");
    for id in ids {
        listed.push_bind(id.clone());
    }
    query.push("), 0)");
}

fn word(query: &mut QueryBuilder<Sqlite>, field: Field, value: &str) {
    let column = match field {
        Field::Method => "method",
        Field::Target => "target",
        Field::Host => "host",
        Field::Service => "service",
        Field::Operation => "operation",
        Field::Grant => "grant_id",
        Field::Trace => "trace",
        Field::Exchange => "id",
        Field::Check => "refused_by",
        Field::Error => "error",
        Field::Listener => "listener",
        Field::Ended => "ended",
        // Conditions of their own; as a word they hold for nothing.
        Field::Status
        | Field::App
        | Field::User
        | Field::Took
        | Field::Size
        | Field::Before
        | Field::After
        | Field::Is => {
            query.push("false");
            return;
        }
    };
    match field.comparing() {
        Comparing::Contains => {
            query
                .push(column)
                .push(" LIKE ")
                .push_bind(format!("%{}%", escaped(value)))
                .push(" ESCAPE '\\'");
        }
        Comparing::Exact => {
            query.push(column).push(" IS ").push_bind(value.to_owned());
        }
        Comparing::Word | Comparing::Named | Comparing::Special => {
            query
                .push("ifnull(")
                .push(column)
                .push(", '') = ")
                .push_bind(value.to_owned())
                .push(" COLLATE NOCASE");
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
