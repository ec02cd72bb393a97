//! A trace summed up: how it began, whose it is, what happened, how it stands.

use std::collections::HashMap;

use connect_core::Timestamp;
use connect_core::domain::filter::{Condition, Filter, Flag};
use connect_core::id::{ClientId, UserId};
use connect_rpc::trace::{TraceBegan, TraceOutcome, TraceSummary};
use connect_store::interactions;
use connect_store::journal::{self, Entry, JournalFilter};
use connect_store::traffic::{ExchangeSummary, Part, TrafficQuery};

use super::super::{Answer, broken};
use super::steps;
use crate::App;

/// Most rows of each kind that are read of a trace.
const MOST: u32 = 500;

/// The newest rows of a trace, oldest first.
#[derive(Default)]
struct Rows {
    entries: Vec<Entry>,
    exchanges: Vec<ExchangeSummary>,
    /// How many exchanges there are.
    matching: i64,
    /// The very first of each kind, which may not be among those read.
    first_entry: Option<Entry>,
    first_exchange: Option<ExchangeSummary>,
}

/// Each of the traces in a few words; none when nothing is left of it, or nothing that is worth telling.
pub(super) async fn of(app: &App, traces: &[String]) -> Answer<Vec<Option<TraceSummary>>> {
    let mut told = Vec::with_capacity(traces.len());
    for (trace, rows) in traces.iter().zip(read(app, traces).await?) {
        told.push(sum_up(app, trace, rows).await?);
    }
    Ok(told)
}

async fn sum_up(app: &App, trace: &str, rows: Rows) -> Answer<Option<TraceSummary>> {
    if !is_worth_telling(&rows) {
        return Ok(None);
    }
    let (Some((started_at, started_wall)), Some((last_at, last_wall))) =
        (began_at(&rows), last(&rows))
    else {
        return Ok(None);
    };
    let (client_id, user_id) = whose(&rows);
    let client = match &client_id {
        Some(id) => app.0.world.client(&ClientId::from_text(id)).await,
        None => Ok(None),
    };
    let person = match &user_id {
        Some(id) => app.0.world.person(&UserId::from_text(id)).await,
        None => Ok(None),
    };
    let (refusals, findings) = counts(app, trace, &rows).await?;
    let (steps, steps_cut) = steps::of(&rows.entries, &rows.exchanges);
    let (outcome, refused_by) = outcome(app, trace, &rows).await?;
    Ok(Some(TraceSummary {
        trace: trace.to_owned(),
        began: began(&rows),
        client_name: client.map_err(broken)?.map(|it| it.client.name.clone()),
        client_id,
        user_name: person.map_err(broken)?.map(|it| it.name.clone()),
        user_id,
        started_at,
        started_wall,
        last_at,
        last_wall,
        words: steps::in_words(&steps, steps_cut),
        steps,
        steps_cut,
        outcome,
        outcome_words: in_words(outcome, refused_by.as_deref()),
        refused_by,
        exchanges: rows.matching,
        refusals,
        findings,
        last_exchange: rows.exchanges.last().map(|exchange| exchange.seq),
        last_entry: last_entry(&rows).map(|entry| entry.seq.0),
    }))
}

async fn read(app: &App, traces: &[String]) -> Answer<Vec<Rows>> {
    let mut all: Vec<Rows> = traces.iter().map(|_| Rows::default()).collect();
    let places = traces.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(place, it)| (it.as_str(), place)).collect();
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let entries = journal::newest_of_traces(&mut reading, traces, MOST).await;
    for entry in entries.map_err(broken)? {
        if let Some(place) = places.get(entry.trace.as_str()) {
            all[*place].entries.push(entry);
        }
    }
    let exchanges = app.0.traffic.newest_of_traces(traces, MOST).await;
    for exchange in exchanges.map_err(broken)? {
        if let Some(place) = places.get(exchange.trace.as_str()) {
            all[*place].exchanges.push(exchange);
        }
    }
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    for (trace, rows) in traces.iter().zip(&mut all) {
        rows.first_entry = if rows.entries.len() < most {
            rows.entries.first().cloned()
        } else {
            let filter = JournalFilter {
                trace: Some(trace.clone()),
                ..JournalFilter::default()
            };
            let oldest = journal::list(&mut reading, &filter, false, 1).await;
            oldest.map_err(broken)?.into_iter().next()
        };
        if rows.exchanges.len() < most {
            rows.first_exchange = rows.exchanges.first().cloned();
            rows.matching = i64::try_from(rows.exchanges.len()).unwrap_or(i64::MAX);
        } else {
            let query = TrafficQuery::of_trace(trace);
            let oldest = Part {
                oldest_first: true,
                limit: 1,
                ..Part::default()
            };
            let oldest = app.0.traffic.rows(&query, oldest).await;
            rows.first_exchange = oldest.map_err(broken)?.into_iter().next();
            let extent = app.0.traffic.extent(&query).await;
            rows.matching = extent.map_err(broken)?.exchanges;
        }
    }
    Ok(all)
}

/// Whether an entry is somebody's doing.
pub(super) fn is_somebodys(entry: &Entry) -> bool {
    entry.actor_type != "system"
}

/// Whether an exchange is more than a picture of a page.
pub(super) fn is_more_than_a_picture(exchange: &ExchangeSummary) -> bool {
    exchange.operation.as_deref() != Some("asset")
}

fn is_worth_telling(rows: &Rows) -> bool {
    rows.exchanges.iter().any(is_more_than_a_picture) || rows.entries.iter().any(is_somebodys)
}

