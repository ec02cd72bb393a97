//! Calls to services: the path, the token, its scope, the app's BAA, the key of a change, the person asked about.

use base64::Engine as _;
use connect_core::domain::app::Profile;
use connect_core::domain::standing::Clause;
use connect_core::protocol::scope;

use super::Situation;
use super::bearer::{Bearer, bearer, holds};
use super::message::Message;
use super::rate;
use super::rule::{Checked, Foreseen, answered, refused};
use crate::known::Operation;

/// Operations for Loop's own apps: no scope that a third party can have covers them (assumed).
const OWN: [(&str, &str); 3] = [
    ("POST", "/membership/v1/memberships"),
    ("POST", "/payments/v1/subscriptions/{id}/pause"),
    ("POST", "/payments/v1/billing/subscription/pause"),
];

/// Parameters of the query that must be there (facts §12).
const NEEDED: [(&str, &str); 5] = [
    ("/clinical/v1/biomarkers", "user_id"),
    ("/clinical/v1/check-ins/next", "enrolled_at"),
    ("/comms/v1/messages/recent", "brand_id"),
    ("/comms/v1/messages/scheduled", "brand_id"),
    ("/comms/v1/preferences/{person_id}", "brand_id"),
];

/// Parameters of the query whose values are judged by the service.
const JUDGED: [&str; 10] = [
    "limit",
    "offset",
    "q",
    "state",
    "tag",
    "from",
    "to",
    "granularity",
    "event_type",
    "status",
];

/// What will come of it; none when the service's own rows or the body's schema decide.
pub(super) fn judge(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    if now.known.operations.is_empty() {
        return None;
    }
    let (operation, parts) = match resolve(message, now) {
        Route::To(operation, parts) => (operation, parts),
        Route::OtherMethod => return Some(super::wrong_method()),
        Route::Nowhere => return nowhere(message),
    };
    let allowed = match admitted(message, operation, now) {
        Ok(allowed) => allowed?,
        Err(stopped) => return Some(*stopped),
    };
    if let Err(stopped) = keyed(message, operation, &allowed, now) {
        return Some(*stopped);
    }
    if operation.method != "GET" {
        return None;
    }
    if let Some((name, given)) = person_asked_about(operation, &parts) {
        return another_person(name, given, now);
    }
    let mut names = message.in_query();
    let undecided = operation.path.contains('{')
        || NEEDED.iter().any(|(path, _)| *path == operation.path)
        || names.names().any(|name| JUDGED.contains(&name));
    names.flaw = None;
    if undecided {
        return None;
    }
    let clause = match &operation.scope {
        Some(_) => Clause::assumed("no page says which scope opens which call"),
        None => Clause::assumed("any token will do"),
    };
    let because = match &operation.scope {
        Some(scope) => format!("The token lives and holds `{scope}`."),
        None => "The token lives, and the call needs no scope.".to_owned(),
    };
    Some(answered(
        200,
        "The answer is 200 with the person's data.",
        clause,
        because,
    ))
}

/// Whether the token opens the operation; `None` inside when it is not the session's.
fn admitted<'s>(
    message: &Message<'_>,
    operation: &Operation,
    now: &Situation<'s>,
) -> Checked<Option<Bearer<'s>>> {
    let Some(bearer) = bearer(message, true, now)? else {
        return Ok(None);
    };
    if let Some(needed) = &operation.scope {
        holds(bearer.token, needed)?;
        let own = (operation.method.as_str(), operation.path.as_str());
        if OWN.contains(&own) && !bearer.app.first_party {
            let clause =
                Clause::assumed("no page names a scope for third parties that covers this change");
            let because = "The call is for Loop's own apps and services.";
            return refused(403, "forbidden", clause, because).stop();
        }
        let phi = scope::find(needed).is_some_and(|scope| scope.phi);
        if phi && !bearer.app.baa_signed {
            let clause =
                Clause::assumed("an agreement withdrawn counts for tokens issued before, too");
            let because = "The call opens health data, and the app has no signed BAA any more.";
            return refused(403, "forbidden", clause, because).stop();
        }
    }
    let service = operation.path.split('/').nth(1).unwrap_or_default();
    rate::within(&bearer.app.id, service, now.known)?;
    Ok(Some(bearer))
}

