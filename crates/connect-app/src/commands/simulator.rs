//! `simulator_*`: sessions of the client simulator, and their steps.

mod choices;
mod exchanges;
mod setup;
mod take_away;
mod targets;
mod view;

use std::sync::Arc;
use std::time::Duration;

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use connect_simulator::session::{Bytes, Session};
use connect_simulator::walk::{self, Taken, WalkError, Walker};
use connect_store::sealing::Sealer;
use connect_store::traffic::{Walk, WalkBytes, WalkReadError};

use tokio_util::sync::CancellationToken;

use super::{Answer, broken, no_key, not_found};
use crate::App;
use crate::walks::{Around, meanwhile};

pub(super) use self::choices::{choices, tampers};
pub(super) use self::exchanges::{copy_as, exchange, reveal};
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
        match summary {
            Ok(summary) => match parsed(&summary) {
                Ok(summary) => sessions.push(summary),
                Err(_) => lost.push(id),
            },
            // A key that was remade leaves what it sealed lost: the others are listed all the same.
            Err(_) => lost.push(id),
        }
    }
    Ok(rpc::WalkList { sessions, lost })
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

pub(super) async fn plan(app: &App, request: rpc::PlanStep) -> Answer<rpc::Plan> {
    let mut session = load(app, &request.session).await?;
    meanwhile(app, &mut session).await.map_err(broken)?;
    let known = Around::of(app, &session).know().await.map_err(unknown)?;
    let step = request.step.or(session.at).unwrap_or(Step::AfterRevoke);
    let edit = request.edit.map(view::edited);
    let tamper = request.tamper.as_deref();
    match walk::prepare(&session, &known, step, tamper, edit.clone()) {
        Ok(prepared) => Ok(view::plan(&session, &known, step, Ok(&prepared))),
        Err(WalkError::Blocked(blocked)) => Ok(view::plan(
            &session,
            &known,
            step,
            Err(&blocked.to_string()),
        )),
        Err(error) => Err(refused(&error)),
    }
}

pub(super) async fn run(app: &App, request: rpc::RunStep) -> Answer<rpc::WalkSession> {
    let (tamper, edit) = (request.tamper, request.edit.map(view::edited));
    let walked = walk_on(app, &request.session, async |walker, at| {
        let step = request.step.or(at).ok_or(WalkError::Finished)?;
        walker.take(step, tamper.as_deref(), edit).await
    });
    Ok(view::session(&walked.await?))
}

pub(super) async fn run_all(app: &App, request: rpc::RunAll) -> Answer<rpc::WalkSession> {
    let until = request.until.unwrap_or(Step::AfterRevoke);
    let mut session = load(app, &request.session).await?;
    match session.at {
        None => return Err(refused(&WalkError::Finished)),
        Some(at) if at > until => return Err(refused(&WalkError::Past { at, until })),
        Some(_) => {}
    }
    let cancelled = app.0.walks.begin(&request.session, &app.0.stop);
    // Each step is saved before the next is taken: what was sent is known whatever becomes of the rest.
    loop {
        if cancelled.is_cancelled() {
            return Ok(view::session(&session));
        }
        let Some(at) = session.at.filter(|at| *at <= until) else {
            return Ok(view::session(&session));
        };
        if session.is_full() {
            return Err(refused(&WalkError::Full));
        }
        let taken = walk_until(app, &request.session, &cancelled, async |walker, _| {
            walker.take(at, None, None).await
        });
        match taken.await {
            Ok(walked) => session = walked,
            // The next step can't be taken as things are, which the step itself says.
            Err(error) if error.code == ErrorCode::Conflict && session.run_of(at).is_none() => {
                if session.runs.is_empty() {
                    return Err(error);
                }
                return Ok(view::session(&session));
            }
            Err(error) => return Err(error),
        }
        if session.at == Some(at) {
            return Ok(view::session(&session));
        }
    }
}

pub(super) async fn go(app: &App, request: rpc::WalkTo) -> Answer<rpc::WalkSession> {
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    app.0.walks.stop_listening(&session.id);
    walk::go(&mut session, request.step);
    session.updated_at = app.0.env.wall_now();
    saved(app, session).await
}

