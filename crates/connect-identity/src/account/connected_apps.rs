//! `GET /v1/users/me/connected-apps` and `DELETE …/{client_id}` (facts.md §7).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use connect_core::domain::actor::Actor;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::{ClientId, UserId};
use connect_core::protocol::error::ErrorCode;
use connect_store::StoreError;
use connect_store::grants::{self, Grant, GrantFilter};
use connect_wire::answer;
use http::StatusCode;
use serde_json::{Value, json};

use super::bearer;
use crate::Identity;
use crate::call::{Call, Failure};

/// Gates both (assumed: facts.md §7 infers it).
pub(super) const SCOPE: &str = "manage:connected_apps";

pub(crate) async fn list(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("connected_apps_list");
    let body = async {
        let (_, person) = bearer::person(&identity, &call, SCOPE).await?;
        let mut data = Vec::new();
        for grant in of_user(&identity, &person.id).await? {
            data.extend(item(&identity, &grant).await?);
        }
        Ok::<_, Failure>(json!({ "data": data }))
    };
    match body.await {
        Ok(body) => answer::json(StatusCode::OK, &body),
        Err(failure) => failure.answer(&call),
    }
}

pub(crate) async fn delete(
    State(identity): State<Arc<Identity>>,
    Path(client): Path<String>,
    call: Call,
) -> Response {
    call.operation("connected_apps_delete");
    let client = ClientId::from_text(client);
    let done = async {
        let (token, person) = bearer::person(&identity, &call, SCOPE).await?;
        let grant = of_user(&identity, &person.id)
            .await?
            .into_iter()
            .find(|grant| grant.client_id == client);
        let grant = call.check("grant_active", grant.ok_or_else(|| not_connected(&client)))?;
        let origin = call.origin(
            Actor::User(person.id.clone()),
            token.trace,
            Some(token.issued_by),
        );
        identity
            .world
            .write(move |tx| {
                Box::pin(async move { grants::revoke(tx, &origin, &grant.id, None).await })
            })
            .await
            .map_err(|error: StoreError| Failure::from(error))?;
        Ok::<_, Failure>(())
    };
    match done.await {
        Ok(()) => answer::empty(StatusCode::NO_CONTENT),
        Err(failure) => failure.answer(&call),
    }
}

/// A persona's active grants.
pub(super) async fn of_user(identity: &Identity, user: &UserId) -> Result<Vec<Grant>, Failure> {
    let filter = GrantFilter {
        user_id: Some(user.clone()),
        ..GrantFilter::default()
    };
    Ok(grants::list(&mut *identity.world.read().await?, &filter).await?)
}

/// A grant as the documented item; none when its app is gone.
pub(super) async fn item(identity: &Identity, grant: &Grant) -> Result<Option<Value>, Failure> {
    let Some(record) = identity.world.client(&grant.client_id).await? else {
        return Ok(None);
    };
    let client = &record.client;
    Ok(Some(json!({
        "client_id": client.id,
        "client_name": client.name,
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "is_first_party": client.is_first_party,
        "scopes_granted": grant.scope.names(),
        "granted_at": grant.created_at,
        "updated_at": grant.updated_at,
    })))
}

fn not_connected(client: &ClientId) -> Refusal {
    let shown: String = client
        .as_str()
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect();
    Refusal::new("grant_active", ErrorCode::NotFound, "The app is not connected", Clause::documented("/reference/api/identity/delete_v1_users_me_connected-apps__client_id"))
        .expected("the client_id of a connected app")
        .received(format!("`{shown}`, for which there is no active grant"))
        .fix("See GET /v1/users/me/connected-apps. Deleting by grant id, at /v1/me/grants/{id}, is idempotent instead.")
}
