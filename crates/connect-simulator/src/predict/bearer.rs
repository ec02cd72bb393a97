//! Bearer tokens (RFC 6750): in the Authorization header alone, an access token, alive, of an app that is switched on.

use connect_core::domain::standing::Clause;

use super::Situation;
use super::app::App;
use super::credentials::{Found, Standing, find, how, kind, standing};
use super::message::Message;
use super::rule::{Checked, refused};
use crate::session::{Credential, CredentialKind};

const INVALID: Clause = Clause::documented("/reference/errors invalid_token; RFC 6750 §3.1");
const PLACES: Clause = Clause::standard("RFC 6750 §2, §3.1");

/// A token that opens something, and its app.
pub(super) struct Bearer<'s> {
    pub(super) token: &'s Credential,
    pub(super) app: App<'s>,
}

/// The token of a request; `None` inside when it may be one that this session has not seen.
pub(super) fn bearer<'s>(
    message: &Message<'_>,
    form_too: bool,
    now: &Situation<'s>,
) -> Checked<Option<Bearer<'s>>> {
    let invalid = |because: &str| refused(401, "invalid_token", INVALID, because).stop();
    let value = presented(message, form_too)?;
    let token = match find(&value, now.session) {
        Found::Known(token) => token,
        Found::NeverIssued if value.starts_with("eyJ") => {
            return invalid("An id_token tells the app who the person is; it opens no API.");
        }
        Found::NeverIssued => return invalid("No such access token was ever issued."),
        Found::Elsewhere => return Ok(None),
    };
    if token.kind != CredentialKind::AccessToken {
        return invalid(&format!(
            "It is {}; only access tokens open APIs.",
            kind(token.kind)
        ));
    }
    match standing(token, now.known.server_now()) {
        Standing::Alive => {}
        Standing::Expired => return invalid("The access token's time is over."),
        Standing::Ended(_) => {
            let how = how(token, now);
            return invalid(&format!(
                "The access token was ended, which holds at once: {how}."
            ));
        }
    }
    let Some(app) = App::find(&token.client_id, now.session, now.known) else {
        return Ok(None);
    };
    if !app.enabled {
        let clause =
            Clause::assumed("OAuth client object, `enabled`: what false does is not stated");
        let because = "The app is switched off, and its tokens with it.";
        return refused(401, "invalid_token", clause, because).stop();
    }
    Ok(Some(Bearer { token, app }))
}

/// The token's text, from the one place where it may stand.
fn presented(message: &Message<'_>, form_too: bool) -> Checked<String> {
    let in_query = message.in_query().get("access_token").is_some();
    let in_form = form_too && message.is_form() && message.in_body().get("access_token").is_some();
    let elsewhere = in_query || in_form;
    let headers = message.headers("authorization");
    if headers.len() > 1 || (elsewhere && !headers.is_empty()) {
        let because = "The token came in more than one place: which one counts can't be told.";
        return refused(400, "invalid_request", PLACES, because).stop();
    }
    let Some(header) = headers.first() else {
        let because = if elsewhere {
            "A token in the URL or the body is not read: URLs end up in logs."
        } else {
            "There is no token."
        };
        let clause = if elsewhere {
            PLACES
        } else {
            Clause::documented("/reference/errors unauthenticated")
        };
        return refused(401, "unauthenticated", clause, because).stop();
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        let clause = Clause::documented("/connect/tokens: sent as Authorization: Bearer");
        let because = "The Authorization header holds no Bearer token.";
        return refused(401, "unauthenticated", clause, because).stop();
    }
    Ok(token.to_owned())
}

/// Whether the token holds a scope; `manage:x` counts as `read:x` and `write:x` (facts §8).
pub(super) fn holds(token: &Credential, scope: &str) -> Checked {
    let resource = scope
        .strip_prefix("read:")
        .or_else(|| scope.strip_prefix("write:"));
    let managed = resource.map(|resource| format!("manage:{resource}"));
    let held = token
        .scopes
        .iter()
        .any(|it| it == scope || managed.as_ref() == Some(it));
    if held {
        return Ok(());
    }
    let clause = Clause::documented("/reference/errors insufficient_scope");
    let because = format!("The call needs `{scope}`, and the token does not have it.");
    refused(403, "insufficient_scope", clause, because)
        .effect("`WWW-Authenticate` names the missing scope")
        .stop()
}
