//! A request goes out and its answer is taken in: every byte is kept, whatever becomes of it.

use std::time::Duration;

use connect_core::Moment;
use connect_core::domain::walk::{Party, Step};
use tokio::time::Instant;

use super::{Walker, cancelled, words};
use crate::client::{self, Answer, MAY_BE_SPENT};
use crate::plan::{Draft, Planned, Request};
use crate::predict;
use crate::session::{
    Answered, Bytes, CredentialState, Exchange, Outcome, Place, Prediction, Session, Verdict,
};

/// How long a step may wait for a server.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one answer.
    pub answer: Duration,
    /// For all the answers of a step together, pages and redirects of a sign-in among them.
    pub step: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            step: Duration::from_mins(1),
        }
    }
}

impl Walker<'_> {
    /// Whether nothing more is to be sent.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// The step's time begins.
    pub(super) fn time_begins(&mut self) {
        self.until = Instant::now() + self.patience.step;
    }

    /// How long the next answer is waited for.
    pub(super) fn time_left(&self) -> Duration {
        let of_step = self.until.saturating_duration_since(Instant::now());
        of_step.min(self.patience.answer)
    }

    /// What to do when the step's time is over.
    pub(super) const fn fix_of_silence(&self) -> &'static str {
        if self.in_doubt {
            MAY_BE_SPENT
        } else {
            "Look at the exchanges: their times say who was slow. Then take the step again."
        }
    }

    /// Sends the requests of a draft in order.
    pub(super) async fn send_all(
        &mut self,
        run: usize,
        draft: &Draft,
        predictions: &[Option<Prediction>],
    ) -> Outcome {
        let mut main_answer = None;
        for (place, planned) in draft.requests.iter().enumerate() {
            let is_main = draft.main == Some(place);
            let after_main = draft.main.is_some_and(|main| place > main);
            let refused = main_answer
                .as_ref()
                .is_none_or(|it: &Answer| it.status >= 400);
            if draft.step == Step::Refresh && after_main && refused {
                // There is no new token to make the call with.
                break;
            }
            // What the main request brought about is learnt already: the step is taken, whatever follows it or not.
            if main_answer.is_some() && (self.is_cancelled() || self.time_left().is_zero()) {
                break;
            }
            if self.is_cancelled() {
                return cancelled();
            }
            if self.time_left().is_zero() {
                return Outcome {
                    verdict: Verdict::Failed,
                    words: format!(
                        "No answer came: the step took longer than {} seconds in all.",
                        self.patience.step.as_secs()
                    ),
                    fix: Some(self.fix_of_silence().to_owned()),
                };
            }
            if is_main
                && let Some(span) = draft.advance
                && let Err(why) = self.moved(span).await
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
        let (within, cancelled) = (self.time_left(), &self.cancelled);
        let sent = client::send(&request, &self.session.target, within, cancelled).await;
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
        let was_sent = !sent.bytes.request.is_empty();
        let doubted = answer.is_none() && was_sent && self.doubt(&request);
        self.in_doubt |= doubted;
        let fix = failed
            .as_ref()
            .map(|error| if doubted { MAY_BE_SPENT } else { error.fix() });
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
            fix: fix.map(str::to_owned),
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

    /// A change was asked for and never answered: whether what it was about still works can't be told from here. Answers
    /// whether it was about something that the session has.
    fn doubt(&mut self, request: &Request) -> bool {
        let metadata = self.session.facts.metadata.as_ref();
        let introspection = metadata.and_then(|it| it.get("introspection_endpoint")?.as_str());
        if request.method == "GET" || introspection == Some(&*request.url) {
            return false;
        }
        let fields: Vec<_> = form_urlencoded::parse(request.body.as_bytes()).collect();
        let presented = |value: &str| fields.iter().any(|(_, it)| it == value);
        let credentials = &mut self.session.credentials;
        if !credentials.iter().any(|it| presented(&it.value)) {
            return false;
        }
        for credential in credentials {
            if credential.state == CredentialState::Active {
                credential.state = CredentialState::Unsure;
            }
        }
        true
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
        if !self.session.target.own {
            predict::registered_there(&mut prediction, answered, &self.known);
            return Some(prediction);
        }
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
