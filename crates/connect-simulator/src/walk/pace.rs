//! Forward, back, to any step.

use connect_core::Timestamp;
use connect_core::domain::walk::Step;

use crate::plan::left_out;
use crate::session::{Facts, Session};

/// The step after one, without those that do not belong to the walk.
pub(super) fn after(session: &Session, step: Step) -> Option<Step> {
    let mut next = step.next();
    while let Some(step) = next.filter(|step| left_out(session, *step).is_some()) {
        next = step.next();
    }
    next
}

/// Takes the walk back to before a step: the app knows what it knew then, and what was run since is set aside. A step
/// that was never run leaves what is known as it is; steps passed over on the way to it are skipped.
pub(super) fn rewind(session: &mut Session, step: Step) {
    let mut runs = session.runs.iter();
    let first = runs.find(|run| run.step >= step && !run.set_aside);
    if let Some(first) = first {
        session.facts = Facts::clone(&first.before);
    }
    for run in &mut session.runs {
        run.set_aside |= run.step >= step;
    }
    session.waiting = None;
    session.skipped.retain(|it| *it < step);
    let passed: Vec<Step> = Step::ALL
        .into_iter()
        .filter(|it| *it < step && session.run_of(*it).is_none())
        .filter(|it| left_out(session, *it).is_none() && !session.skipped.contains(it))
        .collect();
    session.skipped.extend(passed);
}

/// Stands at a step, to take it or to look at it.
pub fn go(session: &mut Session, step: Step) {
    rewind(session, step);
    session.at = Some(step);
}

/// Stands at the first step, as a new browser would: what was done stays in the session, set aside.
pub fn restart(session: &mut Session) {
    go(session, Step::Configure);
    session.skipped.clear();
}

/// The place among the runs of the one that waits for a person.
pub(super) fn waiting_run(session: &Session) -> Option<usize> {
    session.waiting.as_ref()?;
    let mut runs = session.runs.iter();
    runs.rposition(|run| run.step == Step::SignIn && !run.set_aside)
}

/// Waits for nobody any more: the step says that it was cancelled, and can be taken again. Answers whether anybody was
/// waited for.
pub fn stop_waiting(session: &mut Session, now: Timestamp) -> bool {
    let Some(run) = waiting_run(session) else {
        return false;
    };
    session.waiting = None;
    session.runs[run].outcome = super::cancelled();
    session.at = Some(Step::SignIn);
    session.updated_at = now;
    true
}
