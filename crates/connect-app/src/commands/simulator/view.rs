//! A session as the console shows it: credentials masked, words in place of states.

mod checked;
mod plan;
mod run;
mod words;

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_simulator::known::Known;
use connect_simulator::mask::Mask;
use connect_simulator::session::{self, Answered, Run, Session, Verdict};
use connect_simulator::tamper::{TAMPERS, Tamper};

pub(super) use self::plan::{edited, plan};
pub(super) use self::run::exchange;
use self::run::run;
use super::deleted_at;

/// A session with everything but the bytes.
pub(super) fn session(session: &Session) -> rpc::WalkSession {
    let mask = Mask::of(session);
    rpc::WalkSession {
        summary: summary(session),
        setup: setup(&session.setup),
        steps: steps(session),
        runs: session
            .runs
            .iter()
            .map(|it| run(session, it, &mask))
            .collect(),
        exchanges: session
            .exchanges
            .iter()
            .map(|it| exchange(session, it, &mask))
            .collect(),
        waiting: session.waiting.as_ref().map(|it| rpc::Waiting {
            open: it.open.clone(),
            listening: it.listening.clone(),
            problem: it.problem.clone(),
        }),
        trace: session.facts.trace.clone(),
    }
}

/// A line of the list.
pub(super) fn summary(session: &Session) -> rpc::WalkSummary {
    let done = |step: &Step| {
        let run = session.run_of(*step);
        run.is_some_and(|run| match run.outcome.verdict {
            Verdict::Done => true,
            // A refusal that nobody brought about, and that was foreseen: the walk went on.
            Verdict::RefusedAsMeant => run.tamper.is_none() && !run.edited,
            Verdict::Waiting | Verdict::Failed | Verdict::Cancelled => false,
        })
    };
    rpc::WalkSummary {
        session: session.id.clone(),
        name: session.name.clone(),
        target: rpc::WalkTarget {
            base_url: session.target.base_url.clone(),
            own: session.target.own,
        },
        app: session
            .setup
            .app_name
            .clone()
            .unwrap_or_else(|| session.setup.client_id.clone()),
        persona: session.setup.persona.clone(),
        step: session.at,
        ended: ended(session),
        done: Step::ALL.iter().filter(|step| done(step)).count(),
        skipped: session.skipped.clone(),
        exchanges: session.exchanges.len(),
        disagreements: session.disagreements(),
        kept: session.kept,
        deleted_at: deleted_at(session).filter(|_| !session.kept),
        created_at: session.created_at,
        updated_at: session.updated_at,
    }
}

/// The step that was taken last, of those that count.
fn ended(session: &Session) -> Option<rpc::WalkEnd> {
    let mut newest = session.runs.iter().rev();
    let run = newest.find(|run| !run.set_aside)?;
    Some(rpc::WalkEnd {
        step: run.step,
        title: run.step.title().to_owned(),
        state: state(run.outcome.verdict),
        tamper: run.tamper.as_ref().map(|name| {
            let known = TAMPERS.iter().find(|it| it.name == name);
            rpc::WalkSlip {
                name: name.clone(),
                title: known.map_or(&**name, |it| it.title).to_owned(),
            }
        }),
        edited: run.edited,
    })
}

fn setup(setup: &session::Setup) -> rpc::WalkConfig {
    let call = |call: &Option<session::Call>| {
        let call = call.as_ref();
        call.map(|call| format!("{} {}", call.method, call.path))
    };
    rpc::WalkConfig {
        client_id: setup.client_id.clone(),
        app_name: setup.app_name.clone(),
        app_type: setup.app_type,
        has_secret: setup.client_secret.is_some(),
        persona: setup.persona.clone(),
        scopes: setup.scopes.clone(),
        redirect_uri: setup.redirect_uri.clone(),
        client_authentication: setup.authentication,
        consent: setup.consent,
        allow: setup.allow,
        nonce: setup.nonce,
        prompt: setup.prompt.clone(),
        call: call(&setup.call),
        outside_call: call(&setup.outside_call),
    }
}

fn steps(session: &Session) -> Vec<rpc::StepView> {
    Step::ALL
        .into_iter()
        .map(|step| {
            let run = session.run_of(step);
            let left_out = connect_simulator::plan::left_out(session, step);
            let state = match run {
                _ if left_out.is_some() => rpc::StepState::LeftOut,
                Some(run) => state(run.outcome.verdict),
                None if session.at == Some(step) => rpc::StepState::Next,
                None if session.skipped.contains(&step) => rpc::StepState::Skipped,
                None => rpc::StepState::Later,
            };
            rpc::StepView {
                step,
                title: step.title().to_owned(),
                state,
                word: match run {
                    Some(run) if left_out.is_none() => word(run),
                    _ => unrun(state),
                }
                .to_owned(),
                run: run.map(|run| run.number),
                left_out,
            }
        })
        .collect()
}

fn state(verdict: Verdict) -> rpc::StepState {
    match verdict {
        Verdict::Done => rpc::StepState::Done,
        Verdict::Waiting => rpc::StepState::Waiting,
        Verdict::RefusedAsMeant => rpc::StepState::RefusedAsMeant,
        Verdict::Failed | Verdict::Cancelled => rpc::StepState::Failed,
    }
}

/// How a run ended, as people read it: a refusal is told apart from a success, also where the walk goes on after it.
fn word(run: &Run) -> &'static str {
    let refused = run.answered.as_ref().is_some_and(Answered::is_refusal);
    let foreseen = run.prediction.as_ref().zip(run.answered.as_ref());
    let foreseen = foreseen.map(|(foreseen, came)| foreseen.agrees(came));
    match run.outcome.verdict {
        Verdict::Waiting => "waits for you",
        Verdict::Failed if refused => "refused",
        Verdict::Failed => "went wrong",
        Verdict::Cancelled => "cancelled",
        Verdict::Done if !refused => "done",
        _ if foreseen == Some(false) => "refused, not as foreseen",
        _ if run.tamper.is_some() || run.edited => "refused, as meant",
        _ if foreseen == Some(true) => "refused, as foreseen",
        _ => "refused",
    }
}

/// Where a step stands that was not taken, as people read it.
const fn unrun(state: rpc::StepState) -> &'static str {
    match state {
        rpc::StepState::Next => "next",
        rpc::StepState::Skipped => "left out",
        rpc::StepState::LeftOut => "not in this walk",
        _ => "later",
    }
}

/// Something that goes wrong on purpose, for a session or for all.
pub(super) fn info(tamper: &Tamper, within: Option<(&Session, &Known)>) -> rpc::TamperInfo {
    let available = within.map_or(Ok(()), |(session, known)| {
        (tamper.available)(session, known)
    });
    rpc::TamperInfo {
        name: tamper.name.to_owned(),
        step: tamper.step,
        title: tamper.title.to_owned(),
        about: tamper.about.to_owned(),
        moves_clock: tamper.moves_clock,
        unavailable: available.err(),
    }
}
