//! `connect-sandbox walk`: a walk through the flow from the app's side, consent given automatically, step by step.

mod slips;
mod verdict;
mod whom;

use std::path::Path;

use connect_core::domain::walk::Step;
use connect_rpc::simulator::{RunStep, SessionRef, StepState, WalkSession, WalkTo};
use serde_json::{Value, json};

use self::slips::Slips;
use super::ask::Sandbox;
use crate::arguments::Walk;
use crate::failure::{self, Failure};
use crate::{output, walk};

pub(super) async fn run(data_dir: &Path, asked: Walk) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    if asked.tamper == [slips::LIST] {
        return slips::list(&mut sandbox, asked.json).await;
    }
    let slips = Slips::named(&mut sandbox, &asked.tamper, asked.until).await?;
    let (until, words) = (asked.until, !asked.json);
    let started = whom::started(&mut sandbox, asked).await?;
    let begun = sandbox.get("simulator_start", json!(started)).await;
    let session: WalkSession = begun.map_err(whom::as_typed)?;
    if let Err(wrong) = slips.belong_to(&session, until) {
        // A walk that can't be what was asked for leaves nothing behind.
        let begun = SessionRef {
            session: session.summary.session,
        };
        let _: Value = sandbox.call("simulator_delete", json!(begun)).await?;
        return Err(wrong);
    }
    let mut on_foot = OnFoot {
        sandbox,
        session,
        slips,
        until,
        words,
        told: 0,
    };
    let walked = on_foot.walk().await;
    on_foot.tell_all(data_dir).await?;
    walked?;
    verdict::of(&on_foot.session)
}

/// A walk under way.
struct OnFoot {
    sandbox: Sandbox,
    session: WalkSession,
    /// What is still to go wrong on purpose.
    slips: Slips,
    /// The last step to take.
    until: Option<Step>,
    /// Whether people read along.
    words: bool,
    /// Runs that were told.
    told: usize,
}

impl OnFoot {
    /// Takes step after step, until the last one, or until one does not end well.
    async fn walk(&mut self) -> Result<(), Failure> {
        if self.words {
            output::data(&walk::head(&self.session))?;
        }
        while let Some(step) = self.session.summary.step {
            if self.until.is_some_and(|until| step > until) {
                break;
            }
            let slip = self.slips.take(step);
            let taken = RunStep {
                session: self.session.summary.session.clone(),
                step: Some(step),
                tamper: slip.as_ref().map(|slip| slip.name.clone()),
                edit: None,
            };
            self.session = self.sandbox.get("simulator_run", json!(taken)).await?;
            if self.words {
                let told = walk::runs(&self.session, self.told, slip.as_ref());
                output::data(&told)?;
            }
            self.told = self.session.runs.len();
            let newest = self.session.runs.last().map(|run| run.outcome.state);
            if newest == Some(StepState::Done) && self.session.summary.step != Some(step) {
                continue;
            }
            let as_meant = slip.is_some() && newest == Some(StepState::RefusedAsMeant);
            let Some(next) = self.slips.next().filter(|_| as_meant) else {
                break;
            };
            if self.words {
                let title = output::plain(&next.title);
                output::data(&walk::anew(&title))?;
            }
            self.anew().await?;
        }
        Ok(())
    }

    /// What was refused may have spent what the next slip needs: the walk begins again where nothing is spent yet.
    async fn anew(&mut self) -> Result<(), Failure> {
        let to = WalkTo {
            session: self.session.summary.session.clone(),
            step: Step::Pkce,
        };
        self.session = self.sandbox.get("simulator_go", json!(to)).await?;
        Ok(())
    }

    /// How it went: for people in words, else the whole session in one document, however it ended.
    async fn tell_all(&mut self, data_dir: &Path) -> Result<(), Failure> {
        if self.words {
            let data_dir = failure::commands_data_dir(data_dir);
            return Ok(output::data(&walk::foot(&self.session, &data_dir))?);
        }
        let session = SessionRef {
            session: self.session.summary.session.clone(),
        };
        let whole: Value = self.sandbox.call("simulator_get", json!(session)).await?;
        Ok(output::json(&whole)?)
    }
}
