//! `POST /v1/oauth/introspect` (RFC 7662, ruling 13).

use connect_core::domain::standing::Clause;

use super::Situation;
use super::app::{App, authenticated, form};
use super::credentials::{Found, Standing, find, how, standing};
use super::message::Message;
use super::rule::{Foreseen, answered, refused};
use crate::session::CredentialKind;

const RULING: Clause = Clause::assumed("RFC 7662 §2.2: who may ask is our choice");

/// What will come of it; none when it can't be told from here whether the token lives.
pub(super) fn judge(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let asked = form(message).and_then(|params| {
        let app = authenticated(message, &params, now.session, now.known)?;
        if !app.kind.is_confidential() {
            let because = "A public app can't prove who it is, so it may not ask about tokens.";
            return refused(
                403,
                "forbidden",
                Clause::assumed("a public app has nothing to prove itself with, so it may not ask"),
                because,
            )
            .stop();
        }
        let Some(token) = params.get("token") else {
            let clause = Clause::standard("RFC 7662 §2.1");
            return refused(400, "invalid_request", clause, "`token` is missing.").stop();
        };
        Ok((app, token.to_owned()))
    });
    match asked {
        Ok((app, token)) => said(&app, &token, now),
        Err(stopped) => Some(*stopped),
    }
}

fn said(app: &App<'_>, value: &str, now: &Situation<'_>) -> Option<Foreseen> {
    let inactive = |because: &str| {
        let words = "The answer is 200 with `{\"active\":false}` and nothing else.";
        Some(answered(200, words, RULING, because))
    };
    let token = match find(value, now.session) {
        Found::Known(token) => token,
        Found::NeverIssued => return inactive("No such token was ever issued."),
        Found::Elsewhere => return None,
    };
    if token.kind == CredentialKind::Code {
        return inactive("A code is not a token.");
    }
    if token.client_id != app.id {
        // Loop's own services may ask about every token, and whether this is one can't be seen from here.
        return if app.is_machine() {
            None
        } else {
            inactive("The token belongs to another app; to this one it is as if it did not exist.")
        };
    }
    match standing(token, now.known.server_now()) {
        Standing::Alive => {
            let words = "The answer is 200 with `active` true, and the token's person, app, scopes, end and brand.";
            Some(answered(
                200,
                words,
                RULING,
                "The token is the app's own and works.",
            ))
        }
        Standing::Expired => inactive("The token's time is over."),
        Standing::Ended(_) => inactive(&format!("The token was ended: {}.", how(token, now))),
    }
}
