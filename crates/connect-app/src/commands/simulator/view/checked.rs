//! What the server looked at in a step, as far as its answer shows: nothing that it did not get to.

use connect_core::domain::walk::Step;
use connect_simulator::session::{Answered, Place, Run, Session};

const CLIENT: &str = "that the app is who it says";
const REQUEST: &str = "which app asks, that the redirect URI is registered, the scopes, and that there is a challenge";

/// In order; empty when the server was not asked, when nobody has decided yet, or at another target, of whose checks nothing
/// is known.
pub(super) fn by_the_server(session: &Session, run: &Run) -> Vec<String> {
    let Some(answered) = run.answered.as_ref().filter(|_| session.target.own) else {
        return Vec::new();
    };
    let error = answered.error.as_deref();
    if run.edited || (run.step == Step::AfterRevoke && run.tamper.is_some()) {
        return vec![match error {
            Some(error) => format!("the request as it was made, up to what `{error}` says"),
            None => "the request as it was made".to_owned(),
        }];
    }
    let said: Vec<&str> = match run.step {
        Step::SignIn => return sign_in(answered),
        Step::Token | Step::Refresh | Step::Reuse | Step::Introspect | Step::Revoke => {
            return of_form(run.step, answered);
        }
        Step::Api | Step::AfterRevoke => match (answered.status.unwrap_or_default(), error) {
            (200..300, _) => vec![
                "that the access token is alive",
                "that one of its scopes opens the call",
            ],
            (403, Some("insufficient_scope")) => vec![
                "that the access token is alive",
                "its scopes, none of which opens the call",
            ],
            (401, _) => {
                vec!["the access token, which is not accepted; its scopes were not looked at"]
            }
            (404 | 405, _) => {
                vec!["method and path, which lead nowhere; that says nothing of the token"]
            }
            (429, _) => vec!["how often the app asks"],
            _ => vec!["the call, up to what its error says"],
        },
        _ => Vec::new(),
    };
    said.into_iter().map(str::to_owned).collect()
}

fn sign_in(answered: &Answered) -> Vec<String> {
    let both = |last: &str| vec![REQUEST.to_owned(), last.to_owned()];
    match (answered.place, answered.error.as_deref()) {
        (Place::Redirect, None) => {
            let mut all = both("who the person is");
            all.push("that they agree".to_owned());
            all
        }
        (Place::Redirect, Some("access_denied")) => both("what the person decides: they said no"),
        (Place::Redirect, Some(error @ ("login_required" | "consent_required" | "interaction_required"))) => {
            both(&format!("whether a page has to be shown, which the request forbade: `{error}`"))
        }
        (Place::Redirect, Some(error)) => vec![format!(
            "the request, which was sent back with `{error}` before anybody was asked to sign in"
        )],
        (Place::Page | Place::Body, _) => vec![
            "the request, which was refused before anybody was asked to sign in; the app is not told"
                .to_owned(),
        ],
        (Place::App, _) => Vec::new(),
    }
}

/// A form to the authorization server: first who asks, then what.
fn of_form(step: Step, answered: &Answered) -> Vec<String> {
    let error = answered.error.as_deref();
    let what = match (step, error) {
        (_, Some("invalid_client")) => {
            return vec![
                "who the app is: not as it is registered, so nothing else was looked at".to_owned(),
            ];
        }
        (_, Some("rate_limited")) => {
            return vec!["which app asks, and how often; nothing else".to_owned()];
        }
        (Step::Token, None) => {
            "that the code is fresh, unused and this app's, and that the SHA-256 of the verifier is the challenge"
        }
        (Step::Token, Some("invalid_grant")) => {
            "the code and what has to fit it, redirect URI and verifier: something did not"
        }
        (Step::Refresh, None) => "that the refresh token is its own, alive, and not used before",
        (Step::Reuse, None) => "that the refresh token may be taken",
        (Step::Refresh | Step::Reuse, Some("invalid_grant")) => {
            "the refresh token, which is not good any more"
        }
        (Step::Introspect, None) => "that the app may ask, and how the token stands",
        (Step::Revoke, None) => "whether the token is its own, and whether anything is left to end",
        (_, Some(error)) => {
            return vec![format!("the request, up to what `{error}` says")];
        }
        (_, None) => return vec![CLIENT.to_owned()],
    };
    vec![CLIENT.to_owned(), what.to_owned()]
}
