//! `POST /v1/oauth/token` (facts.md §4, rulings 2, 3, 4, 11 and 12).

mod code;
mod id_token;
mod refresh;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_wire::answer;
use http::StatusCode;
use serde::Serialize;

use crate::Identity;
use crate::call::{Call, Failure};
use crate::client_auth;

/// The answer of both grants.
#[derive(Serialize)]
pub(crate) struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    refresh_token: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// What a grant came to.
pub(crate) struct Issued {
    access: SecretText,
    refresh: SecretText,
    expires_in: u64,
    scope: String,
    id_token: Option<String>,
}

pub(crate) async fn post(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("token");
    match grant(&identity, &call).await {
        Ok(issued) => answer::json(
            StatusCode::OK,
            &TokenAnswer {
                access_token: issued.access.expose(),
                token_type: "Bearer",
                expires_in: issued.expires_in,
                refresh_token: issued.refresh.expose(),
                scope: issued.scope,
                id_token: issued.id_token,
            },
        ),
        Err(failure) => failure.answer(&call),
    }
}

async fn grant(identity: &Identity, call: &Call) -> Result<Issued, Failure> {
    let params = call.form()?;
    let grant_type = params.get("grant_type");
    let verdict = match grant_type {
        Some("authorization_code" | "refresh_token") => Ok(()),
        other => Err(unsupported(other)),
    };
    call.check("grant_type_supported", verdict)?;
    let client = client_auth::authenticate(identity, call, &params).await?;
    let signs_people_in = !client.client.redirect_uris.is_empty();
    call.check(
        "grant_allowed_to_client",
        if signs_people_in {
            Ok(())
        } else {
            Err(machine(&client.client.name))
        },
    )?;
    if grant_type == Some("refresh_token") {
        refresh::grant(identity, call, &params, &client).await
    } else {
        code::grant(identity, call, &params, &client).await
    }
}

fn unsupported(sent: Option<&str>) -> Refusal {
    let clause = Clause::documented("/connect/errors unsupported_grant_type; RFC 6749 §5.2");
    let expected = "`authorization_code` or `refresh_token`";
    match sent {
        None => Refusal::new("grant_type_supported", ErrorCode::InvalidRequest, "grant_type is missing", clause)
            .expected(expected)
            .received("no `grant_type`")
            .fix("Add `grant_type=authorization_code` or `grant_type=refresh_token` to the form body."),
        Some("client_credentials") => Refusal::new(
            "grant_type_supported",
            ErrorCode::UnsupportedGrantType,
            "client_credentials is not supported here; machine tokens come from POST /v1/tokens",
            clause,
        )
        .expected(expected)
        .received("`client_credentials`")
        .fix("Post to /v1/tokens with an m2m app. A user's data needs the authorization code flow."),
        Some(other) => Refusal::new(
            "grant_type_supported",
            ErrorCode::UnsupportedGrantType,
            "Only authorization_code and refresh_token are supported",
            clause,
        )
        .expected(expected)
        .received(format!("`{}`", other.chars().filter(|c| !c.is_control()).take(64).collect::<String>()))
        .fix("Use the authorization code flow with PKCE; password, implicit and device do not exist here."),
    }
}

fn machine(name: &str) -> Refusal {
    Refusal::new(
        "grant_allowed_to_client",
        ErrorCode::UnauthorizedClient,
        "This client may not use this grant",
        Clause::documented("/connect/errors unauthorized_client"),
    )
    .expected("a web, spa, mobile or native app")
    .received(format!("`{name}`, an m2m app"))
    .fix("Machines get their tokens from POST /v1/tokens.")
}

/// `invalid_grant` with its check.
fn invalid_grant(check: &'static str, description: &'static str, clause: Clause) -> Refusal {
    Refusal::new(check, ErrorCode::InvalidGrant, description, clause)
}
