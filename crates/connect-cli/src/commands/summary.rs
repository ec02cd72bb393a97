//! What `serve` says to people when it is ready: where it is, who is in it, and what to do next.

use std::fmt::Write as _;

use connect_app::{App, shell};
use connect_rpc::apps::AppList;
use connect_rpc::clock::Clock;
use connect_rpc::people::PersonList;
use connect_rpc::sandbox::Status;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::env::USUAL;
use super::status::{apart, kept, time};
use crate::failure::{Failure, commands_data_dir};
use crate::output::{BOLD, CARE, CODE, DIM, GOOD, plain, styled};

pub(super) async fn text(app: &App) -> Result<String, Failure> {
    let status: Status = get(app, "sandbox_status").await?;
    let apps: AppList = get(app, "apps_list").await?;
    let people: PersonList = get(app, "people_list").await?;
    let clock: Clock = get(app, "clock_get").await?;
    let mut text = format!(
        "{} connect-sandbox {} is ready.\n\n",
        styled(GOOD, "✓"),
        status.version
    );
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {} {value}", styled(BOLD, format!("{name:9}")));
    };
    row("Platform", styled(CODE, &status.platform));
    row(
        "",
        styled(
            DIM,
            format!("{}/.well-known/openid-configuration", status.platform),
        ),
    );
    row(
        "",
        styled(
            DIM,
            format!("{}/<service>/v1/…  {}", status.platform, services(&status)),
        ),
    );
    if let Some(control) = app.control() {
        if let Some(ui) = &control.ui {
            row("Console", styled(CODE, ui));
        }
        row(
            "Control",
            format!(
                "{}  {}",
                control.url,
                styled(DIM, format!("Authorization: Bearer {}", control.token))
            ),
        );
    }
    row("Data", kept(&status));
    row("Profile", status.profile.as_str().to_owned());
    if clock.paused || apart(clock.ahead_ms).is_some() {
        row("Clock", time(&clock));
    }
    let width = people
        .people
        .iter()
        .map(|person| person.email.chars().count())
        .max()
        .unwrap_or(0);
    for (index, person) in people.people.iter().enumerate() {
        let about = format!(
            "{:width$}  {}, {}",
            plain(&person.email),
            plain(&person.name),
            plain(&person.brand_id)
        );
        row(if index == 0 { "Personas" } else { "" }, about);
    }
    let own: Vec<String> = apps
        .apps
        .iter()
        .filter(|app| app.service.is_none())
        .map(|app| plain(&app.name))
        .collect();
    if !own.is_empty() {
        row("Apps", own.join(", "));
    }
    next(&mut text, app, own.first());
    for notice in &status.notices {
        let _ = writeln!(text, "\n{} {}", styled(CARE, "note:"), plain(notice));
    }
    Ok(text)
}

/// What to do next, as it can be typed.
fn next(text: &mut String, app: &App, first: Option<&String>) {
    let typed = |rest: &str| {
        styled(
            CODE,
            format!(
                "connect-sandbox{} {rest}",
                commands_data_dir(app.data_dir())
            ),
        )
    };
    let _ = writeln!(text, "\nNext");
    match first {
        Some(name) => {
            let _ = writeln!(
                text,
                "  your app's credentials   {}",
                typed(&format!("env --app {} > .env", shell::word(name)))
            );
        }
        None => {
            let _ = writeln!(
                text,
                "  register an app          {}",
                typed("rpc apps_create '{…}'")
            );
        }
    }
    if first.is_some_and(|name| name == USUAL) {
        let _ = writeln!(
            text,
            "  code that runs with it   {}",
            typed("code python --into my-app")
        );
    }
    let _ = writeln!(text, "  why was it refused?      {}", typed("explain last"));
    let _ = writeln!(
        text,
        "  let an hour pass         {}",
        typed("rpc clock_advance '{\"seconds\": 3600}'")
    );
    let _ = write!(
        text,
        "  everything else          {}\n\nCtrl-C stops it.",
        typed("commands")
    );
}

fn services(status: &Status) -> String {
    status
        .services
        .iter()
        .filter(|service| service.url != status.platform)
        .map(|service| service.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

async fn get<T: DeserializeOwned>(app: &App, command: &'static str) -> Result<T, Failure> {
    let answer = app
        .rpc(command, json!({}))
        .await
        .map_err(Failure::Command)?;
    serde_json::from_value(answer).map_err(|error| Failure::UnknownAnswer(command, error))
}
