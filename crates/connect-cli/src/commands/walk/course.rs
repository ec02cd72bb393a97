//! Which steps of a walk are taken: those up to a last one, some of them passed over.

use connect_core::domain::walk::Step;
use connect_rpc::simulator::{StepState, WalkSession};

/// Which steps are taken.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The last one.
    pub(super) until: Option<Step>,
    /// Those that are passed over.
    pub(super) skip: Vec<Step>,
}

impl Course {
    /// The next step of a walk; none when there is no more to take.
    pub(super) fn next(&self, session: &WalkSession) -> Option<Step> {
        let at = session.summary.step?;
        let mut steps = session.steps.iter();
        let next = steps.find(|it| {
            let belongs = it.step == at || it.state != StepState::LeftOut;
            it.step >= at && belongs && !self.skip.contains(&it.step)
        })?;
        self.until
            .is_none_or(|until| next.step <= until)
            .then_some(next.step)
    }

    /// Fails where a step is passed over without which there is no flow: all of them up to the tokens.
    ///
    /// # Errors
    /// What can be passed over.
    pub(super) fn leads_somewhere(&self) -> Result<(), String> {
        let Some(step) = self.skip.iter().find(|step| **step <= Step::Token) else {
            return Ok(());
        };
        let rest = Step::ALL.iter().filter(|step| **step > Step::Token);
        let rest: Vec<&str> = rest.map(|step| step.as_str()).collect();
        Err(format!(
            "a walk can't do without the step {}: those after it need what it brings. --skip takes {}; --until ends a walk early",
            step.as_str(),
            rest.join(", ")
        ))
    }

    /// Whether a step lies behind the last one.
    pub(super) fn ends_before(&self, step: Step) -> Option<Step> {
        self.until.filter(|until| step > *until)
    }
}
