//! `connect-sandbox env`: what an app needs to be told to talk to this sandbox.

use std::path::Path;

use connect_core::domain::app::AppType;
use connect_rpc::apps::{App, AppList, AppRef, Secrets};
use connect_rpc::sandbox::Status;
use serde_json::json;

use super::ask::Sandbox;
use crate::arguments::Env;
use crate::failure::Failure;
use crate::format::{self, Variable};
use crate::output::{self, plain};

/// The app that is meant when none is named.
const USUAL: &str = "Demo Web App";

pub(super) async fn run(data_dir: &Path, asked: Env) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let AppList { apps } = sandbox.get("apps_list", json!({})).await?;
    let app = choose(&apps, asked.app.as_deref())?;
    let secrets: Secrets = sandbox
        .get(
            "apps_reveal",
            json!(AppRef {
                client_id: app.client_id.clone()
            }),
        )
        .await?;
    let status: Status = sandbox.get("sandbox_status", json!({})).await?;
    let about = format!(
        "{} ({}) on the sandbox at {}",
        app.name,
        app.app_type.as_str(),
        status.platform
    );
    Ok(output::data(&format::variables(
        asked.format,
        &about,
        &variables(app, &secrets, &status),
    ))?)
}

/// The app that is meant.
fn choose<'a>(apps: &'a [App], asked: Option<&str>) -> Result<&'a App, Failure> {
    let Some(asked) = asked else {
        let mut own = apps.iter().filter(|app| app.service.is_none());
        return match (apps.iter().find(|app| app.name == USUAL), own.next(), own.next()) {
            (Some(usual), ..) => Ok(usual),
            (None, Some(only), None) => Ok(only),
            (None, None, _) => Err(Failure::NotFound(
                "no app is registered; make one with `connect-sandbox rpc apps_create`, or in a connect.toml".to_owned(),
            )),
            (None, Some(_), Some(_)) => Err(Failure::Arguments(format!("say which app with --app: {}", names(apps)))),
        };
    };
    if let Some(app) = apps.iter().find(|app| app.client_id == asked) {
        return Ok(app);
    }
    let named = |alike: fn(&str, &str) -> bool| {
        apps.iter()
            .filter(|app| alike(&app.name, asked))
            .collect::<Vec<_>>()
    };
    let mut found = named(|name, asked| name == asked);
    if found.is_empty() {
        found = named(str::eq_ignore_ascii_case);
    }
    match found.as_slice() {
        [app] => Ok(app),
        [] => Err(Failure::NotFound(format!(
            "there is no app `{}`; there are {}",
            plain(asked),
            names(apps)
        ))),
        several => {
            let ids: Vec<&str> = several.iter().map(|app| app.client_id.as_str()).collect();
            Err(Failure::Arguments(format!(
                "several apps are called `{}`; name one of {}",
                plain(asked),
                ids.join(", ")
            )))
        }
    }
}

fn names(apps: &[App]) -> String {
    let mut names: Vec<&App> = apps.iter().collect();
    names.sort_by_key(|app| app.service.is_some());
    names
        .into_iter()
        .map(|app| plain(&app.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Names are those of the platform's own quickstarts where those have one.
fn variables(app: &App, secrets: &Secrets, status: &Status) -> Vec<Variable> {
    let base = &status.platform;
    let mut all: Vec<Variable> = Vec::new();
    let mut put = |name: &str, value: &str| all.push((name.to_owned(), value.to_owned()));
    put("LOOP_CLIENT_ID", &app.client_id);
    if let Some(secret) = &secrets.client_secret {
        put("LOOP_CLIENT_SECRET", secret);
    }
    if let Some(uri) = app.redirect_uris.first() {
        put("LOOP_REDIRECT_URI", uri);
    }
    if let Some(secret) = &secrets.webhook_signing_secret {
        put("LOOP_WEBHOOK_SECRET", secret);
    }
    put("LOOP_ISSUER", base);
    if app.app_type == AppType::M2m {
        // Machines have an endpoint of their own (ruling 12).
        put("LOOP_TOKEN_URL", &format!("{base}/v1/tokens"));
    } else {
        put("LOOP_AUTHORIZE_URL", &format!("{base}/v1/oauth/authorize"));
        put("LOOP_TOKEN_URL", &format!("{base}/v1/oauth/token"));
        put("LOOP_REVOKE_URL", &format!("{base}/v1/oauth/revoke"));
    }
    for service in &status.services {
        put(
            &format!("LOOP_{}_URL", service.name.to_uppercase().replace('-', "_")),
            &service.url,
        );
    }
    all
}
