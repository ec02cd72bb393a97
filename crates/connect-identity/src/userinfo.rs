//! `GET` and `POST /v1/oauth/userinfo`: not documented, so it is absent unless switched on (ruling 14; OpenID Connect
//! Core §5.3 when it is).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_wire::answer;
use http::StatusCode;
use serde_json::json;

use crate::Identity;
use crate::account::bearer;
use crate::call::{Call, Failure};

pub(crate) async fn any(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("userinfo");
    match tell(&identity, &call).await {
        Ok(response) => response,
        Err(failure) => failure.answer(&call),
    }
}

async fn tell(identity: &Identity, call: &Call) -> Result<Response, Failure> {
    let on = identity.settings.get().userinfo;
    call.check(
        "userinfo_switched_on",
        if on { Ok(()) } else { Err(absent()) },
    )?;
    let (token, person) = bearer::person(identity, call, "openid").await?;
    let mut claims = json!({ "sub": person.id, "brand": person.brand_id });
    if token.scope.contains("profile") {
        claims["name"] = json!(person.name);
        claims["locale"] = json!(person.locale);
    }
    if token.scope.contains("email") {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(true);
    }
    Ok(answer::json(StatusCode::OK, &claims))
}

fn absent() -> Refusal {
    Refusal::new("userinfo_switched_on", ErrorCode::NotFound, "There is no userinfo endpoint", Clause::documented("seed overview: no undocumented endpoints"))
        .expected("the claims of the id_token")
        .received("a call to userinfo, which no page of the platform documents")
        .fix("Read the claims from the id_token. A library that insists can be satisfied here by the `userinfo` switch, but will fail in production.")
        .remedy(Remedy {
            command: "settings_update",
            payload: json!({ "userinfo": true }),
            label: "Switch userinfo on".to_owned(),
        })
}
