//! `journal_*`.

use connect_core::domain::journal::Seq;
use connect_rpc::journal as rpc;
use connect_store::journal::{self, Entry, JournalFilter};

use super::{Answer, broken, limit, place};
use crate::App;

pub(super) async fn list(app: &App, request: rpc::ListJournal) -> Answer<rpc::JournalList> {
    let filter = JournalFilter {
        trace: request.trace,
        subject: request.subject,
        kind: request.kind,
        cause: request.cause.map(Seq),
        exchange: request.exchange,
        after: request.after.map(Seq),
        before: request.before.map(Seq),
    };
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let entries = journal::list(
        &mut connection,
        &filter,
        !request.oldest_first,
        limit(request.limit),
    )
    .await
    .map_err(broken)?;
    let total = journal::count(&mut connection).await.map_err(broken)?;
    Ok(rpc::JournalList {
        entries: entries.into_iter().map(view).collect(),
        total,
    })
}

/// An entry as the console shows it.
pub(super) fn view(entry: Entry) -> rpc::Entry {
    rpc::Entry {
        seq: place(entry.seq),
        at: entry.at,
        wall: entry.wall,
        kind: entry.kind,
        subject: entry.subject,
        trace: entry.trace,
        cause: entry.cause.map(place),
        exchange: entry.exchange,
        actor_type: entry.actor_type,
        actor_id: entry.actor_id,
        detail: entry.detail,
    }
}
