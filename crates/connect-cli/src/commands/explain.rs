//! `connect-sandbox explain`: why an exchange was answered as it was.

use std::path::Path;

use connect_rpc::traffic::{ExchangeRef, Explanation, ListTraffic, TrafficList};
use serde_json::{Value, json};

use super::ask::Sandbox;
use crate::arguments::LAST;
use crate::failure::{self, Failure};
use crate::{explain, output};

pub(super) async fn run(data_dir: &Path, exchange: &str, json: bool) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let exchange = if exchange == LAST {
        newest_refused(&mut sandbox).await?
    } else {
        exchange.to_owned()
    };
    let payload = json!(ExchangeRef { exchange });
    if json {
        let explanation: Value = sandbox.call("traffic_explain", payload).await?;
        return Ok(output::json(&explanation)?);
    }
    let explanation: Explanation = sandbox.get("traffic_explain", payload).await?;
    let data_dir = failure::commands_data_dir(data_dir);
    Ok(output::data(&explain::text(&explanation, &data_dir))?)
}

async fn newest_refused(sandbox: &mut Sandbox) -> Result<String, Failure> {
    let asked = ListTraffic {
        refused: Some(true),
        limit: Some(1),
        ..ListTraffic::default()
    };
    let list: TrafficList = sandbox.get("traffic_list", json!(asked)).await?;
    match list.exchanges.into_iter().next() {
        Some(newest) => Ok(newest.id),
        None => Err(Failure::NotFound(format!(
            "nothing has been refused ({} exchanges are recorded); `connect-sandbox rpc traffic_list` lists them",
            list.total
        ))),
    }
}
