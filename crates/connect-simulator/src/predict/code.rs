//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6, ruling 4).

use base64::Engine as _;
use connect_core::domain::standing::Clause;
use sha2::{Digest as _, Sha256};

use super::Situation;
use super::app::App;
use super::credentials::{Found, Standing, find, how, kind, standing};
use super::message::Params;
use super::revoke::living;
use super::rule::{Change, Foreseen, answered, refused};
use crate::session::{Cause, Credential, CredentialKind, CredentialState};

const GRANT: Clause = Clause::documented("/connect/errors invalid_grant; RFC 6749 §4.1.3");

/// What will come of a code; none when this session has not seen it and it may be somebody's.
pub(super) fn judge(params: &Params, app: &App<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let Some(value) = params.get("code") else {
        let clause = Clause::documented("partner app guide, step 2d; RFC 6749 §4.1.3");
        return Some(refused(
            400,
            "invalid_request",
            clause,
            "`code` is missing.",
        ));
    };
    let no = |clause, because: &str| Some(refused(400, "invalid_grant", clause, because));
    let code = match find(value, now.session) {
        Found::Known(code) => code,
        Found::NeverIssued => return no(GRANT, "No such code was ever issued."),
        Found::Elsewhere => return None,
    };
    if code.kind != CredentialKind::Code {
        let because = format!("It is {}, not an authorization code.", kind(code.kind));
        return no(GRANT, &because);
    }
    if code.client_id != app.id {
        let because = "The code was issued to another app. It stays good for that one.";
        return no(GRANT, because);
    }
    match standing(code, now.known.server_now()) {
        Standing::Alive => {}
        Standing::Expired => {
            let clause = Clause::documented("/connect/glossary: 60 seconds");
            return no(
                clause,
                "A code lives for 60 seconds, and this one is older.",
            );
        }
        Standing::Ended(CredentialState::Used) => return Some(replayed(code, now)),
        Standing::Ended(_) => {
            let because = format!("The code was spent before: {}.", how(code, now));
            return no(GRANT, &because);
        }
    }
    if params.get("redirect_uri") != code.redirect_uri.as_deref() {
        let because =
            "`redirect_uri` must be repeated exactly as it was in the authorization request.";
        return no(GRANT, because);
    }
    if let Some(because) = unproven(params, code) {
        let clause = Clause::standard("RFC 7636 §4.6");
        let refusal = refused(400, "invalid_grant", clause, because)
            .effect("the code is spent: there is no second guess")
            .change(Change::Revoked(code.value.clone(), Cause::Proof));
        return Some(refusal);
    }
    Some(redeemed(code))
}

/// Why the verifier proves nothing; none when it does.
fn unproven(params: &Params, code: &Credential) -> Option<&'static str> {
    let Some(verifier) = params.get("code_verifier") else {
        return Some(
            "`code_verifier` is missing: without it anyone who saw the code could use it.",
        );
    };
    if !has_pkce_form(verifier) {
        return Some(
            "A verifier has 43 to 128 characters of A-Z, a-z, 0-9, `-`, `.`, `_` and `~`.",
        );
    }
    let digest = Sha256::digest(verifier.as_bytes());
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
    if code.challenge.as_deref() == Some(&*challenge) {
        return None;
    }
    Some(if code.challenge.as_deref() == Some(verifier) {
        "The challenge itself came as the verifier; its SHA-256 is not the challenge."
    } else {
        "BASE64URL(SHA-256(code_verifier)) is not the code_challenge of the authorization request."
    })
}

/// Whether a text has the form of a verifier or a challenge (RFC 7636 §4.1, §4.2).
pub(super) fn has_pkce_form(text: &str) -> bool {
    let unreserved = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    (43..=128).contains(&text.chars().count()) && text.chars().all(unreserved)
}

fn replayed(code: &Credential, now: &Situation<'_>) -> Foreseen {
    let clause = Clause::standard("RFC 6749 §4.1.2, §10.5");
    refused(
        400,
        "invalid_grant",
        clause,
        "A code works once, and this one was exchanged before.",
    )
    .effect(match living(now, |it| it.family == code.family) {
        Some(living) => format!("every token that came of the code is revoked: {living}"),
        None => "whatever came of the code and still works is revoked".to_owned(),
    })
    .change(Change::FamilyRevoked(code.family, Cause::Replay))
}

fn redeemed(code: &Credential) -> Foreseen {
    let clause = Clause::documented("/connect/tokens; RFC 6749 §4.1.4");
    let openid = code.scopes.iter().any(|scope| scope == "openid");
    let words = if openid {
        "The answer is 200 with an access token, a refresh token and an id_token."
    } else {
        "The answer is 200 with an access token and a refresh token; there is no id_token without `openid`."
    };
    let because = "The code is fresh, of this app, and everything beside it fits.";
    answered(200, words, clause, because)
        .effect("the code is used up")
        .effect("an older refresh token of the same person and app is replaced")
        .change(Change::Used(code.value.clone()))
        .change(Change::NewestReplaced(code.client_id.clone()))
}
