//! `grants_*`.

use connect_core::domain::actor::Actor;
use connect_core::domain::journal::Origin;
use connect_core::id::{ClientId, GrantId, UserId};
use connect_rpc::grants as rpc;
use connect_rpc::{Done, ErrorCode, RpcError};
use connect_store::grants::{self, Grant, GrantFilter};

use super::{Answer, broken, not_found};
use crate::App;

pub(super) async fn list(app: &App, request: rpc::ListGrants) -> Answer<rpc::GrantList> {
    let filter = GrantFilter {
        user_id: request.user_id.map(UserId::from_text),
        client_id: request.client_id.map(ClientId::from_text),
        with_revoked: request.with_revoked,
    };
    Ok(rpc::GrantList {
        grants: views(app, &filter).await?,
    })
}

pub(super) async fn revoke(app: &App, request: rpc::GrantRef) -> Answer<Done> {
    let id = GrantId::from_text(&request.grant_id);
    let found = grants::get(&mut *app.0.world.read().await.map_err(broken)?, &id)
        .await
        .map_err(broken)?;
    let Some(grant) = found else {
        return Err(not_found("grant", &request.grant_id, "grants_list"));
    };
    let origin = Origin {
        trace: grant.trace,
        cause: Some(grant.issued_by),
        ..app.origin(Actor::Console)
    };
    let revoked = app
        .0
        .world
        .write(move |tx| Box::pin(async move { grants::revoke(tx, &origin, &id, None).await }))
        .await
        .map_err(broken)?;
    match revoked {
        Some(_) => Ok(Done::DONE),
        None => Err(RpcError::new(
            ErrorCode::Conflict,
            "the grant was revoked before; nothing was changed",
        )),
    }
}

/// Grants as the console shows them.
pub(super) async fn views(app: &App, filter: &GrantFilter) -> Answer<Vec<rpc::Grant>> {
    let found = grants::list(&mut *app.0.world.read().await.map_err(broken)?, filter)
        .await
        .map_err(broken)?;
    let mut all = Vec::with_capacity(found.len());
    for grant in found {
        all.push(view(app, grant).await?);
    }
    Ok(all)
}

async fn view(app: &App, grant: Grant) -> Answer<rpc::Grant> {
    let client = app.0.world.client(&grant.client_id).await.map_err(broken)?;
    Ok(rpc::Grant {
        grant_id: grant.id.to_string(),
        client_name: client.map(|record| record.client.name.clone()),
        client_id: grant.client_id.to_string(),
        user_id: grant.user_id.to_string(),
        scopes: grant.scope.names().into_iter().map(str::to_owned).collect(),
        granted_at: grant.created_at,
        updated_at: grant.updated_at,
        last_used_at: grant.last_used_at,
        revoked_at: grant.revoked_at,
        trace: grant.trace.to_string(),
    })
}
