//! How runs, steps and walks ended, as people read it: no other place has words for that, so that the stepper, the list and
//! the command line say the same.

use connect_core::domain::walk::Step;
use connect_rpc::simulator as rpc;
use connect_simulator::session::{Answered, Run, Session, Verdict};
use connect_simulator::tamper::TAMPERS;

/// Where a step stands after a run.
pub(super) fn state(verdict: Verdict) -> rpc::StepState {
    match verdict {
        Verdict::Done => rpc::StepState::Done,
        Verdict::Waiting => rpc::StepState::Waiting,
        Verdict::RefusedAsMeant => rpc::StepState::RefusedAsMeant,
        Verdict::Failed | Verdict::Cancelled => rpc::StepState::Failed,
    }
}

/// How a run ended: a refusal is told apart from a success, also where the walk goes on after it.
pub(super) fn word(run: &Run) -> &'static str {
    let refused = run.answered.as_ref().is_some_and(Answered::is_refusal);
    let foreseen = run.prediction.as_ref().zip(run.answered.as_ref());
    let foreseen = foreseen.map(|(foreseen, came)| foreseen.agrees(came));
    match run.outcome.verdict {
        // Nobody can go on with it any more.
        Verdict::Waiting if run.set_aside => "left waiting",
        Verdict::Waiting => "waits for you",
        Verdict::Failed if refused => "refused",
        Verdict::Failed => "went wrong",
        Verdict::Cancelled => "cancelled",
        Verdict::Done if !refused => "done",
        _ if foreseen == Some(false) => "refused, not as foreseen",
        _ if run.is_spoiled() => "refused, as meant",
        _ if foreseen == Some(true) => "refused, as foreseen",
        _ => "refused",
    }
}

/// The steps of a walk, in order.
pub(super) fn steps(session: &Session) -> Vec<rpc::StepView> {
    Step::ALL
        .into_iter()
        .map(|step| {
            let run = session.run_of(step);
            let left_out = connect_simulator::plan::left_out(session, step);
            let (state, word) = match run {
                _ if left_out.is_some() => (rpc::StepState::LeftOut, "not in this walk"),
                Some(run) => (state(run.outcome.verdict), word(run)),
                None if session.at == Some(step) => (rpc::StepState::Next, "next"),
                None if session.skipped.contains(&step) => (rpc::StepState::Skipped, "left out"),
                None => (rpc::StepState::Later, "later"),
            };
            rpc::StepView {
                step,
                title: step.title().to_owned(),
                state,
                word: word.to_owned(),
                run: run.map(|run| run.number),
                left_out,
            }
        })
        .collect()
}

/// How a walk ended, and how it had before it was begun again when no run counts any more.
pub(super) fn walk(session: &Session) -> (Option<rpc::WalkEnd>, Option<rpc::WalkEnd>) {
    let mut newest = session.runs.iter().rev();
    match newest.find(|run| !run.set_aside) {
        Some(run) => (Some(end(run)), None),
        None => (None, session.runs.last().map(end)),
    }
}

fn end(run: &Run) -> rpc::WalkEnd {
    rpc::WalkEnd {
        step: run.step,
        title: run.step.title().to_owned(),
        state: state(run.outcome.verdict),
        word: word(run).to_owned(),
        cancelled: run.outcome.verdict == Verdict::Cancelled,
        tamper: run.tamper.as_ref().map(|name| {
            let known = TAMPERS.iter().find(|it| it.name == name);
            rpc::WalkSlip {
                name: name.clone(),
                title: known.map_or(&**name, |it| it.title).to_owned(),
            }
        }),
        edited: run.edited,
    }
}
