//! Sign-in and consent: by the simulator itself as a browser without a screen, or by a person.

use connect_core::domain::walk::Consent;

use super::callback::comes_back;
use super::pressing::join;
use super::{Listening, Walker};
use crate::client::{self, Answer};
use crate::pages;
use crate::plan::{Draft, Planned, Request};
use crate::predict;
use crate::session::{Answered, Outcome, Place, Verdict};

/// Most pages and redirects on the way.
const MOST_HOPS: usize = 12;

/// Where the browser ended.
enum End {
    /// At the app's redirect URI.
    Callback(String),
    /// At a page that says no.
    Page {
        status: u16,
        /// The error that the answer's body holds, when it is no page.
        told: Option<String>,
        html: String,
    },
    /// Nowhere: this is why.
    Stuck(String),
    /// Nowhere, as no answer came.
    Unanswered { why: String, fix: Option<String> },
}

impl Walker<'_> {
    /// Goes to the authorization URL.
    pub(super) async fn sign_in(&mut self, run: usize, draft: &Draft) -> Outcome {
        let planned = draft.main().cloned();
        let planned = planned.expect("the draft of this step has the authorization request");
        // What was tampered with or edited is what a person opens, too.
        let url = planned.request.url.clone();
        self.session.facts.authorization_url = Some(url.clone());
        if let Err(error) = client::allowed_text(&url, &self.session.target) {
            return Outcome {
                verdict: Verdict::Failed,
                words: format!("The browser is not sent there: {error}."),
                fix: Some(error.fix().to_owned()),
            };
        }
        match self.session.setup.consent {
            Consent::Automatic => {
                let end = self.browse(run, planned, draft.deny).await;
                self.ended(run, &url, end)
            }
            Consent::Browser => {
                let listening = self.around.listen(self.session).await;
                let url = self.redirected_to(run, &url, &listening);
                self.wait(&url, Some(listening))
            }
            Consent::Window | Consent::Paste => self.wait(&url, None),
        }
    }

    /// The authorization URL with the redirect URI that is listened at in truth.
    fn redirected_to(&mut self, run: usize, url: &str, listening: &Listening) -> String {
        let Some(in_truth) = &listening.redirect_uri else {
            return url.to_owned();
        };
        let mut request = Request::get(url);
        let asked = request.parameter("redirect_uri");
        if asked.as_deref() == Some(in_truth)
            || asked.as_deref() != Some(self.session.redirect_uri())
        {
            return url.to_owned();
        }
        request.set_parameter("redirect_uri", Some(in_truth));
        if let Some(spoiled) = &mut self.run(run).spoiled {
            let drafts = [&mut spoiled.without, &mut spoiled.made].into_iter();
            let kept = drafts.filter_map(Draft::main_mut);
            for request in kept.filter(|it| it.parameter("redirect_uri") == asked) {
                request.set_parameter("redirect_uri", Some(in_truth));
            }
        }
        let facts = &mut self.session.facts;
        facts.redirect_uri = Some(in_truth.clone());
        facts.authorization_url = Some(request.url.clone());
        request.url
    }

    /// Follows redirects and presses buttons as the persona would.
    async fn browse(&mut self, run: usize, first: Planned, deny: bool) -> End {
        let mut next = first;
        for _ in 0..MOST_HOPS {
            if self.is_cancelled() {
                return End::Stuck("it was cancelled".to_owned());
            }
            if self.time_left().is_zero() {
                let seconds = self.patience.step.as_secs();
                return End::Unanswered {
                    why: format!("sign-in and consent took longer than {seconds} seconds in all"),
                    fix: Some(self.fix_of_silence().to_owned()),
                };
            }
            let mut planned = next.clone();
            if !self.session.facts.cookies.is_empty() {
                let pairs = self.session.facts.cookies.iter();
                let pairs: Vec<String> = pairs
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                planned.request.set_header("Cookie", pairs.join("; "));
            }
            let (number, answer) = self.send(run, &planned, None).await;
            self.session.runs[run].main_exchange = Some(number);
            let Some(answer) = answer else {
                let exchange = self.exchange(number).cloned();
                let (why, fix) = exchange.map_or((None, None), |it| (it.failed, it.fix));
                return End::Unanswered {
                    why: why.unwrap_or_default(),
                    fix,
                };
            };
            self.keep_cookies(&answer);
            let at = planned.request.url;
            if (300..400).contains(&answer.status) {
                let Some(place) = answer.header("location").and_then(|it| join(&at, it)) else {
                    return End::Stuck("the answer is a redirect to nowhere".to_owned());
                };
                if self.is_callback(&place) {
                    return End::Callback(place);
                }
                next = Planned {
                    label: "Redirect".to_owned(),
                    hidden: true,
                    request: Request::get(place).with("Accept", "text/html"),
                    ..next
                };
                continue;
            }
            let html = answer.text();
            if answer.status >= 400 {
                return End::Page {
                    status: answer.status,
                    told: answer.error(),
                    html,
                };
            }
            match self.press(&at, &html, deny) {
                Ok(pressed) => next = pressed,
                Err(why) => return End::Stuck(why),
            }
        }
        End::Stuck("the pages lead in circles".to_owned())
    }

    /// Whether an address is the redirect URI of the request that was sent. A wrong one counts as well: the server
    /// was asked to come back to it.
    fn is_callback(&self, place: &str) -> bool {
        let asked = self.session.facts.authorization_url.as_deref();
        let asked = asked.and_then(|url| Request::get(url).parameter("redirect_uri"));
        asked.is_some_and(|asked| comes_back(&asked, place))
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        let headers = answer.headers.iter();
        let set = headers.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, cookie) in set {
            let pair = cookie.split(';').next().and_then(|it| it.split_once('='));
            let Some((name, value)) = pair else { continue };
            let cookies = &mut self.session.facts.cookies;
            cookies.retain(|(known, _)| known != name.trim());
            if !value.trim().is_empty() {
                cookies.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    /// The end of the way, as the step's outcome.
    fn ended(&mut self, run: usize, url: &str, end: End) -> Outcome {
        match end {
            End::Callback(place) => self.arrived(run, &place, url),
            End::Page { status, told, html } => {
                let answered = Answered {
                    // A path that does not exist is answered in JSON, a browser or not.
                    place: told.as_ref().map_or(Place::Page, |_| Place::Body),
                    status: Some(status),
                    error: told.or_else(|| pages::error(&html)),
                };
                let heading = pages::heading(&html).unwrap_or_default();
                // Which error another server's page is about can't be read from it.
                if !self.session.target.own && answered.error.is_none() {
                    self.session.runs[run].prediction = None;
                }
                let unregistered = self.look_where_registered(run, &answered);
                let of_run = self.run(run);
                of_run.answered = Some(answered);
                Outcome {
                    verdict: of_run.refused(),
                    words: format!(
                        "The server shows the person a page with status {status}: \"{heading}\". The app is told nothing."
                    ),
                    fix: (!of_run.is_spoiled()).then(|| if unregistered {
                        "Look at client id and redirect URI under Configure: they have to be those that are registered at this platform. The page in the answer says more."
                    } else {
                        "Look at the page in the answer: it says what is wrong and how to mend it."
                    }.to_owned()),
                }
            }
            End::Unanswered { why, fix } => Outcome {
                verdict: Verdict::Failed,
                words: format!("No answer came: {why}."),
                fix,
            },
            End::Stuck(why) => Outcome {
                verdict: Verdict::Failed,
                words: format!("The simulator could not go on: {why}."),
                fix: Some("Choose a persona that exists, or another way to sign in.".to_owned()),
            },
        }
    }

    /// Marks an answer of another target that is about the app's registration there as foreseen for that case; answers
    /// whether it is.
    pub(super) fn look_where_registered(&mut self, run: usize, answered: &Answered) -> bool {
        if self.session.target.own {
            return false;
        }
        let prediction = self.session.runs[run].prediction.as_mut();
        prediction.is_some_and(|prediction| {
            predict::registered_there(prediction, answered, &self.known);
            prediction.came_otherwise(answered)
        })
    }
}
