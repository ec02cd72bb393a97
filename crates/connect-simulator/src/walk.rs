//! Takes the steps of a walk: sends what was planned, keeps every byte, and holds the answer against the prediction.

mod again;
mod alone;
mod callback;
mod error;
mod foresight;
mod learning;
mod metadata;
mod pace;
mod pressing;
mod sending;
mod sign_in;
mod telling;
#[cfg(test)]
mod tests;
mod words;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use connect_core::domain::walk::{Consent, Step};
use connect_core::{Env, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::MAY_BE_SPENT;
use crate::known::Known;
use crate::plan::Request;
use crate::session::{Bytes, Facts, Outcome, Run, Session, Spoiled, Verdict, Waiting};

pub use again::prepare_again;
pub use callback::Taken;
pub use error::WalkError;
pub use foresight::{Prepared, prepare};
pub use pace::{go, restart, stop_waiting};
pub use sending::Patience;

/// What a walk may ask of the sandbox it runs in.
pub trait Surroundings: Send + Sync {
    /// What is known of the target now.
    fn known(&self) -> Pin<Box<dyn Future<Output = Result<Known, String>> + Send + '_>>;
    /// Moves the clock that the target judges by.
    fn advance(
        &self,
        span: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
    /// Waits for the callback in the person's own browser; answers where, and why not.
    fn listen<'s>(
        &'s self,
        session: &'s Session,
    ) -> Pin<Box<dyn Future<Output = Listening> + Send + 's>>;
}

/// Whether somebody waits for the callback.
pub struct Listening {
    /// The redirect URI in truth: with the port that was free.
    pub redirect_uri: Option<String>,
    /// Why nobody listens, and what to do.
    pub problem: Option<String>,
}

/// A session that is being walked.
pub struct Walker<'w> {
    pub(crate) env: &'w Env,
    pub(crate) around: &'w dyn Surroundings,
    pub(crate) session: &'w mut Session,
    pub(crate) known: Known,
    /// Bytes of exchanges that are new, by number.
    bytes: Vec<(u32, Bytes)>,
    /// Ends the step under way: nothing more is sent, nothing more is waited for.
    cancelled: CancellationToken,
    patience: Patience,
    /// When the step under way has waited long enough.
    until: Instant,
    /// Whether the step under way presented something and was never told what became of it.
    in_doubt: bool,
}

impl<'w> Walker<'w> {
    /// Takes up a session.
    ///
    /// # Errors
    /// When nothing can be known of the target.
    pub async fn new(
        env: &'w Env,
        around: &'w dyn Surroundings,
        session: &'w mut Session,
    ) -> Result<Self, WalkError> {
        let known = around.known().await.map_err(WalkError::Surroundings)?;
        Ok(Self {
            env,
            around,
            session,
            known,
            bytes: Vec::new(),
            cancelled: CancellationToken::new(),
            patience: Patience::default(),
            until: Instant::now(),
            in_doubt: false,
        })
    }

    /// To be ended by this token.
    #[must_use]
    pub fn until_cancelled(self, cancelled: CancellationToken) -> Self {
        Self { cancelled, ..self }
    }

    /// To wait this long for a server.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Bytes of the exchanges since it was taken up.
    #[must_use]
    pub fn into_bytes(self) -> Vec<(u32, Bytes)> {
        self.bytes
    }

    /// Takes a step. What came after it is set aside.
    ///
    /// # Errors
    /// [`WalkError`]; nothing was sent then, and the session is as it was.
    pub async fn take(
        &mut self,
        step: Step,
        tamper: Option<&str>,
        edit: Option<Request>,
    ) -> Result<(), WalkError> {
        if self.session.is_full() {
            return Err(WalkError::Full);
        }
        let edited = edit.is_some();
        let prepared = prepare(self.session, &self.known, step, tamper, edit)?;
        let (draft, predictions) = (prepared.draft, prepared.predictions);
        pace::rewind(self.session, step);
        let run = self.begin(step, prepared.tamper, edited);
        let of_main = draft
            .main
            .and_then(|main| predictions.get(main).cloned().flatten());
        let (facts, setup) = (&self.session.facts, &self.session.setup);
        let spoiled = prepared.without.map(|without| Spoiled {
            without: without.filled(facts, setup),
            made: draft.filled(facts, setup),
        });
        let of_run = self.run(run);
        of_run.prediction = prepared.own.or(of_main);
        of_run.spoiled = spoiled.map(Box::new);
        self.time_begins();
        self.in_doubt = false;
        let outcome = match step {
            Step::Pkce => self.make_verifier(run),
            Step::AuthorizationUrl => self.make_authorization_url(run, &draft),
            Step::SignIn => self.sign_in(run, &draft).await,
            Step::Callback => self.check_callback(run, &draft),
            Step::IdToken => self.verify_id_token(run, &draft).await,
            _ => self.send_all(run, &draft, &predictions).await,
        };
        let is_over = matches!(outcome.verdict, Verdict::Failed | Verdict::Waiting);
        let outcome = if self.is_cancelled() && is_over {
            self.session.waiting = None;
            self.cancelled_in_doubt()
        } else {
            outcome
        };
        self.finish(run, step, outcome);
        Ok(())
    }

