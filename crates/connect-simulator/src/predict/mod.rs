//! What a server will answer, said before anything is sent.
//!
//! A second statement of the contract, made from the documents, the rulings and the RFCs, and never by the authorization
//! server's code: where both say the same, that proves something. It judges the request as it will be sent and nothing
//! else, so that one changed by hand is foreseen as well. One file per endpoint; [`settle`] draws the consequences once
//! the answer is there.
//!
//! To add an endpoint: a file with a `judge`, its line in [`endpoint`] when metadata names it, and in [`route`].

mod account;
mod app;
mod authorize;
mod bearer;
mod code;
mod credentials;
mod endpoint;
mod introspect;
mod message;
mod rate;
mod refresh;
mod revoke;
mod rule;
mod services;
mod settle;
mod token;
mod uris;

#[cfg(test)]
mod tests;

use connect_core::domain::standing::Clause;
use connect_core::domain::walk::Consent;
use endpoint::{Endpoint, Place};

pub use rate::happened;
pub(crate) use settle::UNKNOWN_ACCESS;
pub use settle::settle;

use crate::known::{Caller, Known};
use crate::plan::Request;
use crate::session::{Answered, Otherwise, Place as Said, Prediction, Session};
use message::{Flaw, Message};
use rule::{Foreseen, answered, refused};

/// Everything that decides beside the request.
#[derive(Clone, Copy)]
struct Situation<'s> {
    session: &'s Session,
    known: &'s Known,
}

/// Largest body that is looked at (CONTRACT.md).
const MOST_BODY: usize = 1024 * 1024;

/// What will be answered to a request, filled as it will be sent. None when something decides that can't be seen from
/// here: a credential of somebody else, rows of a service, another host.
#[must_use]
pub fn predict(request: &Request, session: &Session, known: &Known) -> Option<Prediction> {
    let foreseen = judge(request, &Situation { session, known })?;
    let mut prediction = rate::with_otherwise(foreseen, request, session, known);
    if !session.target.own && shows_who_asks(request, session) {
        let expected = unknown_there(401);
        if prediction.otherwise.is_none() && prediction.expected != expected {
            prediction.otherwise = Some(Box::new(Otherwise {
                expected,
                when: UNKNOWN_THERE.to_owned(),
                at: known.server_now(),
                happened: false,
            }));
        }
    }
    if session.setup.consent != Consent::Automatic
        && prediction.otherwise.is_none()
        && prediction.expected == at_redirect(None)
    {
        prediction.otherwise = Some(Box::new(Otherwise {
            expected: at_redirect(Some("access_denied")),
            when: SAYS_NO.to_owned(),
            at: known.server_now(),
            happened: false,
        }));
    }
    Some(prediction)
}

/// What only the person knows (RFC 6749 §4.1.2.1).
const SAYS_NO: &str = "The person says no.";

fn at_redirect(error: Option<&str>) -> Answered {
    Answered {
        place: Said::Redirect,
        status: None,
        error: error.map(str::to_owned),
    }
}

/// Takes a no for what it is where a person was asked: foreseen for that case.
pub(crate) fn person_said_no(prediction: &mut Prediction) {
    let said = at_redirect(Some("access_denied"));
    let otherwise = prediction.otherwise.as_mut();
    if let Some(otherwise) = otherwise.filter(|it| it.expected == said) {
        otherwise.happened = true;
    }
}

/// What can't be seen from here at another target.
const UNKNOWN_THERE: &str = "Client id, secret or client authentication are not as they are registered there. They are not checked by us: only the platform knows.";

/// How a platform refuses an app that it does not know by what was sent (RFC 6749 §5.2: 401, or 400).
fn unknown_there(status: u16) -> Answered {
    Answered {
        place: Said::Body,
        status: Some(status),
        error: Some("invalid_client".to_owned()),
    }
}

/// Takes an answer of another target for what it is when it is about the app's registration there, of which nobody here
/// knows: foreseen for that case. `place` of the answer tells where it was said.
pub(crate) fn registered_there(prediction: &mut Prediction, answered: &Answered, known: &Known) {
    let unregistered = match answered.place {
        Said::Body => {
            let status = answered.status.unwrap_or_default();
            matches!(status, 400 | 401) && *answered == unknown_there(status)
        }
        // On a page the authorization endpoint speaks of the client id and of the redirect URI alone (RFC 6749 §4.1.2.1).
        // A page from elsewhere is a gateway's, or a proxy's.
        Said::Page => {
            let refuses = answered.status.is_some_and(|it| (400..500).contains(&it));
            refuses && matches!(prediction.expected.place, Said::Page | Said::Redirect)
        }
        Said::Redirect => {
            let error = answered.error.as_deref();
            matches!(error, Some("unauthorized_client" | "invalid_scope"))
        }
        Said::App => false,
    };
    if !unregistered || prediction.expected == *answered {
        return;
    }
    let when = match answered.place {
        Said::Body => UNKNOWN_THERE,
        Said::Page => {
            "The client id or the redirect URI is not registered there. They are not checked by us: only the platform knows."
        }
        _ => {
            "The app is not registered there for what it asks. That is not checked by us: only the platform knows."
        }
    };
    prediction.otherwise = Some(Box::new(Otherwise {
        expected: answered.clone(),
        when: when.to_owned(),
        at: known.server_now(),
        happened: true,
    }));
}

