//! The refresh grant: every refresh rotates, and an old token that comes again ends the grant (ruling 3).

use std::time::Duration;

use connect_core::domain::standing::Clause;
use connect_core::protocol::scope;

use super::Situation;
use super::app::App;
use super::credentials::{Found, Standing, find, how, kind, standing};
use super::message::Params;
use super::revoke::living;
use super::rule::{Change, Foreseen, answered, refused};
use crate::session::{Cause, Credential, CredentialKind, CredentialState};

/// Life of a refresh token from its last use (/connect/tokens).
pub(super) const LIFE: Duration = Duration::from_hours(90 * 24);

const GRANT: Clause = Clause::documented("/connect/errors invalid_grant; RFC 6749 §6");

/// What will come of a refresh; none when this session has not seen the token and it may be somebody's.
pub(super) fn judge(params: &Params, app: &App<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let Some(value) = params.get("refresh_token") else {
        let clause = Clause::documented("quickstart, step 6; RFC 6749 §6");
        return Some(refused(
            400,
            "invalid_request",
            clause,
            "`refresh_token` is missing.",
        ));
    };
    let asked: Option<Vec<&str>> = params
        .get("scope")
        .map(|scopes| scopes.split(' ').filter(|name| !name.is_empty()).collect());
    let unknown = |names: &Vec<&str>| names.iter().any(|name| scope::find(name).is_none());
    if asked.as_ref().is_some_and(unknown) {
        let clause = Clause::standard("RFC 6749 §6");
        return Some(refused(
            400,
            "invalid_scope",
            clause,
            "One of the scopes does not exist.",
        ));
    }
    let no = |clause, because: &str| Some(refused(400, "invalid_grant", clause, because));
    let token = match find(value, now.session) {
        Found::Known(token) => token,
        Found::NeverIssued => return no(GRANT, "No such refresh token was ever issued."),
        Found::Elsewhere => return None,
    };
    if token.kind != CredentialKind::RefreshToken {
        let because = format!("It is {}, not a refresh token.", kind(token.kind));
        return no(GRANT, &because);
    }
    if token.client_id != app.id {
        let because = "The refresh token was issued to another app. It stays good for that one.";
        return no(GRANT, because);
    }
    let successor = match standing(token, now.known.server_now()) {
        Standing::Alive => None,
        Standing::Expired => {
            let clause = Clause::documented("/connect/tokens: 90 days from last use");
            return no(
                clause,
                "A refresh token lives for 90 days from its last use, and these are over.",
            );
        }
        Standing::Ended(CredentialState::Rotated) => match in_grace(token, now) {
            Some(successor) => Some(successor),
            None => return Some(reused(token, now)),
        },
        Standing::Ended(CredentialState::Replaced) => {
            let clause = Clause::documented("/connect/tokens: one active per user and client");
            let because =
                "A newer one took its place. Nobody stole anything, so nothing is revoked.";
            return no(clause, because);
        }
        Standing::Ended(_) => {
            let because = format!("The refresh token was ended: {}.", how(token, now));
            return no(GRANT, &because);
        }
    };
    let more = |names: &Vec<&str>| {
        let mut names = names.iter();
        names.any(|name| !token.scopes.iter().any(|it| it == name))
    };
    if asked.as_ref().is_some_and(more) {
        let clause = Clause::standard("RFC 6749 §6");
        let because = "A refresh can narrow what was granted, never widen it.";
        let refusal = refused(400, "invalid_scope", clause, because)
            .effect("the refresh token stays as it is");
        return Some(refusal);
    }
    Some(rotated(token, successor, asked.is_some()))
}

fn rotated(token: &Credential, successor: Option<&Credential>, narrowed: bool) -> Foreseen {
    let clause = Clause::documented("/connect/tokens; RFC 6749 §6");
    let because = match successor {
        None => "The refresh token is the newest of its grant.",
        Some(_) => {
            "The refresh token was replaced a moment ago, and the grace period forgives that."
        }
    };
    let words = "The answer is 200 with a new access token and a new refresh token.";
    let mut good = answered(200, words, clause, because)
        .effect("the refresh token that was sent is dead from then on");
    if narrowed {
        good =
            good.effect("the access token has the scopes asked for; the refresh token keeps all");
    }
    good.change(match successor {
        None => Change::Rotated(token.value.clone()),
        Some(successor) => Change::Replaced(successor.value.clone()),
    })
}

fn reused(token: &Credential, now: &Situation<'_>) -> Foreseen {
    let clause = Clause::documented("/connect/tokens; RFC 9700 §4.14.2");
    let because = "A refresh token that was used comes again: somebody has a copy.";
    refused(400, "invalid_grant", clause, because)
        .effect(match living(now, |it| it.client_id == token.client_id) {
            Some(living) => format!(
                "every token of the person's grant to this app is revoked: {living} of this walk, and every one that other walks and programs have of the same person and app"
            ),
            None => "every token of the person's grant to this app that still works is revoked; of this walk none does"
                .to_owned(),
        })
        .effect("the person is alerted")
        .change(Change::GrantRevoked(token.client_id.clone(), Cause::Reuse))
}

/// What took the token's place, when that is so recent and so untouched that the token may come once more.
fn in_grace<'s>(token: &Credential, now: &Situation<'s>) -> Option<&'s Credential> {
    let grace = Duration::from_secs(u64::from(now.known.rules.refresh_grace_seconds));
    let family = now.session.credentials.iter().filter(|it| {
        it.family == token.family
            && it.client_id == token.client_id
            && it.kind == CredentialKind::RefreshToken
    });
    let after: Vec<&Credential> = family
        .skip_while(|it| it.value != token.value)
        .skip(1)
        .collect();
    let rotated_at = after
        .first()?
        .expires_at?
        .plus_millis(-i64::try_from(LIFE.as_millis()).ok()?);
    let in_time = now.known.server_now() < rotated_at.plus(grace);
    let next = after
        .into_iter()
        .find(|it| it.state != CredentialState::Replaced)?;
    (in_time && next.state == CredentialState::Active).then_some(next)
}
