//! `traffic_*`: exchanges, and why they were answered as they were.

mod list;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::id::ExchangeId;
use connect_rpc::traffic as rpc;
use connect_rpc::{Done, ErrorCode, RpcError};
use connect_store::journal::{self, JournalFilter};
use connect_store::traffic::{Exchange, ExchangeSummary, RevealError};
use serde_json::{Value, json};

pub(super) use self::list::{filters, list};
use super::{Answer, MOST, broken, no_key, not_found, place};
use crate::App;

/// How long a reader waits for what was answered a moment ago.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) async fn get(app: &App, request: rpc::ExchangeRef) -> Answer<rpc::ExchangeDetail> {
    let exchange = find(app, &request.exchange).await?;
    Ok(rpc::ExchangeDetail {
        request: String::from_utf8_lossy(&exchange.request).into_owned(),
        response: String::from_utf8_lossy(&exchange.response).into_owned(),
        timing: json!(exchange.timing),
        peer: exchange.peer,
        notes: exchange.notes,
        summary: summary(exchange.summary),
    })
}

pub(super) async fn pin(app: &App, request: rpc::PinExchange) -> Answer<Done> {
    let id = known_id(&request.exchange)?;
    settle(app).await?;
    let found = app.0.traffic.pin(id, request.pinned).await;
    if found.map_err(broken)? {
        Ok(Done::DONE)
    } else {
        Err(no_exchange(&request.exchange))
    }
}

pub(super) async fn reveal(app: &App, request: rpc::ExchangeRef) -> Answer<rpc::Revealed> {
    let exchange = find(app, &request.exchange).await?;
    let revealed = app
        .0
        .traffic
        .reveal(&exchange, &app.0.world, &app.0.vault)
        .await
        .map_err(|error| match error {
            RevealError::Store(error) => broken(error),
            RevealError::Key(error) => no_key(&error),
        })?;
    Ok(rpc::Revealed {
        request_base64: STANDARD.encode(&*revealed.request),
        response_base64: STANDARD.encode(&*revealed.response),
        lost: revealed.lost,
    })
}

pub(super) async fn explain(app: &App, request: rpc::ExchangeRef) -> Answer<rpc::Explanation> {
    let exchange = find(app, &request.exchange).await?;
    let filter = JournalFilter {
        exchange: Some(exchange.summary.id.clone()),
        ..JournalFilter::default()
    };
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let entries = journal::list(&mut connection, &filter, false, MOST)
        .await
        .map_err(broken)?;
    let refusal = explained(&exchange.notes["refusal"]);
    Ok(rpc::Explanation {
        verdict: verdict(&exchange, refusal.as_ref()),
        passed: texts(&exchange.notes["checks"]),
        refusal,
        findings: list_of(&exchange.notes["findings"]),
        facts: list_of(&exchange.notes["facts"]),
        entries: entries.into_iter().map(super::journal::view).collect(),
        summary: summary(exchange.summary),
    })
}

/// Waits until what was answered before this call is recorded, so that a reader always sees their own requests.
pub(super) async fn settle(app: &App) -> Answer<()> {
    // What is still open after that is being answered slowly; it will be listed when it is done.
    let _ = app.0.open.settled(PATIENCE).await;
    app.0.traffic.flush().await.map_err(broken)
}

async fn find(app: &App, id: &str) -> Answer<Exchange> {
    let exchange = known_id(id)?;
    settle(app).await?;
    let found = app.0.traffic.get(&exchange).await.map_err(broken)?;
    found.ok_or_else(|| no_exchange(id))
}

fn known_id(id: &str) -> Answer<ExchangeId> {
    if id.starts_with("exchange_") {
        return Ok(ExchangeId::from_text(id));
    }
    Err(RpcError::new(
        ErrorCode::BadRequest,
        "an exchange is named by its id, which begins with `exchange_`; see traffic_list",
    ))
}

fn no_exchange(id: &str) -> RpcError {
    not_found(
        "exchange",
        id,
        "traffic_list; old exchanges are removed by retention",
    )
}

fn verdict(exchange: &Exchange, refusal: Option<&rpc::ExplainedRefusal>) -> String {
    match (refusal, exchange.summary.status) {
        (Some(refusal), Some(status)) => {
            format!(
                "Refused with {} ({status}) by the check `{}`: {}.",
                refusal.code, refusal.check, refusal.description
            )
        }
        (Some(refusal), None) => format!(
            "Refused by the check `{}`, and the answer was not delivered.",
            refusal.check
        ),
        (None, Some(status)) => format!("Answered with {status}; every check passed."),
        (None, None) => format!("Nothing was answered: {}.", exchange.summary.ended),
    }
}

fn explained(refusal: &Value) -> Option<rpc::ExplainedRefusal> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    refusal.as_object()?;
    let (expected, received) = (text(&refusal["expected"]), text(&refusal["received"]));
    Some(rpc::ExplainedRefusal {
        check: text(&refusal["check"]),
        code: text(&refusal["code"]),
        description: text(&refusal["description"]),
        difference: difference(&expected, &received),
        expected,
        received,
        clause: text(&refusal["clause"]["source"]),
        standing: text(&refusal["clause"]["standing"]),
        fix: text(&refusal["fix"]),
        remedy: (!refusal["remedy"].is_null()).then(|| refusal["remedy"].clone()),
    })
}

/// Where two values of the same kind differ; none when they are sentences rather than values.
fn difference(expected: &str, received: &str) -> Option<rpc::Difference> {
    if expected.is_empty()
        || received.is_empty()
        || expected.contains(' ')
        || received.contains(' ')
    {
        return None;
    }
    let (a, b): (Vec<char>, Vec<char>) = (expected.chars().collect(), received.chars().collect());
    let same_start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let left = a.len().min(b.len()) - same_start;
    let same_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(left)
        .take_while(|(x, y)| x == y)
        .count();
    Some(rpc::Difference {
        same_start,
        same_end,
    })
}

fn texts(value: &Value) -> Vec<String> {
    list_of(value)
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn list_of(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A line of the list.
pub(super) fn summary(row: ExchangeSummary) -> rpc::ExchangeSummary {
    rpc::ExchangeSummary {
        seq: row.seq,
        id: row.id,
        listener: row.listener,
        at: row.at,
        wall: row.wall,
        method: row.method,
        target: row.target,
        host: row.host,
        status: row.status,
        service: row.service,
        operation: row.operation,
        client_id: row.client_id,
        user_id: row.user_id,
        grant_id: row.grant_id,
        trace: row.trace,
        cause: row.cause.map(place),
        refused_by: row.refused_by,
        error: row.error,
        ended: row.ended,
        duration_us: row.duration_us,
        request_len: row.request_len,
        response_len: row.response_len,
        findings: row.findings,
        pinned: row.pinned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_characters_are_found_from_both_ends() {
        let found = difference("http://localhost:3000/cb", "http://localhost:3001/cb");
        assert_eq!(
            found,
            Some(rpc::Difference {
                same_start: 20,
                same_end: 3
            })
        );
        assert_eq!(
            difference("aa", "aaa"),
            Some(rpc::Difference {
                same_start: 2,
                same_end: 0
            })
        );
        assert_eq!(difference("a code", "b"), None);
    }
}
