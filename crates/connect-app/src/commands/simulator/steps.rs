//! Steps of a session: planned, taken, cancelled, gone back to, and callbacks as they come in.

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_simulator::plan::Blocked;
use connect_simulator::session::Session;
use connect_simulator::tamper::TAMPERS;
use connect_simulator::walk::{self, Prepared, Taken, WalkError, Walker};
use tokio_util::sync::CancellationToken;

use super::setup::{alike, invalid, may_have_meant};
use super::{exchanges, load, save, saved, targets, unknown, view};
use crate::App;
use crate::commands::{Answer, broken, not_found};
use crate::walks::{Around, meanwhile};

pub(in crate::commands) async fn plan(app: &App, request: rpc::PlanStep) -> Answer<rpc::Plan> {
    let mut session = load(app, &request.session).await?;
    if let Some(run) = request.run {
        return plan_again(app, &session, run, request).await;
    }
    meanwhile(app, &mut session).await.map_err(broken)?;
    let known = Around::of(app, &session).know().await.map_err(unknown)?;
    let step = request.step.or(session.at).unwrap_or(Step::AfterRevoke);
    let edit = request.edit.map(view::edited);
    let prepared = walk::prepare(&session, &known, step, request.tamper.as_deref(), edit);
    let prepared = unless_blocked(prepared)?;
    Ok(view::plan(&session, &known, step, prepared.as_ref()))
}

/// The step of a run as it was then.
async fn plan_again(
    app: &App,
    session: &Session,
    number: u32,
    asked: rpc::PlanStep,
) -> Answer<rpc::Plan> {
    let mut runs = session.runs.iter();
    let run = runs.find(|it| it.number == number).ok_or_else(|| {
        let what = "run of this session";
        not_found(what, &number.to_string(), "simulator_get")
    })?;
    if asked.step.is_some_and(|step| step != run.step) {
        let step = run.step.as_str();
        let message = format!("run {number} is one of the step {step}: leave `step` out");
        return Err(invalid("step", &message));
    }
    if asked.edit.is_some() {
        return Err(invalid("edit", "a run is as it was: leave `edit` out"));
    }
    let known = Around::of(app, session).know().await.map_err(unknown)?;
    let prepared = walk::prepare_again(session, &known, run, asked.tamper.as_deref());
    let prepared = unless_blocked(prepared)?;
    Ok(view::plan_again(session, run.step, prepared.as_ref()))
}

/// A step that is prepared, or why it can't be taken as things are, which a plan says as well.
fn unless_blocked(prepared: Result<Prepared, WalkError>) -> Answer<Result<Prepared, Blocked>> {
    match prepared {
        Ok(prepared) => Ok(Ok(prepared)),
        Err(WalkError::Blocked(blocked)) => Ok(Err(blocked)),
        Err(error) => Err(refused(&error)),
    }
}

pub(in crate::commands) async fn run(app: &App, request: rpc::RunStep) -> Answer<rpc::WalkSession> {
    let (tamper, edit) = (request.tamper, request.edit.map(view::edited));
    let walked = walk_on(app, &request.session, async |walker, at| {
        let step = request.step.or(at).ok_or(WalkError::Finished)?;
        walker.take(step, tamper.as_deref(), edit).await
    });
    Ok(view::session(&walked.await?))
}

pub(in crate::commands) async fn run_all(
    app: &App,
    request: rpc::RunAll,
) -> Answer<rpc::WalkSession> {
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

pub(in crate::commands) async fn go(app: &App, request: rpc::WalkTo) -> Answer<rpc::WalkSession> {
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    app.0.walks.stop_listening(&session.id);
    walk::go(&mut session, request.step);
    session.updated_at = app.0.env.wall_now();
    saved(app, session).await
}

pub(in crate::commands) async fn restart(
    app: &App,
    request: rpc::SessionRef,
) -> Answer<rpc::WalkSession> {
    let _held = app.0.walks.hold(&request.session).await;
    let mut session = load(app, &request.session).await?;
    app.0.walks.stop_listening(&session.id);
    walk::restart(&mut session);
    session.updated_at = app.0.env.wall_now();
    saved(app, session).await
}

pub(in crate::commands) async fn cancel(
    app: &App,
    request: rpc::SessionRef,
) -> Answer<rpc::WalkSession> {
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

pub(in crate::commands) async fn callback(
    app: &App,
    request: rpc::WalkCallback,
) -> Answer<rpc::WalkSession> {
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
    let around = Around::of(app, &session).until_cancelled(cancelled);
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
    let refused = RpcError::new(code, error.to_string());
    match error {
        WalkError::UnknownTamper { name, .. } => {
            let there: Vec<&str> = TAMPERS.iter().map(|it| it.name).collect();
            may_have_meant(refused, "tamper", &alike(name, &there))
        }
        _ => refused,
    }
}