/// Whether a request shows which app asks: then its registration decides first.
fn shows_who_asks(request: &Request, session: &Session) -> bool {
    let message = Message::to(&session.target.base_url, request);
    message.is_some_and(|message| {
        matches!(
            endpoint::place(&message, session),
            Place::At(Endpoint::Token | Endpoint::Introspection | Endpoint::Revocation)
        )
    })
}

/// Whose requests this one is counted among by the rate limit, where there is one; none when it is refused before that.
#[must_use]
pub fn counts(request: &Request, session: &Session, known: &Known) -> Option<Caller> {
    rate::counts(request, session, known)
}

fn judge(request: &Request, now: &Situation<'_>) -> Option<Foreseen> {
    let message = Message::to(&now.session.target.base_url, request)?;
    let own_framing = [
        "host",
        "content-length",
        "transfer-encoding",
        "expect",
        "upgrade",
    ];
    let framed = own_framing
        .iter()
        .any(|name| !message.headers(name).is_empty());
    if framed || message.body().len() > MOST_BODY {
        return None;
    }
    route(&message, now)
}

/// The endpoint that a request is for.
fn route(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let path = message.path.as_str();
    let (methods, judge): (&[&str], Judge) = match endpoint::place(message, now.session) {
        Place::At(endpoint) => of_endpoint(endpoint),
        Place::Unknown => return None,
        Place::Elsewhere => match path {
            "/v1/oauth/userinfo" => (&["GET", "POST"], account::userinfo),
            "/v1/users/me/connected-apps" | "/v1/me/grants" => (&["GET"], account::list),
            // Machines, the admin API and the pages are no part of a walk.
            "/" | "/v1/tokens" | "/favicon.ico" => return None,
            _ if path.starts_with("/v1/users/me/connected-apps/") => {
                let client_id = path.rsplit('/').next();
                return match message.method() {
                    "DELETE" => account::disconnect(message, client_id, now),
                    _ => None,
                };
            }
            _ if ["/v1/me/grants/", "/v1/admin/", "/interactions/", "/assets/"]
                .iter()
                .any(|start| path.starts_with(start)) =>
            {
                return None;
            }
            _ => (&[], services::judge),
        },
    };
    if matches!(message.method(), "HEAD" | "OPTIONS") {
        return None;
    }
    if !methods.is_empty() && !methods.contains(&message.method()) {
        return Some(if message.reads_pages() {
            rule::only_a_page(
                405,
                NO_SUCH_METHOD,
                "The path is there, but not with this method.",
            )
        } else {
            wrong_method()
        });
    }
    judge(message, now)
}

/// What an endpoint of the authorization server takes, and who judges it.
fn of_endpoint(endpoint: Endpoint) -> (&'static [&'static str], Judge) {
    match endpoint {
        Endpoint::Authorization => (&["GET", "POST"], authorize::judge),
        Endpoint::Token => (&["POST"], token::judge),
        Endpoint::Introspection => (&["POST"], introspect::judge),
        Endpoint::Revocation => (&["POST"], |message, now| Some(revoke::judge(message, now))),
        Endpoint::Metadata => (&["GET"], |_, _| Some(metadata())),
        Endpoint::Keys => (&["GET"], |_, _| Some(keys())),
    }
}

type Judge = fn(&Message<'_>, &Situation<'_>) -> Option<Foreseen>;

fn metadata() -> Foreseen {
    let clause = Clause::documented("/reference/api/identity, openid-configuration");
    let words = "The answer is 200 with the server's metadata.";
    answered(200, words, clause, "The metadata is there for everybody.")
}

fn keys() -> Foreseen {
    let clause = Clause::documented("/reference/api/identity, jwks.json");
    let words = "The answer is 200 with the public keys.";
    answered(200, words, clause, "The keys are there for everybody.")
}

/// The path is there, the method is not.
fn wrong_method() -> Foreseen {
    let because = "The path is there, but not with this method.";
    refused(405, "method_not_allowed", NO_SUCH_METHOD, because)
}

const NO_SUCH_METHOD: Clause = Clause::standard("RFC 9110 §15.5.6");

/// A parameter that came twice.
const ONCE: Clause = Clause::standard("RFC 6749 §3.1, §3.2");

/// What is wrong with parameters, in a sentence.
fn flawed(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Repeated(name) => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            format!("`{name}` came twice, and no parameter may.")
        }
        Flaw::Unreadable(_) => "A parameter holds bytes that are no text.".to_owned(),
    }
}
