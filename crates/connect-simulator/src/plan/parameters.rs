//! What each parameter of a request is for, and where that is written.

use super::Request;

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind the `?`.
    Query,
    /// In a form body.
    Form,
    /// A header.
    Header,
}

/// A parameter with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Its value, decoded.
    pub value: String,
    /// What it is for, and where that is written; none for one that nobody knows.
    pub meaning: Option<(&'static str, &'static str)>,
}

/// Every parameter of a request, in order.
#[must_use]
pub fn of(request: &Request) -> Vec<Parameter> {
    let is_form = request
        .header("content-type")
        .is_some_and(|it| it.starts_with(super::request::FORM));
    let query = request.query().into_iter().map(|it| (Place::Query, it));
    let form = if is_form { request.form() } else { Vec::new() };
    let form = form.into_iter().map(|it| (Place::Form, it));
    let headers = request.headers.iter().cloned();
    let headers = headers.map(|it| (Place::Header, it));
    query
        .chain(form)
        .chain(headers)
        .map(|(place, (name, value))| Parameter {
            meaning: meaning(place, &name, &value),
            place,
            name,
            value,
        })
        .collect()
}

type Row = (&'static str, &'static str, &'static str);

const PARAMETERS: [Row; 19] = [
    (
        "client_id",
        "Which app asks. Public: it is no secret.",
        "RFC 6749 §2.2",
    ),
    (
        "client_secret",
        "Proves that it is the app. Only an app on a server has one.",
        "RFC 6749 §2.3.1",
    ),
    (
        "redirect_uri",
        "Where the browser is sent back to. It must be one that is registered, to the letter.",
        "RFC 6749 §3.1.2, RFC 9700 §2.1",
    ),
    (
        "response_type",
        "What is asked for: a code, and nothing else here.",
        "RFC 6749 §3.1.1",
    ),
    (
        "scope",
        "What the app wants to be allowed, separated by spaces.",
        "RFC 6749 §3.3",
    ),
    (
        "state",
        "A random value that comes back in the callback: it ties the answer to this browser.",
        "RFC 6749 §10.12",
    ),
    (
        "code_challenge",
        "The hash of the verifier. The verifier itself stays with the app until the token request.",
        "RFC 7636 §4.2",
    ),
    (
        "code_challenge_method",
        "How the challenge was made: S256 is the only way here.",
        "RFC 7636 §4.3, /connect/security",
    ),
    (
        "nonce",
        "A random value that comes back within the id_token: it ties the token to this request.",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "prompt",
        "Whether the person is asked again: login, consent, select_account or none.",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "max_age",
        "How many seconds ago the person may have signed in at most.",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "login_hint",
        "Whom the app thinks it is talking to.",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "grant_type",
        "What is exchanged for tokens.",
        "RFC 6749 §4.1.3, §6",
    ),
    (
        "code",
        "The authorization code of the callback. It works once, for a minute.",
        "RFC 6749 §4.1.3",
    ),
    (
        "code_verifier",
        "The random text behind the challenge: whoever stole the code does not have it.",
        "RFC 7636 §4.5",
    ),
    (
        "refresh_token",
        "The token that new tokens are given for. Each use replaces it.",
        "RFC 6749 §6, /connect/tokens",
    ),
    (
        "token",
        "The token that the request is about.",
        "RFC 7662 §2.1, RFC 7009 §2.1",
    ),
    (
        "token_type_hint",
        "What kind of token it is, to find it sooner.",
        "RFC 7662 §2.1, RFC 7009 §2.1",
    ),
    (
        "access_token",
        "A bearer token as a parameter: it ends up in logs and histories.",
        "RFC 6750 §2.3",
    ),
];

const HEADERS: [Row; 6] = [
    ("accept", "What the app can read.", "RFC 9110 §12.5.1"),
    (
        "content-type",
        "What the body is: OAuth takes forms.",
        "RFC 9110 §8.3, RFC 6749 §4.1.3",
    ),
    ("host", "Whom the request is addressed to.", "RFC 9110 §7.2"),
    ("origin", "Which origin's page sends this.", "RFC 6454 §7"),
    (
        "cookie",
        "What the browser was given before.",
        "RFC 6265 §4.2",
    ),
    (
        "idempotency-key",
        "Makes a write happen once, however often it is sent.",
        "/reference/idempotency",
    ),
];

fn meaning(place: Place, name: &str, value: &str) -> Option<(&'static str, &'static str)> {
    if place == Place::Header && name.eq_ignore_ascii_case("authorization") {
        return Some(if value.starts_with("Bearer") {
            (
                "The access token: whoever bears it is let in.",
                "RFC 6750 §2.1",
            )
        } else {
            (
                "The client id and its secret, in base64.",
                "RFC 6749 §2.3.1, RFC 7617",
            )
        });
    }
    let rows: &[Row] = match place {
        Place::Header => &HEADERS,
        Place::Query | Place::Form => &PARAMETERS,
    };
    let row = rows.iter().find(|(it, ..)| it.eq_ignore_ascii_case(name))?;
    Some((row.1, row.2))
}
