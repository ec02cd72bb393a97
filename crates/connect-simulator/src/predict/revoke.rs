//! `POST /v1/oauth/revoke` (RFC 7009): 200 whether there was anything to end or not.

use connect_core::domain::standing::Clause;

use super::Situation;
use super::app::{App, authenticated, form};
use super::credentials::{Found, Standing, find, how, standing};
use super::message::Message;
use super::rule::{Change, Foreseen, answered, refused};
use crate::session::{By, Cause, Credential, CredentialKind, CredentialState, counted};

const PAGE: Clause =
    Clause::documented("/reference/api/identity/post_v1_oauth_revoke; RFC 7009 §2.2");

const WORDS: &str = "The answer is 200 with an empty body.";

/// What will come of it.
pub(super) fn judge(message: &Message<'_>, now: &Situation<'_>) -> Foreseen {
    let asked = form(message).and_then(|params| {
        let app = authenticated(message, &params, now.session, now.known)?;
        let Some(token) = params.get("token") else {
            let clause = Clause::standard("RFC 7009 §2.1");
            return refused(400, "invalid_request", clause, "`token` is missing.").stop();
        };
        Ok((app, token.to_owned()))
    });
    match asked {
        Ok((app, token)) => ended(&app, &token, now),
        Err(stopped) => *stopped,
    }
}

fn ended(app: &App<'_>, value: &str, now: &Situation<'_>) -> Foreseen {
    let nothing = |because: &str| answered(200, WORDS, PAGE, because).effect("nothing changes");
    let token = match find(value, now.session) {
        Found::Known(token) => token,
        Found::NeverIssued => {
            return nothing("Revoking what does not exist is no error: the app's aim is reached.");
        }
        Found::Elsewhere => return unseen(app, value, now),
    };
    if token.client_id != app.id {
        return nothing("The token belongs to another app, which is not said and not touched.");
    }
    let left = living(now, |it| it.family == token.family);
    let stands = standing(token, now.known.server_now());
    let is_over = matches!(
        stands,
        Standing::Expired | Standing::Ended(CredentialState::Revoked)
    );
    match token.kind {
        CredentialKind::Code => nothing("A code is not a token."),
        CredentialKind::AccessToken if stands != Standing::Alive => spent(token, now),
        CredentialKind::RefreshToken if is_over && left.is_none() => spent(token, now),
        CredentialKind::AccessToken => {
            let clause = Clause::assumed(
                "assumed by this sandbox: no page says what revoking an access token ends",
            );
            answered(200, WORDS, clause, "The access token is the app's own.")
                .effect("the access token is dead at once; the refresh token lives")
                .change(Change::Revoked(token.value.clone(), Cause::Revocation))
        }
        CredentialKind::RefreshToken => {
            let clause = Clause::assumed(
                "assumed by this sandbox: no page says what revoking a refresh token ends; RFC 7009 §2.1",
            );
            answered(200, WORDS, clause, "The refresh token is the app's own.")
                .effect(match left {
                    Some(left) => {
                        format!("every token that came of the same code is dead at once: {left}")
                    }
                    None => {
                        "whatever came of the same code and still works is dead at once".to_owned()
                    }
                })
                .effect("the person's consent stays until it is withdrawn under Connected Apps")
                .change(Change::FamilyRevoked(token.family, Cause::Revocation))
        }
    }
}

/// A token of which can't be seen from here whether it works. One of this app's own, presented in a request that was never
/// answered, does not once this is: it was valid and is revoked, or was not (RFC 7009 §2.2).
fn unseen(app: &App<'_>, value: &str, now: &Situation<'_>) -> Foreseen {
    let mut newest = now.session.credentials.iter().rev();
    let own = newest.find(|it| it.value == value && it.client_id == app.id);
    let change = own.and_then(|token| match token.kind {
        CredentialKind::Code => None,
        CredentialKind::AccessToken => Some(Change::Revoked(value.to_owned(), Cause::Revocation)),
        CredentialKind::RefreshToken => {
            Some(Change::FamilyRevoked(token.family, Cause::Revocation))
        }
    });
    let Some(change) = change else {
        // Whose it is can't be seen; the answer is the same.
        let because = "Revocation never says whether there was a token.";
        return answered(200, WORDS, PAGE, because);
    };
    let because = "Nobody can tell from here whether the token still works. Once this is answered it does not.";
    answered(200, WORDS, PAGE, because)
        .effect("the token opens nothing any more, whether it did before or not")
        .change(change)
}

/// A token that has ended already (RFC 7009 §2.2: the answer is the same).
fn spent(token: &Credential, now: &Situation<'_>) -> Foreseen {
    let kind = match token.kind {
        CredentialKind::RefreshToken => "refresh token",
        _ => "access token",
    };
    let ended = token.ended.as_ref();
    let when = if ended.is_some_and(|it| it.by == By::TheRequestBefore) {
        "will have ended by then"
    } else {
        "has ended already"
    };
    let because = format!(
        "Nothing is left to revoke, and that is no error: the {kind} {when}: {}.",
        how(token, now)
    );
    let words = "The answer is 200 with an empty body: nothing is left to revoke.";
    answered(200, words, PAGE, because).effect("nothing changes: nothing was left to revoke")
}

/// The tokens among these that work now, counted: `2 access tokens and 1 refresh token`; none when there are none.
pub(super) fn living(now: &Situation<'_>, among: impl Fn(&Credential) -> bool) -> Option<String> {
    let at = now.known.server_now();
    let all = now.session.credentials.iter();
    let living = all.filter(|it| among(it) && it.is_alive(at));
    counted(living.map(|it| it.kind))
}
