//! The bearer token: sent in one place, known, an access token, live, of an app that is enabled.

use std::sync::Arc;

use connect_core::domain::credential::Credential;
use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::standing::Clause;
use connect_core::protocol::bearer;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::Params;
use connect_store::clients::ClientRecord;
use connect_store::journal::ending;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use super::Request;
use crate::Services;
use crate::failure::Failure;

/// A token that passed, and its app.
pub(super) struct Passed {
    pub(super) credential: Credential,
    pub(super) client: Arc<ClientRecord>,
    pub(super) person: Option<Arc<connect_core::domain::app::Person>>,
}

/// Checks the token of a request, and puts the exchange into the token's trace.
pub(super) async fn check(services: &Services, request: &Request) -> Result<Passed, Failure> {
    let exchange = &request.exchange;
    let sent: Vec<&str> = request
        .headers
        .get_all(AUTHORIZATION)
        .iter()
        .map(|value| value.to_str().unwrap_or(""))
        .collect();
    let token = bearer::from_header(&sent, sent_elsewhere(request))?;
    exchange.note(|notes| notes.passed("token_in_header"));

    let found = services.world.find_bearer(&token).await?;
    if let Some(found) = &found {
        let credential = &found.credential;
        exchange.note(|notes| {
            notes.credentials.push(credential.hash);
            notes.client.clone_from(&credential.client_id);
            notes.user.clone_from(&credential.user_id);
            notes.grant.clone_from(&credential.grant_id);
            notes.trace = Some(credential.trace.clone());
            notes.cause = Some(credential.issued_by);
        });
    }
    let now = exchange.started().sandbox;
    let row = found.as_ref().map(|found| &found.credential);
    if let Err(refusal) = bearer::judge(&token, row, now, true) {
        return Err(match row {
            Some(credential) => ending::explain(&services.world, refusal, credential).await?,
            None => refusal,
        }
        .into());
    }
    let Some(found) = found else {
        return Err(gone("app_known", "the app it was given to is gone").into());
    };
    exchange.note(|notes| notes.passed("token_live"));

    let client = found
        .client
        .ok_or_else(|| gone("app_known", "the app it was given to is gone"))?;
    if !client.client.enabled {
        return Err(disabled(&client).into());
    }
    exchange.note(|notes| notes.passed("app_enabled"));
    if found.credential.user_id.is_some() && found.person.is_none() {
        return Err(gone("person_known", "the persona it speaks for is gone").into());
    }
    if let Some(grant) = &found.credential.grant_id {
        services.world.note_grant_used(grant, now);
    }
    Ok(Passed {
        credential: found.credential,
        client,
        person: found.person,
    })
}

/// Whether a token stands where RFC 6750 §2.2 and §2.3 would have it, which this platform does not read.
fn sent_elsewhere(request: &Request) -> bool {
    let in_query = Params::parse(request.query.as_bytes())
        .0
        .get("access_token")
        .is_some();
    let is_form = request.header(CONTENT_TYPE.as_str()).is_some_and(|sent| {
        sent.to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    });
    in_query || (is_form && Params::parse(&request.body).0.get("access_token").is_some())
}

fn gone(check: &'static str, what: &'static str) -> Refusal {
    Refusal::new(
        check,
        ErrorCode::InvalidToken,
        "The access token speaks for nobody any more",
        Clause::documented("/reference/errors invalid_token"),
    )
    .expected("a token whose app and persona are still there")
    .received(format!("a token of which {what}"))
    .fix("Run the flow again.")
}

fn disabled(client: &ClientRecord) -> Refusal {
    Refusal::new(
        "app_enabled",
        ErrorCode::InvalidToken,
        "The app is disabled",
        Clause::assumed("OAuth client object, `enabled`: what false does is not stated"),
    )
    .expected("an enabled app")
    .received(format!(
        "a token of `{}`, which is switched off",
        client.client.name
    ))
    .fix("Switch the app on again: its tokens work again at once.")
    .remedy(Remedy {
        command: "apps_enable",
        payload: json!({ "client_id": client.client.id }),
        label: format!("Enable {}", client.client.name),
    })
}
