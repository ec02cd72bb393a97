//! The bearer check of the account endpoints.

use std::sync::Arc;

use connect_core::domain::app::Person;
use connect_core::domain::credential::Credential;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::bearer;
use connect_core::protocol::error::ErrorCode;
use connect_store::Bearer;
use connect_wire::answer::Refused;
use http::header;

use crate::Identity;
use crate::call::{Call, Failure};

/// The token's row and the persona it speaks for, after every check but those of the endpoint itself.
pub(crate) async fn person(
    identity: &Identity,
    call: &Call,
    scope: &'static str,
) -> Result<(Credential, Arc<Person>), Failure> {
    let Bearer {
        credential, person, ..
    } = token(identity, call, scope, false).await?;
    let person = call.check("person_known", person.ok_or_else(gone))?;
    call.exchange
        .note(|notes| notes.user = Some(person.id.clone()));
    Ok((credential, person))
}

/// The token's row, its app and persona. `machines`: whether a machine's token will do.
pub(crate) async fn token(
    identity: &Identity,
    call: &Call,
    scope: &'static str,
    machines: bool,
) -> Result<Bearer, Failure> {
    let headers = call.parts.headers.get_all(header::AUTHORIZATION);
    let headers: Vec<&str> = headers
        .iter()
        .map(|value| value.to_str().unwrap_or(""))
        .collect();
    let elsewhere = call.query().0.get("access_token").is_some();
    let value = call.check("token_in_header", bearer::from_header(&headers, elsewhere))?;
    let found = identity.world.find_bearer(&value).await?;
    if let Some(Bearer { credential, .. }) = &found {
        call.trace(&credential.trace, Some(credential.issued_by));
        call.exchange.note(|notes| {
            notes.credentials.push(credential.hash);
            notes.client.clone_from(&credential.client_id);
            notes.user.clone_from(&credential.user_id);
            notes.grant.clone_from(&credential.grant_id);
        });
    }
    let now = identity.env.now();
    let judged = bearer::judge(
        &value,
        found.as_ref().map(|bearer| &bearer.credential),
        now,
        machines,
    )
    .map(|_| ());
    call.check("token_valid", judged)?;
    let found = call.check("token_valid", found.ok_or_else(gone))?;
    let enabled = found
        .client
        .as_ref()
        .is_some_and(|record| record.client.enabled);
    call.check(
        "client_enabled",
        if enabled { Ok(()) } else { Err(disabled()) },
    )?;
    match bearer::holds(&found.credential, scope) {
        Ok(()) => call.passed("scope_held"),
        Err(refusal) => return Err(Refused::missing_scope(refusal, scope).into()),
    }
    if let Some(grant) = &found.credential.grant_id {
        identity.world.note_grant_used(grant, now);
    }
    Ok(found)
}

fn gone() -> Refusal {
    Refusal::new(
        "person_known",
        ErrorCode::InvalidToken,
        "The token speaks for nobody any more",
        Clause::assumed("personas can be removed"),
    )
    .expected("a persona of this workspace")
    .received("a token whose persona was removed")
    .fix("Run the flow again with another persona.")
}

fn disabled() -> Refusal {
    Refusal::new(
        "client_enabled",
        ErrorCode::InvalidToken,
        "The app is disabled",
        Clause::assumed("OAuth client object, `enabled`: what false does is not stated"),
    )
    .expected("an enabled app")
    .received("a token of an app that is switched off or gone")
    .fix("Switch the app on again, with `apps_enable`.")
}
