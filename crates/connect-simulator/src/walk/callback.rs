//! The way back: a callback arrives, and the app checks it before it believes a word of it.

use connect_core::domain::walk::{Consent, Party, Step};
use connect_core::protocol::redirect::leads_back;
use serde_json::Value;
use url::Url;

use super::{WalkError, Walker, pace};
use crate::plan::{Draft, Request};
use crate::predict;
use crate::session::{Answered, Bytes, Check, Exchange, Outcome, Place, Shown, Timing, Verdict};

/// A callback as a listener took it.
pub struct Taken {
    /// The whole URL.
    pub url: String,
    /// The bytes both ways.
    pub bytes: Bytes,
    /// When each part was there.
    pub timing: Timing,
    /// The status that the browser was answered.
    pub status: u16,
}

impl Walker<'_> {
    /// Takes a callback for a walk that waits.
    ///
    /// # Errors
    /// When the walk waits for none, or this is none of its own.
    pub fn callback(&mut self, url: &str) -> Result<(), WalkError> {
        let Some(run) = pace::waiting_run(self.session) else {
            return Err(WalkError::NotWaiting);
        };
        let url = url.trim();
        let expected = self.session.redirect_uri().to_owned();
        if !comes_back(&expected, url) {
            return Err(WalkError::NotTheCallback(format!(
                "this is not the callback: it should begin with {expected}; copy the whole address that the browser ended at"
            )));
        }
        let brings = Request::get(url);
        if brings.parameter("code").is_none() && brings.parameter("error").is_none() {
            return Err(WalkError::NotTheCallback(
                "there is neither a code nor an error in this address: copy the whole address that the browser ended at, with what is behind the question mark"
                    .to_owned(),
            ));
        }
        let asked = self
            .session
            .facts
            .authorization_url
            .clone()
            .unwrap_or_default();
        self.session.waiting = None;
        let outcome = self.arrived(run, url, &asked);
        self.finish(run, Step::SignIn, outcome);
        Ok(())
    }

    /// The same for one that a listener took: it is an exchange of the session.
    ///
    /// # Errors
    /// As [`Walker::callback`].
    pub fn callback_taken(&mut self, taken: Taken) -> Result<(), WalkError> {
        let Some(run) = pace::waiting_run(self.session) else {
            return Err(WalkError::NotWaiting);
        };
        let number = self.session.exchanges.last().map_or(1, |it| it.number + 1);
        let exchange = Exchange {
            number,
            run: self.session.runs[run].number,
            label: "Callback".to_owned(),
            from: Party::Browser,
            to: Party::App,
            at: self.now(),
            method: "GET".to_owned(),
            url: taken.url.clone(),
            status: Some(taken.status),
            error: Request::get(taken.url.clone()).parameter("error"),
            failed: None,
            fix: None,
            timing: taken.timing,
            hidden: false,
            server: None,
            tls: false,
            prediction: None,
            answered: None,
        };
        self.took_in(exchange, taken.bytes);
        self.callback(&taken.url)
    }

    /// The browser came back to the app.
    pub(super) fn arrived(&mut self, run: usize, url: &str, asked: &str) -> Outcome {
        let callback = Request::get(url);
        let error = callback.parameter("error");
        if let Some(code) = callback.parameter("code") {
            self.note_code(&code, asked);
        }
        self.session.facts.callback_url = Some(url.to_owned());
        let meant = self.run(run).is_spoiled();
        let denies = !self.session.setup.allow;
        let answered = Answered {
            place: Place::Redirect,
            status: None,
            error: error.clone(),
        };
        self.look_where_registered(run, &answered);
        self.session.runs[run].answered = Some(answered);
        let by_person = self.session.setup.consent != Consent::Automatic;
        let says_no = by_person && error.as_deref() == Some("access_denied");
        if says_no && let Some(prediction) = &mut self.session.runs[run].prediction {
            predict::person_said_no(prediction);
        }
        match error {
            None => Outcome {
                verdict: Verdict::Done,
                words: "The person signed in and allowed it: the browser is on its way back to the app with a code.".to_owned(),
                fix: None,
            },
            Some(error) => Outcome {
                verdict: if meant { Verdict::RefusedAsMeant } else { Verdict::Done },
                words: format!(
                    "The browser is on its way back to the app with the error `{error}`{}.",
                    callback
                        .parameter("error_description")
                        .map_or_else(String::new, |text| format!(": {text}"))
                ),
                fix: (!meant && !denies).then(|| {
                    let first = if says_no {
                        "The app tells the person, who may want to begin again"
                    } else {
                        "Mend what the error says, then begin the sign-in anew"
                    };
                    format!("{first}: from step 2, with values of its own.")
                }),
            },
        }
    }

    /// Checks the callback before the app believes it.
    pub(super) fn check_callback(&mut self, run: usize, draft: &Draft) -> Outcome {
        let url = draft.callback.clone().unwrap_or_default();
        let callback = Request::get(url);
        let facts = &self.session.facts;
        let issuer = facts
            .metadata
            .as_ref()
            .and_then(|it| it.get("issuer")?.as_str());
        let issuer = issuer.unwrap_or(&self.session.target.base_url).to_owned();
        let promises_iss = facts
            .metadata
            .as_ref()
            .and_then(|it| {
                it.get("authorization_response_iss_parameter_supported")?
                    .as_bool()
            })
            .unwrap_or(false);
        let state = facts.state.clone().unwrap_or_default();
        let parameter = |name: &str| callback.parameter(name);
        let said = |name: &str| parameter(name).unwrap_or_else(|| "nothing".to_owned());
        let mut checks = vec![Check::new(
            "state_matches",
            "Whether it answers the request of this very browser, so that nobody can slip in a callback of their own.",
            state.clone(),
            said("state"),
            parameter("state").as_deref() == Some(&state),
            "RFC 6749 §10.12",
        )];
        if promises_iss || parameter("iss").is_some() {
            checks.push(Check::new(
                "issuer_matches",
                "Whether it comes from the server that was asked, not from another one that the app also knows.",
                issuer.clone(),
                said("iss"),
                parameter("iss").as_deref() == Some(&issuer),
                "RFC 9207 §2.4",
            ));
        }
        checks.push(Check::new(
            "no_error",
            "Whether the server says yes: there is no error.",
            "no error",
            parameter("error").unwrap_or_else(|| "no error".to_owned()),
            parameter("error").is_none(),
            "RFC 6749 §4.1.2.1",
        ));
        checks.push(Check::new(
            "code_present",
            "Whether there is a code to exchange.",
            "a code",
            parameter("code").map_or("nothing", |_| "a code"),
            parameter("code").is_some(),
            "RFC 6749 §4.1.2",
        ));
        let failed = checks.iter().find(|check| !check.passed).cloned();
        let denies = !self.session.setup.allow;
        let of_run = self.run(run);
        for (name, value) in callback.query() {
            of_run.shown.push(Shown {
                how: "From the callback URL".to_owned(),
                source: "RFC 6749 §4.1.2".to_owned(),
                name,
                value,
            });
        }
        of_run.checks = checks;
        of_run.answered = Some(Answered {
            place: Place::App,
            status: None,
            error: failed.as_ref().map(|check| check.name.clone()),
        });
        let (refused, meant) = (of_run.refused(), of_run.is_spoiled());
        let Some(failed) = failed else {
            self.session.facts.code = callback.parameter("code");
            return Outcome {
                verdict: Verdict::Done,
                words: "State and issuer are the expected ones: the app takes the code.".to_owned(),
                fix: None,
            };
        };
        let is_error = failed.name == "no_error";
        Outcome {
            verdict: if is_error && denies {
                Verdict::RefusedAsMeant
            } else {
                refused
            },
            words: if is_error {
                format!(
                    "The server said no: `{}`. The app tells the person, and stops here.",
                    failed.received
                )
            } else {
                format!(
                    "The app's check `{}` failed: it drops the callback and sends nothing.",
                    failed.name
                )
            },
            fix: (!meant).then(|| {
                if is_error && denies {
                    "That the person says no is chosen in step 1: change it there, and begin again."
                } else {
                    "Begin the sign-in anew, from step 2: each has values of its own."
                }
                .to_owned()
            }),
        }
    }
}