fn began_at(rows: &Rows) -> Option<(Timestamp, Timestamp)> {
    let entry = rows.first_entry.as_ref().map(|it| (it.at, it.wall));
    let exchange = rows.first_exchange.as_ref().map(|it| (it.at, it.wall));
    entry
        .into_iter()
        .chain(exchange)
        .min_by_key(|(_, wall)| *wall)
}

fn last_entry(rows: &Rows) -> Option<&Entry> {
    rows.entries.iter().rfind(|entry| is_somebodys(entry))
}

fn last(rows: &Rows) -> Option<(Timestamp, Timestamp)> {
    let entry = last_entry(rows).map(|it| (it.at, it.wall));
    let exchange = rows.exchanges.last().map(|it| (it.at, it.wall));
    entry
        .into_iter()
        .chain(exchange)
        .max_by_key(|(_, wall)| *wall)
}

fn began(rows: &Rows) -> TraceBegan {
    let operation = rows
        .first_exchange
        .as_ref()
        .and_then(|exchange| exchange.operation.as_deref());
    let first = rows.first_entry.as_ref();
    let kind = first.map(|entry| entry.kind.as_str());
    if operation == Some("authorize") || kind == Some("authorization.started") {
        TraceBegan::Authorize
    } else if operation == Some("machine_token") || kind == Some("m2m_token.issued") {
        TraceBegan::Machine
    } else if first.is_some_and(|entry| entry.actor_type == "console") {
        TraceBegan::Console
    } else {
        TraceBegan::Other
    }
}

/// The app and the persona, wherever they are named.
fn whose(rows: &Rows) -> (Option<String>, Option<String>) {
    let named = |member: &str, prefix: &str, actor: &str| {
        rows.entries.iter().find_map(|entry| {
            let in_detail = entry.detail[member].as_str().map(str::to_owned);
            let is_subject = entry.subject.starts_with(prefix);
            let is_actor = entry.actor_type == actor;
            in_detail
                .or_else(|| is_subject.then(|| entry.subject.clone()))
                .or_else(|| entry.actor_id.clone().filter(|_| is_actor))
        })
    };
    let client = rows.exchanges.iter().find_map(|it| it.client_id.clone());
    let user = rows.exchanges.iter().find_map(|it| it.user_id.clone());
    (
        client.or_else(|| named("client_id", "client_", "client")),
        user.or_else(|| named("user_id", "user_", "user")),
    )
}

/// How many exchanges were refused, and how many were accepted with a remark.
async fn counts(app: &App, trace: &str, rows: &Rows) -> Answer<(i64, i64)> {
    let read = i64::try_from(rows.exchanges.len()).unwrap_or(i64::MAX);
    if rows.matching <= read {
        let count = |is: fn(&ExchangeSummary) -> bool| {
            let found = rows
                .exchanges
                .iter()
                .filter(|exchange| is(exchange))
                .count();
            i64::try_from(found).unwrap_or(i64::MAX)
        };
        return Ok((
            count(|exchange| exchange.refused_by.is_some()),
            count(|exchange| exchange.findings > 0),
        ));
    }
    let mut found = [0; 2];
    for (place, flag) in [Flag::Refused, Flag::Finding].into_iter().enumerate() {
        let of_trace = TrafficQuery::of_trace(trace);
        let query = TrafficQuery {
            filter: of_trace.filter.and(Filter::One(Condition::Is(flag))),
            ..TrafficQuery::default()
        };
        found[place] = app
            .0
            .traffic
            .extent(&query)
            .await
            .map_err(broken)?
            .exchanges;
    }
    Ok((found[0], found[1]))
}

async fn outcome(app: &App, trace: &str, rows: &Rows) -> Answer<(TraceOutcome, Option<String>)> {
    let last_of = |kinds: &[&str]| {
        let found = rows
            .entries
            .iter()
            .rfind(|it| kinds.contains(&it.kind.as_str()));
        found.map(|entry| entry.kind.as_str())
    };
    let answered = last_of(&["authorization.denied", "code.issued"]);
    if answered == Some("authorization.denied") {
        return Ok((TraceOutcome::Denied, None));
    }
    let last = rows
        .exchanges
        .iter()
        .rfind(|exchange| is_more_than_a_picture(exchange));
    if let Some(check) = last.and_then(|exchange| exchange.refused_by.clone()) {
        return Ok((TraceOutcome::Refused, Some(check)));
    }
    if last_of(&["grant.revoked", "code.issued"]) == Some("grant.revoked") {
        return Ok((TraceOutcome::Revoked, None));
    }
    if answered.is_none() && last_of(&["authorization.started"]).is_some() {
        let mut reading = app.0.world.read().await.map_err(broken)?;
        let waiting = interactions::is_waiting(&mut reading, trace, app.0.env.now())
            .await
            .map_err(broken)?;
        let outcome = if waiting {
            TraceOutcome::Waiting
        } else {
            TraceOutcome::Abandoned
        };
        return Ok((outcome, None));
    }
    Ok((TraceOutcome::Completed, None))
}

fn in_words(outcome: TraceOutcome, refused_by: Option<&str>) -> String {
    match outcome {
        TraceOutcome::Completed => "completed".to_owned(),
        TraceOutcome::Refused => format!("refused: {}", refused_by.unwrap_or("unknown")),
        TraceOutcome::Waiting => "waiting for consent".to_owned(),
        TraceOutcome::Abandoned => "nobody answered".to_owned(),
        TraceOutcome::Denied => "denied".to_owned(),
        TraceOutcome::Revoked => "access revoked".to_owned(),
    }
}
