//! Takes the steps of a walk: sends what was planned, keeps every byte, and holds the answer against the prediction.

mod callback;
mod foresight;
mod learning;
mod pace;
mod sign_in;
mod telling;
mod words;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use connect_core::domain::walk::{Consent, Party, Step};
use connect_core::{Env, Moment, Timestamp};

use crate::client::{self, Answer};
use crate::known::Known;
use crate::plan::{Blocked, Draft, Planned, Request};
use crate::predict;
use crate::session::{
    Answered, Bytes, Exchange, Outcome, Place, Prediction, Run, Session, Verdict, Waiting,
};

pub use callback::Taken;
pub use foresight::{Prepared, prepare};
pub use pace::{go, restart};

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

/// Why a step was not taken. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Something is missing for it.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// Nothing goes wrong by that name.
    #[error("nothing goes wrong by the name `{name}`{hint}; see simulator_tampers")]
    UnknownTamper {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// It belongs to another step.
    #[error("`{name}` belongs to the step \"{}\"", .step.title())]
    TamperElsewhere {
        /// What was asked for.
        name: &'static str,
        /// Where it belongs.
        step: Step,
    },
    /// It can't be tried in this session.
    #[error("`{name}` can't be tried here: {why}")]
    TamperUnavailable {
        /// What was asked for.
        name: &'static str,
        /// Why not.
        why: String,
    },
    /// The step sends nothing that could be changed.
    #[error("the step \"{}\" has no request that could be changed", .0.title())]
    NothingToEdit(Step),
    /// The walk is over.
    #[error("the walk is finished: go back to a step, or start again")]
    Finished,
    /// It is past the step that it was to stop at.
    #[error("the walk stands at \"{}\", past \"{}\": go back first", .at.title(), .until.title())]
    Past {
        /// Where it stands.
        at: Step,
        /// Where it was to stop.
        until: Step,
    },
    /// What is known of the target could not be read, or its clock not be moved.
    #[error("{0}")]
    Surroundings(String),
    /// No callback is awaited.
    #[error("this walk does not wait for a callback: take the step \"Sign-in and consent\" first")]
    NotWaiting,
    /// The callback is not one of this walk's redirect URI.
    #[error("{0}")]
    NotTheCallback(String),
}

