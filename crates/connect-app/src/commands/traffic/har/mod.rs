//! Exchanges as a file: HAR 1.2, without credentials unless they are asked for.

mod entry;
mod redact;

use std::collections::HashSet;
use std::fmt::Write as _;

use connect_rpc::traffic as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_store::traffic::{Exchange, Extent, Part, TrafficQuery};
use serde_json::json;

use self::redact::Redaction;
use super::list::read;
use super::{find, journal_reveal, put_back, settle};
use crate::App;
use crate::commands::{Answer, MOST, broken};

/// Most exchanges in a file.
const MOST_EXCHANGES: u32 = MOST;
/// Most bytes of requests and answers in a file.
const MOST_BYTES: i64 = 16 * 1024 * 1024;

pub(crate) async fn export(app: &App, request: rpc::ExportTraffic) -> Answer<rpc::ExportedTraffic> {
    let rpc::ExportFormat::Har = request.format.unwrap_or(rpc::ExportFormat::Har);
    let exchanges = wanted(app, &request).await?;
    let mut redaction = Redaction::new(app.0.env.random());
    let (mut entries, mut left_out, mut lost) = (Vec::new(), 0, 0);
    for exchange in &exchanges {
        let entry = if request.with_credentials {
            let revealed = put_back(app, exchange).await?;
            lost += revealed.lost;
            entry::of(exchange, &revealed.request, &revealed.response, None)
        } else {
            let (request, response) = redaction.messages(exchange);
            entry::of(exchange, &request, &response, Some(&mut redaction))
        };
        match entry {
            Some(entry) => entries.push(entry),
            None => left_out += 1,
        }
    }
    if request.with_credentials {
        let detail = json!({ "how": "har", "exchanges": entries.len() });
        journal_reveal(app, None, app.0.workspace.as_str(), detail).await?;
    }
    let written = entries.len();
    let redacted = redaction.told();
    let har = json!({ "log": {
        "version": "1.2",
        "creator": { "name": "Connect Console", "version": env!("CARGO_PKG_VERSION") },
        "entries": entries,
        "comment": comment(request.with_credentials, left_out),
        "_redacted": redacted.iter().map(|one| json!({ "what": one.what, "places": one.places })).collect::<Vec<_>>(),
    } });
    if !request.with_credentials {
        redaction.scan(&har).map_err(|place| {
            RpcError::new(
                ErrorCode::Internal,
                "what was to be exported still held something that looks like a credential, so nothing is handed out; please report this",
            )
            .with(json!({ "place": place }))
        })?;
    }
    let day = app.0.env.wall_now().to_string();
    Ok(rpc::ExportedTraffic {
        har,
        file_name: format!("connect-sandbox-{}.har", &day[..day.len().min(10)]),
        exchanges: written,
        left_out,
        redacted,
        lost,
    })
}

fn comment(with_credentials: bool, left_out: usize) -> String {
    let mut comment = if with_credentials {
        "This file holds working credentials: keep it to yourself.".to_owned()
    } else {
        "Credentials and cookies were replaced by placeholders such as [access_token.1a2b3c4d5e]: equal ones stand for \
         equal values within this file, and for nothing outside it. Bodies that are no plain text were left out. What \
         else was sent, health data of personas too, is as it was."
            .to_owned()
    };
    if left_out > 0 {
        let _ = write!(
            comment,
            " {left_out} exchanges in which nothing was a request were left out."
        );
    }
    comment
}

/// The exchanges that were asked for, oldest first.
async fn wanted(app: &App, request: &rpc::ExportTraffic) -> Answer<Vec<Exchange>> {
    let ids: Vec<String> = match (&request.query, &request.exchanges) {
        (Some(_), Some(_)) => {
            return Err(RpcError::new(
                ErrorCode::BadRequest,
                "give `query` or `exchanges`, not both",
            ));
        }
        (None, Some(ids)) => {
            let mut seen = HashSet::new();
            ids.iter().filter(|id| seen.insert(*id)).cloned().collect()
        }
        (query, None) => {
            settle(app).await?;
            let query = read(app, query.as_deref().unwrap_or_default()).await?;
            let extent = app.0.traffic.extent(&query).await.map_err(broken)?;
            fits(extent)?;
            of_query(app, &query).await?
        }
    };
    let mut extent = Extent {
        exchanges: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        bytes: 0,
    };
    fits(extent)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in &ids {
        let exchange = find(app, id).await?;
        let bytes = exchange.request.len() + exchange.response.len();
        extent.bytes += i64::try_from(bytes).unwrap_or(i64::MAX);
        fits(extent)?;
        found.push(exchange);
    }
    // Places are given when an exchange is done; a file is in the order in which they began.
    found.sort_by_key(|exchange| (exchange.summary.wall, exchange.summary.seq));
    Ok(found)
}

async fn of_query(app: &App, query: &TrafficQuery) -> Answer<Vec<String>> {
    let part = Part {
        oldest_first: true,
        limit: MOST_EXCHANGES,
        ..Part::default()
    };
    let page = app.0.traffic.list(query, part, None).await;
    let rows = page.map_err(broken)?.rows;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn fits(extent: Extent) -> Answer<()> {
    let Extent { exchanges, bytes } = extent;
    if exchanges <= i64::from(MOST_EXCHANGES) && bytes <= MOST_BYTES {
        return Ok(());
    }
    let most = MOST_BYTES / 1_048_576;
    let message = format!(
        "{exchanges} exchanges of {} MiB are too much for one file, which takes {MOST_EXCHANGES} and {most} MiB; narrow \
         the query, for example with after:10m, app:…, trace:… or size<100kb, or name fewer exchanges",
        bytes.div_euclid(1_048_576) + 1
    );
    Err(RpcError::new(ErrorCode::Conflict, message).with(json!({
        "exchanges": exchanges,
        "bytes": bytes,
        "most_exchanges": MOST_EXCHANGES,
        "most_bytes": MOST_BYTES,
    })))
}