    /// How the step ends that was cancelled: something that it presented may be spent.
    fn cancelled_in_doubt(&self) -> Outcome {
        let cancelled = cancelled();
        if self.in_doubt {
            Outcome {
                fix: Some(MAY_BE_SPENT.to_owned()),
                ..cancelled
            }
        } else {
            cancelled
        }
    }

    /// Begins a run; answers its place among the runs.
    fn begin(&mut self, step: Step, tamper: Option<String>, edited: bool) -> usize {
        let number = self.session.runs.last().map_or(1, |run| run.number + 1);
        self.session.waiting = None;
        self.session.runs.push(Run {
            number,
            step,
            at: self.env.wall_now(),
            took_ms: 0,
            set_aside: false,
            tamper,
            edited,
            prediction: None,
            answered: None,
            outcome: Outcome {
                verdict: Verdict::Failed,
                words: String::new(),
                fix: None,
            },
            shown: Vec::new(),
            checks: Vec::new(),
            claims: Vec::new(),
            main_exchange: None,
            spoiled: None,
            before: self.before(),
        });
        self.session.runs.len() - 1
    }

    /// What the app knows now; shared with the runs before when they began there as well.
    fn before(&self) -> Arc<Facts> {
        let facts = &self.session.facts;
        let mut runs = self.session.runs.iter().rev();
        let same = runs.find(|run| *run.before == *facts);
        same.map_or_else(|| Arc::new(facts.clone()), |run| Arc::clone(&run.before))
    }

    pub(crate) fn run(&mut self, place: usize) -> &mut Run {
        &mut self.session.runs[place]
    }

    /// Ends a run and moves the walk on where it went as the flow wants it.
    fn finish(&mut self, place: usize, step: Step, outcome: Outcome) {
        let now = self.env.wall_now();
        let run = self.run(place);
        run.took_ms = u64::try_from(now.millis_since(run.at)).unwrap_or(0);
        let foreseen = outcome.verdict == Verdict::RefusedAsMeant
            && !run.is_spoiled()
            && matches!(step, Step::Introspect | Step::Api);
        let goes_on = outcome.verdict == Verdict::Done || foreseen;
        run.outcome = outcome;
        self.session.updated_at = now;
        self.session.skipped.retain(|it| *it != step);
        self.session.at = if goes_on {
            pace::after(self.session, step)
        } else {
            Some(step)
        };
    }

    /// Moves the clock; the time that this takes is not the server's.
    async fn moved(&mut self, span: Duration) -> Result<(), String> {
        let moved = self.around.advance(span).await;
        self.time_begins();
        moved
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.env.wall_now()
    }

    /// The walk waits for a person.
    pub(crate) fn wait(&mut self, url: &str, listening: Option<Listening>) -> Outcome {
        let (address, problem) = match listening {
            Some(it) => (it.redirect_uri, it.problem),
            None => (None, None),
        };
        let words = match self.session.setup.consent {
            Consent::Window => {
                "The sign-in page is open in a window of its own. The walk goes on when the person has decided."
            }
            Consent::Browser => {
                "Open the address in your browser. The walk goes on when the callback arrives."
            }
            Consent::Paste | Consent::Automatic => {
                "Open the address anywhere, decide, then paste the address that the browser ended at."
            }
        };
        self.session.waiting = Some(Waiting {
            open: url.to_owned(),
            listening: address,
            problem: problem.clone(),
        });
        Outcome {
            verdict: Verdict::Waiting,
            words: words.to_owned(),
            fix: problem,
        }
    }
}

/// How a step ends that was cancelled.
pub(crate) fn cancelled() -> Outcome {
    Outcome {
        verdict: Verdict::Cancelled,
        words: "The step was cancelled. What was sent and answered until then is kept; nothing more was sent."
            .to_owned(),
        fix: Some("Take the step again when you like.".to_owned()),
    }
}
