//! `GET /v1/me/grants` and `DELETE /v1/me/grants/{id}`, which is idempotent (facts.md §7).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use connect_core::domain::actor::Actor;
use connect_core::id::GrantId;
use connect_store::StoreError;
use connect_store::grants;
use connect_wire::answer;
use http::StatusCode;
use serde_json::json;

use super::{bearer, connected_apps};
use crate::Identity;
use crate::call::{Call, Failure};

pub(crate) async fn list(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("grants_list");
    let body = async {
        let (_, person) = bearer::person(&identity, &call, connected_apps::SCOPE).await?;
        let mut data = Vec::new();
        for grant in connected_apps::of_user(&identity, &person.id).await? {
            if let Some(mut item) = connected_apps::item(&identity, &grant).await? {
                item["id"] = json!(grant.id);
                item["last_used_at"] = json!(grant.last_used_at);
                data.push(item);
            }
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
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("grants_delete");
    let id = GrantId::from_text(id);
    let done = async {
        let (token, person) = bearer::person(&identity, &call, connected_apps::SCOPE).await?;
        let own = connected_apps::of_user(&identity, &person.id)
            .await?
            .into_iter()
            .any(|grant| grant.id == id);
        if !own {
            call.fact(
                "nothing_revoked_because",
                "no active grant of this person has that id",
            );
            return Ok(());
        }
        let origin = call.origin(
            Actor::User(person.id.clone()),
            token.trace,
            Some(token.issued_by),
        );
        identity
            .world
            .write(move |tx| Box::pin(async move { grants::revoke(tx, &origin, &id, None).await }))
            .await
            .map_err(|error: StoreError| Failure::from(error))?;
        Ok::<_, Failure>(())
    };
    match done.await {
        Ok(()) => answer::empty(StatusCode::NO_CONTENT),
        Err(failure) => failure.answer(&call),
    }
}
