//! `simulator_*`: sessions of the client simulator, and their steps.

mod choices;
mod exchanges;
mod setup;
mod steps;
mod take_away;
mod targets;
mod view;

use std::sync::Arc;
use std::time::Duration;

use connect_rpc::simulator as rpc;
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use connect_simulator::session::{Bytes, Session};
use connect_simulator::walk;
use connect_store::sealing::Sealer;
use connect_store::traffic::{Walk, WalkBytes, WalkReadError};

use super::{Answer, broken, no_key, not_found};
use crate::App;

pub(super) use self::choices::{choices, tampers};
pub(super) use self::exchanges::{copy_as, exchange, reveal};
pub(super) use self::steps::{callback, cancel, go, plan, restart, run, run_all};
pub(crate) use self::steps::{callback_taken, nobody_came};
pub(super) use self::take_away::{diagram, hand_over};
pub(super) use self::targets::{lock, unlock};

/// How long a session with another target is kept unless it is told to stay.
const LIFE_ELSEWHERE: Duration = Duration::from_hours(7 * 24);

pub(super) async fn list(app: &App, _: Nothing) -> Answer<rpc::WalkList> {
    let sealer = sealer(app).await?;
    let rows = app.0.traffic.walks(&sealer).await.map_err(broken)?;
    let mut sessions = Vec::with_capacity(rows.len());
    let mut lost = Vec::new();
    for (id, summary) in rows {
        // A key that was remade leaves what it sealed lost: the others are listed all the same.
        let summary = summary.ok().and_then(|it| parsed(&it).ok());
        match summary {
            Some(summary) if is_worded(&summary) => sessions.push(summary),
            Some(summary) => {
                let session = load(app, &id).await;
                sessions.push(session.map_or(summary, |it| view::summary(&it)));
            }
            None => lost.push(id),
        }
    }
    Ok(rpc::WalkList { sessions, lost })
}

/// Whether a summary says in words how the walk ended: an earlier version kept it without.
fn is_worded(summary: &rpc::WalkSummary) -> bool {
    let ended = summary.ended.as_ref();
    ended.is_none_or(|it| !it.word.is_empty())
}

pub(super) async fn start(app: &App, request: rpc::StartWalk) -> Answer<rpc::WalkSession> {
    let session = setup::new_session(app, request).await?;
    save(app, &session, Vec::new(), true).await?;
    Ok(view::session(&session))
}

pub(super) async fn get(app: &App, request: rpc::SessionRef) -> Answer<rpc::WalkSession> {
    let session = load(app, &request.session).await?;
    Ok(view::session(&session))
}

pub(super) async fn update(app: &App, request: rpc::UpdateWalk) -> Answer<rpc::WalkSession> {
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    if let Some(name) = request.name {
        session.name = setup::name(&name)?;
    }
    if let Some(kept) = request.kept {
        session.kept = kept;
    }
    if let Some(wanted) = request.setup {
        let changed = setup::changed(app, &session, wanted).await?;
        if changed != session.setup {
            session.setup = changed;
            app.0.walks.stop_listening(&session.id);
            walk::restart(&mut session);
        }
    }
    session.updated_at = app.0.env.wall_now();
    saved(app, session).await
}

pub(super) async fn duplicate(app: &App, request: rpc::SessionRef) -> Answer<rpc::WalkSession> {
    let original = load(app, &request.session).await?;
    let session = setup::copy(app, &original);
    save(app, &session, Vec::new(), true).await?;
    Ok(view::session(&session))
}

pub(super) async fn delete(app: &App, request: rpc::SessionRef) -> Answer<Done> {
    app.0.walks.cancel(&request.session);
    let _held = app.0.walks.hold(&request.session).await;
    app.0.walks.stop_listening(&request.session);
    let was_there = app.0.traffic.delete_walk(&request.session).await;
    if !was_there.map_err(broken)? {
        return Err(no_session(&request.session));
    }
    app.0.walks.tell();
    Ok(Done::DONE)
}

async fn saved(app: &App, session: Session) -> Answer<rpc::WalkSession> {
    save(app, &session, Vec::new(), false).await?;
    Ok(view::session(&session))
}

async fn save(app: &App, session: &Session, bytes: Vec<(u32, Bytes)>, is_new: bool) -> Answer<()> {
    let sealer = sealer(app).await?;
    let deleted_at = deleted_at(session);
    let json = |value: serde_json::Result<Vec<u8>>| {
        value.map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))
    };
    let walk = Walk {
        is_new,
        id: session.id.clone(),
        kept: session.kept,
        deleted_at,
        updated_at: session.updated_at,
        summary: json(serde_json::to_vec(&view::summary(session)))?,
        document: json(serde_json::to_vec(session))?,
        exchanges: bytes
            .into_iter()
            .map(|(number, bytes)| WalkBytes {
                number,
                request: bytes.request,
                response: bytes.response,
            })
            .collect(),
    };
    let mut nonce = || app.0.env.random();
    let saved = app.0.traffic.save_walk(walk, &sealer, &mut nonce);
    if !saved.await.map_err(broken)? {
        return Err(no_session(&session.id));
    }
    app.0.walks.tell();
    Ok(())
}

/// When a session goes unless it is kept: only with another target.
fn deleted_at(session: &Session) -> Option<connect_core::Timestamp> {
    (!session.target.own).then(|| session.created_at.plus(LIFE_ELSEWHERE))
}

async fn load(app: &App, id: &str) -> Answer<Session> {
    let sealer = sealer(app).await?;
    let document = app.0.traffic.walk(id, &sealer).await.map_err(unreadable)?;
    let mut session: Session = parsed(&document.ok_or_else(|| no_session(id))?)?;
    if session.target.own && session.target.base_url != app.platform() {
        // The sandbox has another port now: what is at the old one is not it.
        app.platform().clone_into(&mut session.target.base_url);
        walk::restart(&mut session);
    }
    if let Some(waiting) = &mut session.waiting
        && waiting.listening.is_some()
        && !app.0.walks.is_listening(id)
    {
        waiting.listening = None;
        waiting.problem = Some(
            "nobody listens for the callback any more: take the step again, or paste the callback URL"
                .to_owned(),
        );
    }
    Ok(session)
}

fn parsed<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        RpcError::new(
            ErrorCode::Internal,
            format!("a session was written by another version of the program: {error}; delete it"),
        )
    })
}

async fn sealer(app: &App) -> Answer<Arc<Sealer>> {
    let sealer = app.0.vault.sealer().await;
    sealer.map_err(|error| no_key(&error))
}

fn no_session(id: &str) -> RpcError {
    not_found("session", id, "simulator_list")
}

fn unreadable(error: WalkReadError) -> RpcError {
    match error {
        WalkReadError::Store(error) => broken(error),
        WalkReadError::Sealed { .. } => RpcError::new(
            ErrorCode::KeyUnavailable,
            format!("{error}: what the old key sealed is lost; delete the session"),
        )
        .with(serde_json::json!({ "state": "lost" })),
    }
}

fn unknown(error: String) -> RpcError {
    RpcError::new(ErrorCode::Internal, error)
}
