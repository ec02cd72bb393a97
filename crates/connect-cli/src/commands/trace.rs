//! `connect-sandbox trace`: what belongs together, in order.

use std::path::Path;

use connect_rpc::trace::{GetTrace, ListTraces, Trace, TraceList, TraceSummary};
use connect_rpc::traffic::{ExchangeDetail, ExchangeRef};
use serde_json::{Value, json};

use super::ask::Sandbox;
use crate::arguments::LAST;
use crate::failure::{self, Failure};
use crate::{output, trace};

pub(super) async fn run(data_dir: &Path, named: &str, json: bool) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let (id, summary) = if named == LAST {
        let newest = newest(&mut sandbox).await?;
        (newest.trace.clone(), Some(newest))
    } else if named.starts_with("exchange_") {
        let payload = json!(ExchangeRef {
            exchange: named.to_owned(),
        });
        let detail: ExchangeDetail = sandbox.get("traffic_get", payload).await?;
        (detail.summary.trace, None)
    } else {
        (named.to_owned(), None)
    };
    let payload = json!(GetTrace { trace: id.clone() });
    if json {
        let found: Value = sandbox.call("trace_get", payload).await?;
        return Ok(output::json(&found)?);
    }
    let found: Trace = sandbox.get("trace_get", payload).await?;
    let summary = match summary {
        Some(summary) => Some(summary),
        None => listed(&mut sandbox, Some(id)).await?,
    };
    let data_dir = failure::commands_data_dir(data_dir);
    Ok(output::data(&trace::text(
        &found,
        summary.as_ref(),
        &data_dir,
    ))?)
}

async fn newest(sandbox: &mut Sandbox) -> Result<TraceSummary, Failure> {
    let newest = listed(sandbox, None).await?;
    newest.ok_or_else(|| Failure::NotFound("nothing has happened yet".to_owned()))
}

/// The newest trace that the console lists, or the one with this id.
async fn listed(
    sandbox: &mut Sandbox,
    id: Option<String>,
) -> Result<Option<TraceSummary>, Failure> {
    let asked = ListTraces {
        limit: Some(1),
        query: id,
        ..ListTraces::default()
    };
    let list: TraceList = sandbox.get("trace_list", json!(asked)).await?;
    Ok(list.traces.into_iter().next())
}