/// A session that is being walked.
pub struct Walker<'w> {
    pub(crate) env: &'w Env,
    pub(crate) around: &'w dyn Surroundings,
    pub(crate) session: &'w mut Session,
    pub(crate) known: Known,
    /// Bytes of exchanges that are new, by number.
    bytes: Vec<(u32, Bytes)>,
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
        })
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
        let edited = edit.is_some();
        let prepared = prepare(self.session, &self.known, step, tamper, edit)?;
        let (draft, predictions) = (prepared.draft, prepared.predictions);
        pace::rewind(self.session, step);
        let run = self.begin(step, prepared.tamper, edited);
        let of_main = draft
            .main
            .and_then(|main| predictions.get(main).cloned().flatten());
        self.run(run).prediction = prepared.own.or(of_main);
        let verdict = match step {
            Step::Pkce => self.make_verifier(run),
            Step::AuthorizationUrl => self.make_authorization_url(run, &draft),
            Step::SignIn => self.sign_in(run, &draft).await,
            Step::Callback => self.check_callback(run, &draft),
            Step::IdToken => self.verify_id_token(run, &draft).await,
            _ => self.send_all(run, &draft, &predictions).await,
        };
        self.finish(run, step, verdict);
        Ok(())
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
            before: self.session.facts.clone(),
        });
        self.session.runs.len() - 1
    }

    pub(crate) fn run(&mut self, place: usize) -> &mut Run {
        &mut self.session.runs[place]
    }

    /// Ends a run and moves the walk on where it went as the flow wants it.
    fn finish(&mut self, place: usize, step: Step, outcome: Outcome) {
        let now = self.env.wall_now();
        let run = self.run(place);
        run.took_ms = u64::try_from(now.millis_since(run.at)).unwrap_or(0);
        let meant = run.tamper.is_some() || run.edited;
        let foreseen = outcome.verdict == Verdict::RefusedAsMeant
            && !meant
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

    /// Sends the requests of a draft in order.
    async fn send_all(
        &mut self,
        run: usize,
        draft: &Draft,
        predictions: &[Option<Prediction>],
    ) -> Outcome {
        let mut main_answer = None;
        for (place, planned) in draft.requests.iter().enumerate() {
            let is_main = draft.main == Some(place);
            if is_main
                && let Some(span) = draft.advance
                && let Err(why) = self.around.advance(span).await
            {
                return Outcome {
                    verdict: Verdict::Failed,
                    words: format!(
                        "The clock could not be moved, so the request was not sent: {why}."
                    ),
                    fix: Some("Take the step again when the clock can be moved.".to_owned()),
                };
            }
            let prediction = predictions.get(place).cloned().flatten();
            let (number, answer) = self.send(run, planned, prediction).await;
            if is_main {
                let answered = self.exchange(number).and_then(|it| it.answered.clone());
                let prediction = self.exchange(number).and_then(|it| it.prediction.clone());
                let run = self.run(run);
                run.main_exchange = Some(number);
                if answered.is_some() {
                    run.prediction = prediction;
                }
                run.answered = answered;
                main_answer = answer;
            }
        }
        self.tell(run, draft, main_answer.as_ref())
    }

    /// Sends a request, keeps its bytes, and learns from its answer. The answer is none when none came.
    pub(crate) async fn send(
        &mut self,
        run: usize,
        planned: &Planned,
        prediction: Option<Prediction>,
    ) -> (u32, Option<Answer>) {
        let request = planned
            .request
            .filled(&self.session.facts, &self.session.setup);
        let at = self.env.wall_now();
        let sent = client::send(&request, &self.session.target).await;
        let number = self.session.exchanges.last().map_or(1, |it| it.number + 1);
        let (answer, failed) = match sent.answer {
            Ok(answer) => (Some(answer), None),
            Err(error) => (None, Some(error)),
        };
        let answered = answer.as_ref().map(|answer| Answered {
            place: if is_page(answer) {
                Place::Page
            } else {
                Place::Body
            },
            status: Some(answer.status),
            error: answer.error(),
        });
        let prediction = match &answered {
            Some(answered) => self.looked_up(prediction, &request, answered).await,
            None => None,
        };
        let run = &self.session.runs[run];
        self.session.exchanges.push(Exchange {
            number,
            run: run.number,
            label: planned.label.clone(),
            from: planned.from,
            to: planned.to,
            at,
            method: request.method.clone(),
            url: request.url.clone(),
            status: answer.as_ref().map(|answer| answer.status),
            error: answer.as_ref().and_then(Answer::error),
            fix: failed.as_ref().map(|error| error.fix().to_owned()),
            failed: failed.map(|error| error.to_string()),
            timing: sent.timing,
            hidden: planned.hidden,
            server: server_exchange(self.session, answer.as_ref()),
            tls: sent.tls,
            prediction,
            answered: answered.clone(),
        });
        self.bytes.push((number, sent.bytes));
        if let (Some(answer), Some(answered)) = (&answer, &answered)
            && planned.from == Party::App
        {
            self.look_at_the_clock();
            self.learn(&request, answer, answered);
        }
        (number, answer)
    }

    /// A prediction, with what its other answer depends on looked up if that is the one that came.
    async fn looked_up(
        &self,
        prediction: Option<Prediction>,
        request: &Request,
        answered: &Answered,
    ) -> Option<Prediction> {
        // How many requests another target takes nobody here knows.
        if !self.session.target.own && answered.status == Some(words::SLOWED_DOWN) {
            return None;
        }
        let mut prediction = prediction?;
        if prediction.expected != *answered
            && let Some(otherwise) = &mut prediction.otherwise
            && otherwise.expected == *answered
        {
            let caller = predict::counts(request, self.session, &self.known);
            let after = self.around.known().await;
            otherwise.happened = after.is_ok_and(|after| {
                predict::happened(otherwise, caller.as_ref(), &self.known, &after)
            });
        }
        Some(prediction)
    }

    /// What is known of the target, as of now. Its rules and apps are read once a step.
    fn look_at_the_clock(&mut self) {
        let now = self.env.moment();
        self.known.now = if self.session.target.own {
            now
        } else {
            // Another target judges by the wall clock.
            Moment {
                sandbox: now.wall,
                wall: now.wall,
            }
        };
    }

    pub(crate) fn exchange(&self, number: u32) -> Option<&Exchange> {
        let mut exchanges = self.session.exchanges.iter();
        exchanges.find(|it| it.number == number)
    }

    /// An exchange that the simulator did not send itself: a callback that a listener took.
    pub(crate) fn took_in(&mut self, exchange: Exchange, bytes: Bytes) {
        self.bytes.push((exchange.number, bytes));
        self.session.exchanges.push(exchange);
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

/// Whether somebody is refused by a page.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    answer.status >= 400 && kind.starts_with("text/html")
}

/// The exchange's id in this sandbox, which its answers carry.
fn server_exchange(session: &Session, answer: Option<&Answer>) -> Option<String> {
    let id = answer?.header("x-request-id")?;
    session.target.own.then(|| id.to_owned())
}