/// Whether an address is a way back to a redirect URI: by scheme, authority and path, as browsers write them; by text where
/// one of them is no URL.
pub(super) fn comes_back(redirect_uri: &str, place: &str) -> bool {
    if let (Ok(redirect_uri), Ok(place)) = (Url::parse(redirect_uri), Url::parse(place)) {
        return leads_back(&place, &redirect_uri);
    }
    let base = |url: &str| url.split(['?', '#']).next().unwrap_or_default().to_owned();
    base(redirect_uri) == base(place)
}

/// A member of the metadata as text.
pub(super) fn member(metadata: &Value, name: &str) -> Option<String> {
    metadata.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_is_known_however_a_browser_writes_it() {
        for (redirect_uri, place, comes) in [
            ("https://app.example", "https://app.example/?code=1", true),
            ("http://localhost:80/cb", "http://localhost/cb?code=1", true),
            ("com.example.app:/cb", "com.example.app:/cb?code=1", true),
            (
                "https://app.example/cb",
                "https://app.example/cb/?code=1",
                false,
            ),
            ("no url", "no url?code=1", true),
            ("no url", "https://app.example/?code=1", false),
        ] {
            assert_eq!(
                comes_back(redirect_uri, place),
                comes,
                "{redirect_uri} {place}"
            );
        }
    }
}
