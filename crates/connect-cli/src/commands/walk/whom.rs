//! Whom a walk is about: the app, the persona and the server, as they were typed and as the environment has them.

use connect_core::domain::walk::Consent;
use connect_rpc::sandbox::Status;
use connect_rpc::simulator::{StartWalk, WalkChoices, WalkSetup};
use serde_json::{Value, json};

use super::super::ask::Sandbox;
use crate::arguments::Walk;
use crate::failure::Failure;
use crate::output::plain;

/// The walk that was asked for.
pub(super) async fn started(sandbox: &mut Sandbox, asked: Walk) -> Result<StartWalk, Failure> {
    let named = asked
        .persona
        .as_deref()
        .is_none_or(|it| !it.trim().is_empty());
    if !named {
        let choices = choices(sandbox).await?;
        let there = choices.personas.into_iter().map(|it| plain(&it.email));
        let there: Vec<String> = there.collect();
        return Err(Failure::Arguments(format!(
            "--persona needs the email of somebody who signs in; there are {}",
            there.join(", ")
        )));
    }
    let mut setup = WalkSetup {
        app: asked.app,
        persona: asked.persona,
        scopes: (!asked.scope.is_empty()).then_some(asked.scope),
        consent: Some(Consent::Automatic),
        ..WalkSetup::default()
    };
    if let Some(target) = asked.target.as_deref()
        && !is_own(sandbox, target).await?
    {
        elsewhere(sandbox, &mut setup, target).await?;
    }
    Ok(StartWalk {
        setup,
        name: asked.name,
        target: asked.target,
    })
}

async fn choices(sandbox: &mut Sandbox) -> Result<WalkChoices, Failure> {
    sandbox.get("simulator_choices", json!({})).await
}

/// Whether a target is this sandbox itself, whose apps are known by name.
async fn is_own(sandbox: &mut Sandbox, target: &str) -> Result<bool, Failure> {
    let status: Status = sandbox.get("sandbox_status", Value::Null).await?;
    Ok(target.trim().trim_end_matches('/') == status.platform)
}

/// An app of another target is known here by what its own environment says of it.
async fn elsewhere(
    sandbox: &mut Sandbox,
    setup: &mut WalkSetup,
    target: &str,
) -> Result<(), Failure> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let of_environment = set("LOOP_CLIENT_ID");
    setup.client_secret = set("LOOP_CLIENT_SECRET");
    setup.redirect_uri = set("LOOP_REDIRECT_URI");
    let Some(app) = setup.app.as_deref() else {
        setup.app = of_environment;
        return Ok(());
    };
    let here = choices(sandbox).await?.apps.into_iter();
    let mut by_name = here.filter(|it| it.name.eq_ignore_ascii_case(app));
    if by_name.next().is_some() {
        return Err(Failure::Arguments(format!(
            "`{}` is the name of an app of this sandbox, which {} knows nothing of; with --target, --app is a client id that is registered there",
            plain(app),
            plain(target)
        )));
    }
    match of_environment {
        // A secret goes to nobody but the app that it is for.
        Some(other) if setup.client_secret.is_some() && other != app => {
            Err(Failure::Arguments(format!(
                "--app is `{}`, but LOOP_CLIENT_SECRET is that of LOOP_CLIENT_ID, which is `{}`; leave --app out, or set both to the app that is meant",
                plain(app),
                plain(&other)
            )))
        }
        _ => Ok(()),
    }
}

/// A failure to begin in the words of the command line: which argument it is about, and what to type.
pub(super) fn as_typed(failure: Failure) -> Failure {
    let Failure::Command(error) = failure else {
        return failure;
    };
    if let Some(base_url) = error.detail["unlock"].as_str() {
        let host = base_url.split_once("//").map_or(base_url, |(_, host)| host);
        let consent = json!({ "base_url": base_url, "confirm": host }).to_string();
        return Failure::Locked {
            target: plain(base_url),
            unlock: format!(
                "rpc simulator_unlock {}",
                connect_app::shell::word(&consent)
            ),
        };
    }
    let flaw = &error.detail["flaws"][0];
    let said = flaw["message"].as_str().unwrap_or_default();
    let typed = match flaw["field"].as_str() {
        Some("app") => format!("{said}; give it with --app, or in LOOP_CLIENT_ID for --target"),
        Some("redirect_uri") => format!("{said}; give it in LOOP_REDIRECT_URI"),
        Some("base_url") => format!("--target: {said}"),
        Some("name") => format!("--name: {said}"),
        _ => return Failure::Command(error),
    };
    Failure::Arguments(typed)
}
