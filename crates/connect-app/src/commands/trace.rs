//! `trace_*`: what belongs together, and what it is linked with by causes.

mod list;
mod steps;
mod summary;

use std::collections::BTreeSet;

use connect_core::domain::journal::Seq;
use connect_rpc::trace as rpc;
use connect_store::journal::{self, JournalFilter};
use connect_store::traffic::{Part, TrafficQuery};

pub(super) use self::list::list;
use super::{Answer, MOST, broken, not_found, traffic};
use crate::App;

pub(super) async fn get(app: &App, request: rpc::GetTrace) -> Answer<rpc::Trace> {
    traffic::settle(app).await?;
    let filter = JournalFilter {
        trace: Some(request.trace.clone()),
        ..JournalFilter::default()
    };
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let entries = journal::list(&mut connection, &filter, false, MOST)
        .await
        .map_err(broken)?;
    let oldest = Part {
        oldest_first: true,
        limit: MOST,
        ..Part::default()
    };
    let exchanges = app
        .0
        .traffic
        .rows(&TrafficQuery::of_trace(&request.trace), oldest)
        .await
        .map_err(broken)?;
    if entries.is_empty() && exchanges.is_empty() {
        return Err(not_found(
            "trace",
            &request.trace,
            "journal_list or traffic_list",
        ));
    }
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let truncated = entries.len() >= most || exchanges.len() >= most;
    let own: BTreeSet<Seq> = entries.iter().map(|entry| entry.seq).collect();
    let mut caused_by = BTreeSet::new();
    let outside: BTreeSet<Seq> = entries
        .iter()
        .filter_map(|entry| entry.cause)
        .chain(exchanges.iter().filter_map(|exchange| exchange.cause))
        .filter(|cause| !own.contains(cause))
        .collect();
    for seq in outside {
        let cause = journal::get(&mut connection, seq).await.map_err(broken)?;
        caused_by.extend(
            cause
                .map(|entry| entry.trace)
                .filter(|trace| *trace != request.trace),
        );
    }
    let led_to = journal::traces_led_to(&mut connection, &request.trace)
        .await
        .map_err(broken)?;
    Ok(rpc::Trace {
        trace: request.trace,
        entries: entries.into_iter().map(super::journal::view).collect(),
        exchanges: exchanges.into_iter().map(traffic::summary).collect(),
        caused_by: caused_by.into_iter().collect(),
        led_to,
        truncated,
    })
}
