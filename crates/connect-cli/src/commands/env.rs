//! `connect-sandbox env`: what an app needs to be told to talk to this sandbox.

use std::path::Path;

use connect_rpc::apps::{App, AppEnv, AppList, EnvOfApp};
use serde_json::json;

use super::ask::Sandbox;
use crate::arguments::Env;
use crate::failure::Failure;
use crate::output::{self, plain};

/// The app that is meant when none is named.
pub(super) const USUAL: &str = "Demo Web App";

pub(super) async fn run(data_dir: &Path, asked: Env) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let asked = EnvOfApp {
        client_id: client_id(&mut sandbox, asked.app.as_deref()).await?,
        format: asked.format.into(),
    };
    let env: AppEnv = sandbox.get("apps_env", json!(asked)).await?;
    Ok(output::data(&env.text)?)
}

/// The id of the app that is meant.
pub(super) async fn client_id(
    sandbox: &mut Sandbox,
    asked: Option<&str>,
) -> Result<String, Failure> {
    let AppList { apps } = sandbox.get("apps_list", json!({})).await?;
    Ok(choose(&apps, asked)?.client_id.clone())
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

/// Their names; the services' own clients, which nobody means who is asked for one, are left out.
fn names(apps: &[App]) -> String {
    let own: Vec<String> = apps
        .iter()
        .filter(|app| app.service.is_none())
        .map(|app| plain(&app.name))
        .collect();
    if own.is_empty() {
        "none but the services' own".to_owned()
    } else {
        own.join(", ")
    }
}
