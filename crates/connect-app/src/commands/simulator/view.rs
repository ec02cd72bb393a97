//! A session as the console shows it: credentials masked, words in place of states.

mod ended;
mod plan;
mod run;
mod words;

use connect_core::Timestamp;
use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_simulator::known::Known;
use connect_simulator::mask::Mask;
use connect_simulator::session::{self, CredentialKind, Session, Verdict};
use connect_simulator::tamper::Tamper;

pub(super) use self::plan::{edited, plan, plan_again};
pub(super) use self::run::exchange;
use self::run::run;
use super::deleted_at;

/// A session with everything but the bytes.
pub(super) fn session(session: &Session) -> rpc::WalkSession {
    let mask = Mask::of(session);
    rpc::WalkSession {
        summary: summary(session),
        setup: setup(&session.setup),
        steps: ended::steps(session),
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
        code_expires_at: code_expires_at(session),
    }
}

fn code_expires_at(session: &Session) -> Option<Timestamp> {
    let mut newest = session.credentials.iter().rev();
    let code = newest.find(|it| it.kind == CredentialKind::Code);
    code.filter(|_| session.target.own)?.expires_at
}

/// A line of the list.
pub(super) fn summary(session: &Session) -> rpc::WalkSummary {
    let done = |step: &Step| {
        let run = session.run_of(*step);
        run.is_some_and(|run| match run.outcome.verdict {
            Verdict::Done => true,
            // A refusal that nobody brought about, and that was foreseen: the walk went on.
            Verdict::RefusedAsMeant => !run.is_spoiled(),
            Verdict::Waiting | Verdict::Failed | Verdict::Cancelled => false,
        })
    };
    let (ended, ended_before) = ended::walk(session);
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
        ended,
        ended_before,
        done: Step::ALL.iter().filter(|step| done(step)).count(),
        exchanges: session.exchanges.len(),
        disagreements: session.disagreements(),
        kept: session.kept,
        deleted_at: deleted_at(session).filter(|_| !session.kept),
        created_at: session.created_at,
        updated_at: session.updated_at,
    }
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
