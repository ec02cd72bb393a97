//! Whom a walk is about: the app, the persona and the server, as they were typed and as the environment has them.

use std::path::Path;

use connect_core::domain::walk::Consent;
use connect_rpc::sandbox::Status;
use connect_rpc::simulator::{StartWalk, WalkChoices, WalkSetup};
use serde_json::{Value, json};

use super::super::ask::Sandbox;
use super::persona;
use crate::arguments::Walk;
use crate::failure::{self, Failure};
use crate::output::plain;

/// A walk that was asked for.
pub(super) struct Started {
    pub(super) walk: StartWalk,
    /// What another target's app is known by, and the environment has no word of.
    missing: Vec<&'static str>,
}

/// The walk that was asked for.
pub(super) async fn started(sandbox: &mut Sandbox, asked: Walk) -> Result<Started, Failure> {
    let mut setup = WalkSetup {
        app: asked.app,
        scopes: (!asked.scope.is_empty()).then_some(asked.scope),
        consent: Some(Consent::Automatic),
        ..WalkSetup::default()
    };
    let mut missing = Vec::new();
    match asked.target.as_deref() {
        Some(target) if !is_own(sandbox, target).await? => {
            setup.persona = persona::elsewhere(asked.persona)?;
            missing = elsewhere(sandbox, &mut setup, target).await?;
        }
        _ => {
            if let Some(persona) = asked.persona {
                let there = choices(sandbox).await?.personas;
                setup.persona = Some(persona::meant(&persona, &there).map_err(Failure::Arguments)?);
            }
        }
    }
    Ok(Started {
        walk: StartWalk {
            setup,
            name: asked.name,
            target: asked.target,
        },
        missing,
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

/// An app of another target is known here by what its own environment says of it; what that does not say.
async fn elsewhere(
    sandbox: &mut Sandbox,
    setup: &mut WalkSetup,
    target: &str,
) -> Result<Vec<&'static str>, Failure> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let of_environment = set("LOOP_CLIENT_ID");
    setup.client_secret = set("LOOP_CLIENT_SECRET");
    setup.redirect_uri = set("LOOP_REDIRECT_URI");
    let is_given = setup.app.is_some();
    let missing = ["LOOP_CLIENT_ID", "LOOP_REDIRECT_URI"].into_iter();
    let missing =
        missing.filter(|name| set(name).is_none() && !(is_given && *name == "LOOP_CLIENT_ID"));
    let missing: Vec<&str> = missing.collect();
    let Some(app) = setup.app.as_deref() else {
        setup.app = of_environment;
        return Ok(missing);
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
        _ => Ok(missing),
    }
}

impl Started {
    /// A failure to begin in the words of the command line: which argument it is about, and what to type.
    pub(super) fn as_typed(&self, failure: Failure, data_dir: &Path) -> Failure {
        let Failure::Command(error) = failure else {
            return failure;
        };
        if let Some(base_url) = error.detail["unlock"].as_str() {
            return locked(base_url, data_dir);
        }
        let option = match error.detail["field"].as_str() {
            Some("app") => Some("--app"),
            Some("persona") => Some("--persona"),
            _ => None,
        };
        let meant = error.detail["did_you_mean"][0].as_str();
        if let Some((option, meant)) = option.zip(meant) {
            let at = failure::commands_data_dir(data_dir);
            let meant = connect_app::shell::word(&plain(meant));
            let instead = format!("{at} walk {option} {meant}");
            return Failure::Misspelt { error, instead };
        }
        let flaw = &error.detail["flaws"][0];
        let said = flaw["message"].as_str().unwrap_or_default();
        let target = self.walk.target.as_deref().unwrap_or_default();
        Failure::Arguments(match flaw["field"].as_str() {
            Some("app" | "redirect_uri") if !self.missing.is_empty() => {
                return Failure::NoAppThere {
                    target: plain(target),
                    missing: self.missing.join(" and "),
                };
            }
            Some("app") => format!("--app: {said}"),
            Some("base_url") => format!("--target: {said}"),
            Some("name") => format!("--name: {said}"),
            _ => return Failure::Command(error),
        })
    }
}

/// A host that nothing may be sent to yet.
fn locked(base_url: &str, data_dir: &Path) -> Failure {
    let host = base_url.split_once("//").map_or(base_url, |(_, host)| host);
    let consent = json!({ "base_url": base_url, "confirm": host }).to_string();
    Failure::Locked {
        target: plain(base_url),
        unlock: format!(
            "{} rpc simulator_unlock {}",
            failure::commands_data_dir(data_dir),
            connect_app::shell::word(&consent)
        ),
    }
}
