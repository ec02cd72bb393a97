//! `connect-sandbox walk`: a walk through the flow from the app's side, consent given automatically, step by step.

mod course;
mod name;
mod persona;
mod slips;
mod verdict;
mod whom;

use std::collections::BTreeMap;
use std::path::Path;

use connect_core::domain::walk::Step;
use connect_rpc::simulator::{Plan, PlanStep, RunStep, SessionRef, StepState, WalkSession, WalkTo};
use connect_rpc::traffic::{ExchangeRef, Explanation};
use serde_json::{Value, json};

use self::course::Course;
use self::slips::Slips;
use super::ask::Sandbox;
use crate::arguments::Walk;
use crate::failure::{self, Failure};
use crate::walk::Beside;
use crate::{output, walk};

pub(super) async fn run(data_dir: &Path, asked: Walk) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    if asked.tamper == [slips::LIST] {
        return slips::list(&mut sandbox, asked.json).await;
    }
    let course = Course {
        until: asked.until,
        skip: asked.skip.clone(),
    };
    let slips = Slips::named(&mut sandbox, &asked.tamper, &course).await?;
    course.leads_somewhere().map_err(Failure::Arguments)?;
    let (words, named) = (!asked.json, asked.name.is_some());
    let started = whom::started(&mut sandbox, asked).await?;
    let begun = sandbox.get("simulator_start", json!(started.walk)).await;
    let begun: Result<WalkSession, Failure> = begun;
    let mut session = begun.map_err(|failure| started.as_typed(failure, data_dir))?;
    if let Err(wrong) = slips.belong_to(&session, &course) {
        // A walk that can't be what was asked for leaves nothing behind.
        let begun = SessionRef {
            session: session.summary.session,
        };
        let _: Value = sandbox.call("simulator_delete", json!(begun)).await?;
        return Err(wrong);
    }
    if !named {
        session = name::given(&mut sandbox, session, &slips, &course).await?;
    }
    let mut on_foot = OnFoot {
        sandbox,
        session,
        slips,
        course,
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
    /// Which steps are taken.
    course: Course,
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
        while let Some(step) = self.course.next(&self.session) {
            let why = if self.words {
                self.why(step).await
            } else {
                None
            };
            let slip = self.slips.take(step);
            let taken = RunStep {
                session: self.session.summary.session.clone(),
                step: Some(step),
                tamper: slip.as_ref().map(|slip| slip.name.clone()),
                edit: None,
            };
            self.session = self.sandbox.get("simulator_run", json!(taken)).await?;
            if self.words {
                let beside = Beside {
                    slip: slip.as_ref(),
                    why,
                    explained: self.explained().await,
                };
                output::data(&walk::runs(&self.session, self.told, &beside))?;
            }
            self.told = self.session.runs.len();
            // A refusal that was foreseen and that nobody brought about is no end either.
            if self.session.summary.step != Some(step) {
                continue;
            }
            let newest = self.session.runs.last().map(|run| run.outcome.state);
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

    /// Why the flow has a step; a walk goes on without such words.
    async fn why(&mut self, step: Step) -> Option<String> {
        let asked = PlanStep {
            session: self.session.summary.session.clone(),
            step: Some(step),
            ..PlanStep::default()
        };
        let plan: Plan = self
            .sandbox
            .get("simulator_plan", json!(asked))
            .await
            .ok()?;
        Some(plan.purpose)
    }

    /// What the server says of what it refused in the runs that are still to be told, as far as it recorded it.
    async fn explained(&mut self) -> BTreeMap<u32, Explanation> {
        let mut explained = BTreeMap::new();
        let told = self.session.runs.iter().skip(self.told);
        // A refusal may be said in a redirect, which is no error of the exchange itself.
        let refused = told.filter(|run| {
            let answered = run.agreement.as_ref().map(|it| &it.answered);
            answered.is_some_and(|it| it.error.is_some()) || run.outcome.state != StepState::Done
        });
        let mains: Vec<u32> = refused.filter_map(|run| run.main_exchange).collect();
        for exchange in &self.session.exchanges {
            let is_main = mains.contains(&exchange.exchange);
            let Some(server) = exchange.server.clone().filter(|_| is_main) else {
                continue;
            };
            let asked = json!(ExchangeRef { exchange: server });
            if let Ok(it) = self.sandbox.get("traffic_explain", asked).await {
                explained.insert(exchange.exchange, it);
            }
        }
        explained
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