pub(super) async fn restart(app: &App, request: rpc::SessionRef) -> Answer<rpc::WalkSession> {
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    app.0.walks.stop_listening(&session.id);
    walk::restart(&mut session);
    session.updated_at = app.0.env.wall_now();
    saved(app, session).await
}

pub(super) async fn cancel(app: &App, request: rpc::SessionRef) -> Answer<rpc::WalkSession> {
    app.0.walks.cancel(&request.session);
    // What is under way ends within moments now, and saves what came of it.
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    app.0.walks.stop_listening(&session.id);
    if !walk::stop_waiting(&mut session, app.0.env.wall_now()) {
        return Ok(view::session(&session));
    }
    saved(app, session).await
}

pub(super) async fn callback(app: &App, request: rpc::WalkCallback) -> Answer<rpc::WalkSession> {
    let walked = walk_on(app, &request.session, async |walker, _| {
        walker.callback(&request.url)
    });
    Ok(view::session(&walked.await?))
}

/// A listener has taken a callback.
pub(crate) async fn callback_taken(app: &App, session: &str, taken: Taken) -> Answer<()> {
    walk_on(app, session, async |walker, _| walker.callback_taken(taken))
        .await
        .map(drop)
}

/// A listener has given up.
pub(crate) async fn nobody_came(app: &App, session: &str, why: &str) {
    let _held = app.0.walks.hold(session).await;
    let Ok(mut session) = load(app, session).await else {
        return;
    };
    let Some(waiting) = &mut session.waiting else {
        return;
    };
    waiting.listening = None;
    waiting.problem = Some(why.to_owned());
    if let Err(error) = save(app, &session, Vec::new(), false).await {
        tracing::warn!(message = error.message, "a session could not be saved");
    }
}

/// Does something in a session, and saves what came of it. A server that never answers holds up neither the person, who can
/// cancel it, nor the end of the program: then as well, what was sent is saved.
async fn walk_on(
    app: &App,
    id: &str,
    act: impl AsyncFnOnce(&mut Walker<'_>, Option<Step>) -> Result<(), WalkError>,
) -> Answer<Session> {
    let cancelled = app.0.walks.begin(id, &app.0.stop);
    walk_until(app, id, &cancelled, act).await
}

/// The same, until it is cancelled by this token.
async fn walk_until(
    app: &App,
    id: &str,
    cancelled: &CancellationToken,
    act: impl AsyncFnOnce(&mut Walker<'_>, Option<Step>) -> Result<(), WalkError>,
) -> Answer<Session> {
    let _held = app.0.walks.hold(id).await;
    if cancelled.is_cancelled() {
        return Err(refused(&WalkError::Cancelled));
    }
    let mut session = load(app, id).await?;
    targets::allowed(app, &session.target).await?;
    meanwhile(app, &mut session).await.map_err(broken)?;
    let around = Around::of(app, &session);
    let at = session.at;
    let mut walker = Walker::new(&app.0.env, &around, &mut session)
        .await
        .map_err(|error| refused(&error))?
        .until_cancelled(cancelled.clone());
    let acted = act(&mut walker, at).await;
    let bytes = walker.into_bytes();
    // What was sent before something went wrong is kept.
    if let Err(error) = &acted
        && bytes.is_empty()
    {
        return Err(refused(error));
    }
    if session.waiting.is_none() {
        app.0.walks.stop_listening(id);
    }
    exchanges::find_trace(app, &mut session).await?;
    save(app, &session, bytes, false).await?;
    acted.map(|()| session).map_err(|error| refused(&error))
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

fn refused(error: &WalkError) -> RpcError {
    let code = match error {
        WalkError::Blocked(_)
        | WalkError::Finished
        | WalkError::Past { .. }
        | WalkError::Cancelled
        | WalkError::Full
        | WalkError::NotWaiting => ErrorCode::Conflict,
        WalkError::Surroundings(_) => ErrorCode::Internal,
        _ => ErrorCode::Invalid,
    };
    RpcError::new(code, error.to_string())
}
