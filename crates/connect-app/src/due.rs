//! What falls due: credentials that expire, scheduled messages, retired signing keys. Visited in order of time, by an
//! advance of the clock or as time passes.

use std::sync::Arc;
use std::time::Duration;

use connect_core::domain::actor::Actor;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::env::ClockState;
use connect_core::{Env, Moment, Timestamp};
use connect_identity::KeyRing;
use connect_rpc::clock::Due;
use connect_services::comms::due as messages;
use connect_store::credentials::Expired;
use connect_store::{StoreError, WorldTx, credentials, interactions, meta, services};
use serde_json::json;

use crate::App;

/// Most moments visited in one transaction.
const PAGE: u32 = 500;
/// Shortest and longest sleep between two looks at what is due.
const SLEEP: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(10));
/// What became of a key that is published no more.
const UNPUBLISHED: &str = "signing_key_unpublished";
/// How long after its end a run through the pages is remembered, for whoever comes back to the page: a day.
const REMEMBERED_MS: i64 = 24 * 3600 * 1000;

/// The next page of what is due up to `until`: expiries up to the next message or key, or else that message or key.
async fn page(
    tx: &mut WorldTx,
    env: &Env,
    until: Timestamp,
    at: impl Fn(Timestamp) -> Origin,
) -> Result<Vec<Due>, StoreError> {
    let passed = |moment: &Timestamp| *moment <= until;
    let message = messages::next(services::reading(tx)).await?.filter(passed);
    let key = KeyRing::next_unpublished(services::reading(tx))
        .await?
        .filter(passed);
    let moment = message.into_iter().chain(key).min();
    let first = moment.unwrap_or(until);
    let expired = credentials::expire(tx, &at(first), first, PAGE).await?;
    if !expired.is_empty() {
        return Ok(expired.into_iter().map(expiry).collect());
    }
    let Some(moment) = moment else {
        return Ok(Vec::new());
    };
    let told = |what: String, subject: String| Due {
        at: moment,
        what,
        subject,
        client_id: None,
    };
    if message == Some(moment) {
        let sent = messages::send(tx, env, &at(moment), moment).await?;
        let told = sent.into_iter().map(|message| {
            let what = format!("message_{}", message.status.as_str());
            told(what, message.id.to_string())
        });
        return Ok(told.collect());
    }
    let gone = KeyRing::unpublish(tx, moment).await?;
    for kid in &gone {
        tx.journal(&at(moment), Kind::KeyUnpublished, kid, &json!({}));
    }
    Ok(gone
        .into_iter()
        .map(|kid| told(UNPUBLISHED.to_owned(), kid))
        .collect())
}

fn expiry(expired: Expired) -> Due {
    Due {
        at: expired.at,
        what: format!("{}_expired", expired.kind),
        subject: expired.id.to_string(),
        client_id: expired.client_id.map(|id| id.to_string()),
    }
}

impl App {
    /// The next moment at which something falls due (sandbox time).
    pub(crate) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut connection = self.0.world.read().await?;
        let expiry = credentials::next_due(&mut connection).await?;
        let message = messages::next(&mut connection).await?;
        let key = KeyRing::next_unpublished(&mut connection).await?;
        Ok(expiry.into_iter().chain(message).chain(key).min())
    }

    /// Visits the next page of moments up to `until`, in order. With `advancing`, the clock moves to the last of them in
    /// the same transaction. Empty when nothing is due.
    ///
    /// The caller holds the clock's `visiting`.
    pub(crate) async fn visit_due(
        &self,
        until: Timestamp,
        advancing: Option<&Origin>,
    ) -> Result<Vec<Due>, StoreError> {
        let origin = advancing
            .cloned()
            .unwrap_or_else(|| self.origin(Actor::System));
        let moves = advancing.is_some();
        let (state, wall) = (self.0.env.clock_state(), self.0.env.wall_now());
        let env = Arc::clone(&self.0.env);
        let (due, moved) = self
            .0
            .world
            .write(move |tx| {
                Box::pin(async move {
                    let at = |sandbox| Origin {
                        actor: Actor::System,
                        at: Moment { sandbox, wall },
                        ..origin.clone()
                    };
                    let due = page(tx, &env, until, at).await?;
                    let moved = match due.last() {
                        Some(last) if moves && last.at > state.at(wall) => {
                            let moved = state.moved_to(last.at, wall);
                            meta::put(tx, "clock", &moved).await?;
                            Some(moved)
                        }
                        _ => None,
                    };
                    Ok::<_, StoreError>((due, moved))
                })
            })
            .await?;
        if let Some(state) = moved {
            self.0.env.set_clock_state(state);
        }
        if due.iter().any(|due| due.what == UNPUBLISHED) {
            self.0.identity.keys.forget_published();
        }
        Ok(due)
    }

    /// Visits what falls due as time passes. Nobody waits for it: a credential past its time is dead whether or not
    /// that was written down yet.
    pub(crate) async fn watch_due(self) {
        let mut changes = self.0.world.changes();
        loop {
            if let Err(error) = self.visit_passed().await {
                tracing::error!(%error, "what fell due could not be written down");
            }
            let wait = self.until_next_due().await;
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                // Something new may fall due earlier; look again, but not at every commit of a burst.
                _ = changes.recv() => tokio::select! {
                    () = self.0.stop.cancelled() => return,
                    () = tokio::time::sleep(SLEEP.0) => changes = changes.resubscribe(),
                },
            }
        }
    }

    async fn visit_passed(&self) -> Result<(), StoreError> {
        let _visiting = self.0.clock.visiting.lock().await;
        let now = self.0.env.now();
        self.forget_interactions().await?;
        if self.next_due().await?.is_none_or(|next| next > now) {
            return Ok(());
        }
        while !self.visit_due(now, None).await?.is_empty() {}
        Ok(())
    }

    /// Removes the runs through the pages that ended long ago. Nothing comes of it, so it is no due moment.
    pub(crate) async fn forget_interactions(&self) -> Result<(), StoreError> {
        let before = self.0.env.now().plus_millis(-REMEMBERED_MS);
        if !interactions::has_expired(&mut *self.0.world.read().await?, before).await? {
            return Ok(());
        }
        let gone = self
            .0
            .world
            .write(move |tx| {
                Box::pin(async move { interactions::remove_expired(tx, before).await })
            })
            .await?;
        tracing::debug!(gone, "runs through the pages were forgotten");
        Ok(())
    }

    async fn until_next_due(&self) -> Duration {
        if matches!(self.0.env.clock_state(), ClockState::Paused { .. }) {
            return SLEEP.1;
        }
        match self.next_due().await {
            Ok(Some(next)) => {
                let millis = u64::try_from(next.millis_since(self.0.env.now())).unwrap_or(0);
                Duration::from_millis(millis).clamp(SLEEP.0, SLEEP.1)
            }
            _ => SLEEP.1,
        }
    }
}
