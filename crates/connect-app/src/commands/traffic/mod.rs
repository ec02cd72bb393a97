//! `traffic_*`: exchanges, and why they were answered as they were.

mod compare;
mod copy;
mod explain;
mod har;
mod list;
mod parts;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::domain::actor::Actor;
use connect_core::domain::journal::Kind;
use connect_core::id::{ExchangeId, TraceId};
use connect_rpc::traffic as rpc;
use connect_rpc::{Done, ErrorCode, RpcError};
use connect_store::StoreError;
use connect_store::traffic::{Exchange, ExchangeSummary, Reveal, RevealError};
use serde_json::{Value, json};

pub(super) use self::compare::compare;
pub(super) use self::copy::{copy_as, written};
pub(super) use self::explain::explain;
pub(super) use self::har::export;
pub(super) use self::list::{filters, list};
pub(super) use self::parts::{get, parts, shown};
use super::{Answer, broken, no_key, not_found, place};
use crate::App;

/// How long a reader waits for what was answered a moment ago.
const PATIENCE: Duration = Duration::from_millis(500);

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
    let revealed = reveal_for(app, &exchange, "shown").await?;
    Ok(rpc::Revealed {
        request_base64: STANDARD.encode(&*revealed.request),
        response_base64: STANDARD.encode(&*revealed.response),
        lost: revealed.lost,
    })
}

/// An exchange's bytes as they were, and the journal says what they were put back for.
async fn reveal_for(app: &App, exchange: &Exchange, how: &'static str) -> Answer<Reveal> {
    let revealed = put_back(app, exchange).await?;
    let trace = TraceId::from_text(&exchange.summary.trace);
    let detail = json!({ "how": how });
    journal_reveal(app, Some(trace), &exchange.summary.id, detail).await?;
    Ok(revealed)
}

async fn put_back(app: &App, exchange: &Exchange) -> Answer<Reveal> {
    let revealed = app.0.traffic.reveal(exchange, &app.0.world, &app.0.vault);
    revealed.await.map_err(|error| match error {
        RevealError::Store(error) => broken(error),
        RevealError::Key(error) => no_key(&error),
    })
}

/// Says in the journal that credentials were put back: into one exchange, in its trace, or into several.
pub(super) async fn journal_reveal(
    app: &App,
    trace: Option<TraceId>,
    subject: &str,
    detail: Value,
) -> Answer<()> {
    let mut origin = app.origin(Actor::Console);
    if let Some(trace) = trace {
        origin.trace = trace;
    }
    let subject = subject.to_owned();
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                tx.journal(&origin, Kind::ExchangeRevealed, &subject, &detail);
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(broken)
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