/// The query's form, and the `Idempotency-Key` of a change.
fn keyed(
    message: &Message<'_>,
    operation: &Operation,
    _: &Bearer<'_>,
    now: &Situation<'_>,
) -> Checked {
    let query = message.in_query();
    if query.flaw.is_some() {
        let clause = Clause::documented("/reference/errors validation_error");
        return refused(
            400,
            "validation_error",
            clause,
            "A parameter came twice, or is no text.",
        )
        .stop();
    }
    let needed = NEEDED.iter().find(|(path, _)| *path == operation.path);
    if let Some((_, name)) = needed.filter(|(_, name)| query.get(name).is_none()) {
        let clause = Clause::documented("/reference/errors validation_error");
        let because = format!("The call needs `{name}` in its query.");
        return refused(400, "validation_error", clause, because).stop();
    }
    if operation.method == "GET" {
        return Ok(());
    }
    let clause = Clause::documented("/concepts/idempotency-and-retries; profile strict");
    let keys = message.headers("idempotency-key");
    match keys.as_slice() {
        [] if operation.method != "PATCH" && now.known.rules.profile == Profile::Strict => {
            let because =
                "A change carries an `Idempotency-Key`, so that a retry does not do it twice.";
            refused(400, "validation_error", clause, because).stop()
        }
        [] => Ok(()),
        [key] if (1..=128).contains(&key.chars().count()) => Ok(()),
        _ => {
            let because = "An `Idempotency-Key` comes once and has 1 to 128 characters.";
            refused(400, "validation_error", clause, because).stop()
        }
    }
}

/// Where a method and a path lead.
enum Route<'k> {
    To(&'k Operation, Vec<(&'k str, String)>),
    OtherMethod,
    Nowhere,
}

/// The operation meant: below its service's name, or bare, then of the documented owner (ruling 33).
fn resolve<'k>(message: &Message<'_>, now: &Situation<'k>) -> Route<'k> {
    let sent: Vec<&str> = message.path.split('/').skip(1).collect();
    let bare = sent.first() == Some(&"v1");
    let mut best: Option<(&Operation, Vec<(&str, String)>)> = None;
    let mut other_method = false;
    for operation in &now.known.operations {
        let template: Vec<&str> = operation
            .path
            .split('/')
            .skip(1 + usize::from(bare))
            .collect();
        let Some(parts) = fit(&template, &sent) else {
            continue;
        };
        if operation.method != message.method() {
            other_method = true;
        } else if best
            .as_ref()
            .is_none_or(|(_, known)| parts.len() < known.len())
        {
            best = Some((operation, parts));
        }
    }
    match best {
        Some((operation, parts)) => Route::To(operation, parts),
        None if other_method => Route::OtherMethod,
        None => Route::Nowhere,
    }
}

fn fit<'k>(template: &[&'k str], sent: &[&str]) -> Option<Vec<(&'k str, String)>> {
    if template.len() != sent.len() {
        return None;
    }
    let mut parts = Vec::new();
    for (wanted, given) in template.iter().zip(sent) {
        let open = wanted.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        match open {
            Some(_) if given.is_empty() => return None,
            Some(name) => {
                let decoded = percent_encoding::percent_decode_str(given)
                    .decode_utf8()
                    .ok()?;
                parts.push((name, decoded.into_owned()));
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(parts)
}

fn nowhere(message: &Message<'_>) -> Option<Foreseen> {
    let first = message.path.split('/').nth(1).unwrap_or_default();
    let of_a_service = first == "v1" || connect_core::domain::app::SERVICES.contains(&first);
    if message.path.ends_with("/openapi.json") || (!of_a_service && message.reads_pages()) {
        return None;
    }
    let clause =
        Clause::documented("/connect/errors not_found; overview: no undocumented endpoints");
    Some(refused(404, "not_found", clause, "There is no such path."))
}

/// The part of the path that names a person, where one does.
fn person_asked_about<'p>(
    operation: &Operation,
    parts: &'p [(&str, String)],
) -> Option<(&'p str, &'p str)> {
    let patients = operation.path.starts_with("/patient-graph/v1/patients/");
    let mut parts = parts.iter();
    let part = parts.find(|(name, _)| {
        matches!(*name, "patient_id" | "user_id" | "person_id") || (patients && *name == "id")
    });
    part.map(|(name, given)| (*name, given.as_str()))
}

/// Another person's id is as good as none (ruling 19); what there is of the token's own, the rows decide.
fn another_person(name: &str, given: &str, now: &Situation<'_>) -> Option<Foreseen> {
    let own = subject(now);
    let is_id = given
        .strip_prefix("user_")
        .is_some_and(|rest| rest.len() == 26 && rest.bytes().all(|c| c.is_ascii_alphanumeric()));
    let another = match &own {
        Some(own) => own != given,
        None => !is_id,
    };
    another.then(|| {
        let clause = Clause::documented("/connect/errors not_found");
        let because = format!(
            "`{name}` is not the token's own person; identity comes from the token alone, so nobody else is there."
        );
        refused(404, "not_found", clause, because)
    })
}

/// Whom the tokens speak for, as the id_token says.
fn subject(now: &Situation<'_>) -> Option<String> {
    let token = now.session.facts.id_token.as_ref()?;
    let claims = token.split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Some(claims.get("sub")?.as_str()?.to_owned())
}
