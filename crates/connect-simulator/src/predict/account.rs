//! What the authorization server answers to a bearer token: userinfo, where it is switched on, and connected apps.

use connect_core::domain::standing::Clause;

use super::Situation;
use super::bearer::{Bearer, bearer, holds};
use super::message::Message;
use super::rule::{Change, Checked, Foreseen, answered, refused};
use crate::session::Cause;

/// The scope that opens the connected apps (facts §7, inferred).
const SCOPE: &str = "manage:connected_apps";

/// `/v1/oauth/userinfo` (ruling 14).
pub(super) fn userinfo(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    if !now.known.rules.userinfo {
        let clause = Clause::documented("overview: no undocumented endpoints");
        let because = "No page documents a userinfo endpoint, and its switch is off.";
        return Some(refused(404, "not_found", clause, because));
    }
    let told = |_: Bearer<'_>| {
        let clause = Clause::standard("OpenID Connect Core §5.3");
        let because = "The switch is on, and the token holds `openid`.";
        Some(answered(
            200,
            "The answer is 200 with the person's claims.",
            clause,
            because,
        ))
    };
    opened(message, "openid", now).map_or_else(|stopped| Some(*stopped), |it| it.and_then(told))
}

/// The lists of connected apps.
pub(super) fn list(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let told = |_: Bearer<'_>| {
        let clause = Clause::documented("/reference/api/identity, connected apps");
        let because = format!("The token holds `{SCOPE}`.");
        Some(answered(
            200,
            "The answer is 200 with the person's connected apps.",
            clause,
            because,
        ))
    };
    opened(message, SCOPE, now).map_or_else(|stopped| Some(*stopped), |it| it.and_then(told))
}

/// Disconnecting an app; none when it is another app than the token's.
pub(super) fn disconnect(
    message: &Message<'_>,
    client_id: Option<&str>,
    now: &Situation<'_>,
) -> Option<Foreseen> {
    let told = |bearer: Bearer<'_>| {
        let own = client_id == Some(&*bearer.token.client_id);
        own.then(|| {
            let clause = Clause::documented("/reference/api/identity, delete connected-apps");
            let because = format!("The token holds `{SCOPE}`, and its own app is connected.");
            answered(204, "The answer is 204 without a body.", clause, because)
                .effect("every token of the grant is dead at once, this one too")
                .change(Change::GrantRevoked(
                    bearer.token.client_id.clone(),
                    Cause::Disconnect,
                ))
        })
    };
    opened(message, SCOPE, now).map_or_else(|stopped| Some(*stopped), |it| it.and_then(told))
}

fn opened<'s>(
    message: &Message<'_>,
    scope: &str,
    now: &Situation<'s>,
) -> Checked<Option<Bearer<'s>>> {
    let bearer = bearer(message, false, now)?;
    if let Some(bearer) = &bearer {
        holds(bearer.token, scope)?;
    }
    Ok(bearer)
}
