//! `apps_check`: what registration would say, without registering.

use connect_core::domain::app::AppType;
use connect_core::domain::standing::Standing;
use connect_core::id::ClientId;
use connect_identity::registration::{self, NewApp};
use connect_rpc::apps as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_store::clients;

use super::super::{Answer, broken};
use super::find;
use crate::App;

pub(in crate::commands) async fn check(app: &App, request: rpc::CheckApp) -> Answer<rpc::AppCheck> {
    let mut flaws = Vec::new();
    let (mut wanted, name_is_typed) = if let Some(id) = &request.client_id {
        let record = find(app, id).await?;
        let known = record.client.app_type;
        let other = request.app_type.filter(|wanted| *wanted != known);
        flaws.extend(other.map(|other| cannot_become(known, other)));
        (NewApp::like(&record.client), true)
    } else {
        let app_type = request.app_type.ok_or_else(|| {
            RpcError::new(
                ErrorCode::BadRequest,
                "apps_check needs app_type, or client_id for an app that is registered",
            )
        })?;
        (NewApp::new("", app_type), request.name.is_some())
    };
    fill(&mut wanted, &request);
    let profile = app.0.settings.get().profile;
    flaws.extend(
        registration::broken(&wanted, profile)
            .into_iter()
            .filter(|rule| name_is_typed || rule.flaw.field != "name")
            .map(|rule| rpc::AppFlaw {
                field: rule.flaw.field,
                message: rule.flaw.message,
                standing: rule.clause.standing,
                clause: rule.clause.source.to_owned(),
            }),
    );
    let mut remarks: Vec<_> = same_name(app, &wanted).await?.into_iter().collect();
    remarks.extend(
        registration::remarks(&wanted, profile)
            .into_iter()
            .map(|remark| rpc::AppRemark {
                field: remark.field,
                code: remark.code.to_owned(),
                message: remark.message,
                standing: remark.clause.standing,
                clause: remark.clause.source.to_owned(),
            }),
    );
    Ok(rpc::AppCheck {
        accepted: flaws.is_empty(),
        flaws,
        remarks,
    })
}

/// `client_type` can't be patched (facts.md §2).
fn cannot_become(known: AppType, other: AppType) -> rpc::AppFlaw {
    rpc::AppFlaw {
        field: "app_type".to_owned(),
        message: format!(
            "the app is registered as {}; register another for {}",
            known.as_str(),
            other.as_str()
        ),
        standing: Standing::Documented,
        clause: "/reference/api/identity/patch_v1_admin_oauth-clients__clientId".to_owned(),
    }
}

/// Puts what was typed into the app.
fn fill(wanted: &mut NewApp, request: &rpc::CheckApp) {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let lists = [
        (&mut wanted.redirect_uris, &request.redirect_uris),
        (&mut wanted.scopes, &request.scopes),
        (&mut wanted.allowed_origins, &request.allowed_origins),
    ];
    for (list, typed) in lists {
        if let Some(typed) = typed {
            list.clone_from(typed);
        }
    }
    let optional = [
        (&mut wanted.webhook_url, &request.webhook_url),
        (&mut wanted.client_uri, &request.client_uri),
        (&mut wanted.logo_uri, &request.logo_uri),
    ];
    for (text, typed) in optional {
        if let Some(typed) = typed {
            *text = given(typed);
        }
    }
    if let Some(name) = &request.name {
        wanted.name.clone_from(name);
    }
    if let Some(brand) = &request.brand_id {
        wanted.brand_id.clone_from(brand);
    }
    wanted.baa_status = request.baa_status.unwrap_or(wanted.baa_status);
    wanted.id_token_alg = request.id_token_alg.unwrap_or(wanted.id_token_alg);
    wanted.access_token_lifetime_seconds = request
        .access_token_lifetime_seconds
        .unwrap_or(wanted.access_token_lifetime_seconds);
}

/// Two apps may have one name; people and the command line then tell them apart by id.
async fn same_name(app: &App, wanted: &NewApp) -> Answer<Option<rpc::AppRemark>> {
    let name = wanted.name.trim();
    let all = clients::list(&mut *app.0.world.read().await.map_err(broken)?)
        .await
        .map_err(broken)?;
    let is_other = |id: &ClientId| wanted.client_id.as_ref() != Some(id);
    let taken = all
        .iter()
        .any(|(client, _)| client.name.eq_ignore_ascii_case(name) && is_other(&client.id));
    Ok(taken.then(|| rpc::AppRemark {
        field: "name".to_owned(),
        code: "name_taken".to_owned(),
        message: "Another app is called so; people see the name on the consent page.".to_owned(),
        standing: Standing::Assumed,
        clause: "no page says that names are unique".to_owned(),
    }))
}
