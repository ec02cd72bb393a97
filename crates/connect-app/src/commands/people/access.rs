//! `people_connected_apps`, `people_reads`, `people_alerts`: who may see a persona's data, who has, and what they were told.

use std::collections::HashMap;

use connect_core::domain::app::{Client, IDENTITY, SERVICES};
use connect_core::domain::filter::{Condition, Field, Filter};
use connect_core::id::{AlertId, ClientId};
use connect_rpc::people as rpc;
use connect_services::catalogue::{self, Operation, Verb};
use connect_store::alerts;
use connect_store::grants::{self, GrantFilter};
use connect_store::traffic::{ExchangeSummary, Part, TrafficQuery};

use super::super::{Answer, broken, limit, traffic};
use super::{alert_view, find};
use crate::App;

pub(in crate::commands) async fn connected_apps(
    app: &App,
    request: rpc::ListConnectedApps,
) -> Answer<rpc::ConnectedApps> {
    let person = find(app, &request.user_id).await?;
    let filter = GrantFilter {
        user_id: Some(person.id),
        with_revoked: request.with_revoked,
        ..GrantFilter::default()
    };
    let grants = grants::list(&mut *app.0.world.read().await.map_err(broken)?, &filter)
        .await
        .map_err(broken)?;
    let mut apps = Vec::with_capacity(grants.len());
    for grant in grants {
        // The account page leaves out what is gone, too (connected_apps_list).
        let Some(record) = app.0.world.client(&grant.client_id).await.map_err(broken)? else {
            continue;
        };
        apps.push(connected(&record.client, &grant));
    }
    Ok(rpc::ConnectedApps { apps })
}

fn connected(client: &Client, grant: &grants::Grant) -> rpc::ConnectedApp {
    let state = if grant.revoked_at.is_some() {
        rpc::ConnectionState::Revoked
    } else if client.enabled {
        rpc::ConnectionState::Active
    } else {
        rpc::ConnectionState::AppDisabled
    };
    rpc::ConnectedApp {
        grant_id: grant.id.to_string(),
        client_id: client.id.to_string(),
        client_name: client.name.clone(),
        client_uri: client.client_uri.clone(),
        logo_uri: client.logo_uri.clone(),
        is_first_party: client.is_first_party,
        scopes: grant
            .scope
            .iter()
            .map(|scope| rpc::GrantedScope {
                name: scope.name.to_owned(),
                consent: scope.consent.to_owned(),
                phi: scope.phi,
                standing: scope.standing,
            })
            .collect(),
        since: grant.created_at,
        updated_at: grant.updated_at,
        last_used_at: grant.last_used_at,
        revoked_at: grant.revoked_at,
        state,
        trace: grant.trace.to_string(),
    }
}

pub(in crate::commands) async fn reads(
    app: &App,
    request: rpc::ListReads,
) -> Answer<rpc::ReadList> {
    traffic::settle(app).await?;
    let person = find(app, &request.user_id).await?;
    let most = limit(request.limit);
    let one_more = Part {
        before: request.before,
        limit: most + 1,
        ..Part::default()
    };
    let query = TrafficQuery {
        filter: of_services(person.id.as_str()),
        ..TrafficQuery::default()
    };
    let found = app.0.traffic.rows(&query, one_more).await;
    let mut found = found.map_err(broken)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().map(|row| row.seq).filter(|_| more);
    let names = names(app, &found).await?;
    Ok(rpc::ReadList {
        reads: found.into_iter().map(|row| read(row, &names)).collect(),
        next,
    })
}

/// What was asked of a service, identity aside, about this persona.
fn of_services(user: &str) -> Filter {
    let services = SERVICES
        .iter()
        .filter(|service| **service != IDENTITY)
        .map(|service| Condition::Word(Field::Service, (*service).to_owned()).into())
        .collect();
    let of_user: Filter = Condition::Word(Field::User, user.to_owned()).into();
    of_user.and(Filter::Any(services))
}

/// Names of the apps that asked.
async fn names(app: &App, rows: &[ExchangeSummary]) -> Answer<HashMap<String, String>> {
    let mut names = HashMap::new();
    for id in rows.iter().filter_map(|row| row.client_id.as_ref()) {
        if !names.contains_key(id) {
            let record = app.0.world.client(&ClientId::from_text(id)).await;
            if let Some(record) = record.map_err(broken)? {
                names.insert(id.clone(), record.client.name.clone());
            }
        }
    }
    Ok(names)
}

fn read(row: ExchangeSummary, names: &HashMap<String, String>) -> rpc::Read {
    let operation = row.operation.as_deref().and_then(catalogue::find);
    rpc::Read {
        what: operation.map_or_else(
            || format!("{} {}", row.method, row.target),
            |operation| operation.summary.to_owned(),
        ),
        is_read: operation.map_or(row.method == "GET", is_read),
        scope: operation
            .and_then(|operation| operation.gate.scope())
            .map(str::to_owned),
        client_name: row.client_id.as_ref().and_then(|id| names.get(id)).cloned(),
        seq: row.seq,
        exchange: row.id,
        at: row.at,
        wall: row.wall,
        client_id: row.client_id,
        grant_id: row.grant_id,
        service: row.service.unwrap_or_default(),
        operation: row.operation,
        status: row.status,
        refused_by: row.refused_by,
        trace: row.trace,
    }
}

/// The scope says it: some operations that read are posted.
fn is_read(operation: &Operation) -> bool {
    operation
        .gate
        .scope()
        .map_or(operation.verb == Verb::Get, |scope| {
            scope.starts_with("read:")
        })
}

pub(in crate::commands) async fn alerts(
    app: &App,
    request: rpc::ListAlerts,
) -> Answer<rpc::AlertList> {
    let person = find(app, &request.user_id).await?;
    let most = limit(request.limit);
    let before = request.before.map(AlertId::from_text);
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let mut rows = alerts::page(&mut reading, &person.id, before.as_ref(), most + 1)
        .await
        .map_err(broken)?;
    let more = rows.len() > usize::try_from(most).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(rpc::AlertList {
        alerts: rows.into_iter().map(alert_view).collect(),
        more,
    })
}
