//! Files applied to real worlds.

mod applying;
mod reading;
mod refused;
mod round_trip;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connect_core::Env;
use connect_core::domain::actor::Actor;
use serde_json::{Value, json};

use super::{Applied, Configuration, ConfigurationError, parse};
use crate::{App, Config, Seed};

/// The annotated example.
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/connect.toml")
}

async fn world(seed: Seed) -> App {
    started(Config {
        seed,
        ..Config::ephemeral()
    })
    .await
}

async fn started(config: Config) -> App {
    App::start(config, Arc::new(Env::system())).await.unwrap()
}

fn file(text: &str) -> Configuration {
    parse(Path::new("connect.toml"), text.to_owned()).unwrap()
}

async fn apply(app: &App, text: &str) -> Result<Applied, ConfigurationError> {
    super::apply(app, &file(text), app.origin(Actor::Console)).await
}

async fn call(app: &App, command: &str, payload: Value) -> Value {
    app.rpc(command, payload).await.unwrap()
}

async fn journal_length(app: &App) -> i64 {
    call(app, "journal_list", json!({ "limit": 1 })).await["total"]
        .as_i64()
        .unwrap()
}

/// The app with this name; panics when there is not exactly one.
async fn app_named(app: &App, name: &str) -> Value {
    let all = call(app, "apps_list", json!({})).await;
    let mut found = all["apps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|app| app["name"] == name)
        .cloned();
    let one = found.next().unwrap_or_else(|| panic!("no app {name}"));
    assert_eq!(found.next(), None, "several apps {name}");
    one
}

async fn reveal(app: &App, name: &str) -> Value {
    let client_id = app_named(app, name).await["client_id"].clone();
    call(app, "apps_reveal", json!({ "client_id": client_id })).await
}

async fn persona(app: &App, email: &str) -> Value {
    call(app, "people_get", json!({ "user_id": email })).await["person"].clone()
}
