//! `settings_*`.

use connect_core::domain::actor::Actor;
use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::Kind;
use connect_core::domain::settings::Settings;
use connect_core::domain::standing::Standing;
use connect_rpc::Nothing;
use connect_rpc::settings as rpc;
use connect_store::{StoreError, meta, people, services};
use serde_json::{Map, Value, json};

use super::{Answer, broken, flawless};
use crate::App;
use crate::start::{POWER_CUT_FILE, overridden, retention};

/// Name, meaning and standing of each setting's default.
const ABOUT: [(&str, &str, Standing); 10] = [
    (
        "profile",
        "`loop` takes what the platform's documents show; `strict` is the security page to the letter, plus OAuth 2.1.",
        Standing::Documented,
    ),
    (
        "auto_approve",
        "Allows every authorization request as this persona without asking; `login_hint` wins. Off by default: production always asks.",
        Standing::Assumed,
    ),
    (
        "userinfo",
        "Whether /v1/oauth/userinfo exists. No page documents one, so it is off.",
        Standing::Assumed,
    ),
    (
        "refresh_grace_seconds",
        "How long a rotated refresh token may be presented again without harm. No page documents any, so there is none.",
        Standing::Assumed,
    ),
    (
        "rate_limit_per_minute",
        "Requests a minute for each caller and service before 429. No number is documented, so there is no limit.",
        Standing::Assumed,
    ),
    (
        "stamp_virtual_time",
        "Puts sandbox time into JWTs and introspection untranslated. Libraries with their own clock then refuse moved tokens.",
        Standing::Assumed,
    ),
    (
        "keep_exchanges",
        "Most exchanges kept; the oldest go first.",
        Standing::Assumed,
    ),
    ("keep_days", "Days an exchange is kept.", Standing::Assumed),
    (
        "keep_mebibytes",
        "Mebibytes of traffic kept.",
        Standing::Assumed,
    ),
    (
        "survive_power_cut",
        "Whether acknowledged changes survive a power cut, at one disk flush for each group of changes. From the next start on.",
        Standing::Assumed,
    ),
];

pub(super) async fn get(app: &App, _: Nothing) -> Answer<rpc::SettingsAnswer> {
    Ok(answer(&app.0.settings.get()))
}

/// Changes the settings in force and, apart from them, the stored ones: what the command line says for this run is in
/// force but is not stored.
pub(super) async fn update(app: &App, request: rpc::UpdateSettings) -> Answer<rpc::SettingsAnswer> {
    let _one_at_a_time = app.0.changing_settings.lock().await;
    let new = changed(&app.0.settings.get(), request.clone());
    check(app, &request, &new).await?;
    let kept = store(app, request).await.map_err(broken)?;
    keep_durability(app, kept.survive_power_cut);
    put_in_force(app, &new);
    Ok(answer(&new))
}

/// Puts the settings of a new world in force, and for this run what the command line says.
pub(super) fn begin_anew(app: &App) {
    let new = Settings::default();
    keep_durability(app, new.survive_power_cut);
    put_in_force(app, &overridden(new, &app.0.config));
}

fn put_in_force(app: &App, settings: &Settings) {
    app.0.traffic.set_retention(retention(settings));
    app.0.settings.set(settings.clone());
}

/// The settings with what was asked for.
pub(crate) fn changed(old: &Settings, request: rpc::UpdateSettings) -> Settings {
    Settings {
        profile: request.profile.unwrap_or(old.profile),
        auto_approve: request
            .auto_approve
            .unwrap_or_else(|| old.auto_approve.clone()),
        userinfo: request.userinfo.unwrap_or(old.userinfo),
        refresh_grace_seconds: request
            .refresh_grace_seconds
            .unwrap_or(old.refresh_grace_seconds),
        rate_limit_per_minute: request
            .rate_limit_per_minute
            .unwrap_or(old.rate_limit_per_minute),
        stamp_virtual_time: request.stamp_virtual_time.unwrap_or(old.stamp_virtual_time),
        keep_exchanges: request.keep_exchanges.unwrap_or(old.keep_exchanges),
        keep_days: request.keep_days.unwrap_or(old.keep_days),
        keep_mebibytes: request.keep_mebibytes.unwrap_or(old.keep_mebibytes),
        survive_power_cut: request.survive_power_cut.unwrap_or(old.survive_power_cut),
    }
}

async fn check(app: &App, request: &rpc::UpdateSettings, new: &Settings) -> Answer<()> {
    let mut flaws = new.flaws();
    if let Some(Some(email)) = &request.auto_approve {
        let mut connection = app.0.world.read().await.map_err(broken)?;
        let everyone = people::list(&mut connection).await.map_err(broken)?;
        drop(connection);
        let known = everyone
            .iter()
            .any(|person| person.email.eq_ignore_ascii_case(email));
        if !known {
            let meant = super::people::meant(&everyone, email).map_or_else(String::new, |person| {
                format!("did you mean {}? ", person.email)
            });
            let message = format!(
                "no persona has this email; {meant}see people_list, or send null to ask people again"
            );
            flaws.insert(0, Flaw::new("auto_approve", message));
        }
    }
    flawless(&flaws)
}

/// Stores changed settings with a journal entry that has what changed.
async fn store(app: &App, request: rpc::UpdateSettings) -> Result<Settings, StoreError> {
    let (origin, workspace) = (app.origin(Actor::Console), app.0.workspace.clone());
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let old: Settings = meta::get(services::reading(tx), "settings")
                    .await?
                    .unwrap_or_default();
                let new = changed(&old, request);
                let detail = differences(&json!(old), &json!(new));
                if !detail.is_empty() {
                    let detail = Value::Object(detail);
                    tx.journal(&origin, Kind::SettingsUpdated, workspace.as_str(), &detail);
                    meta::put(tx, "settings", &new).await?;
                }
                Ok(new)
            })
        })
        .await
}

/// The members that differ, old and new.
fn differences(old: &Value, new: &Value) -> Map<String, Value> {
    let members = new.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| old[name.as_str()] != **value)
        .map(|(name, value)| {
            (
                name.clone(),
                json!({ "from": old[name.as_str()], "to": value }),
            )
        })
        .collect()
}

/// The next start reads this before the world is open.
fn keep_durability(app: &App, survive_power_cut: bool) {
    let marker = app.data_dir().join(POWER_CUT_FILE);
    let marked = if survive_power_cut {
        std::fs::write(&marker, b"")
    } else {
        std::fs::remove_file(&marker)
    };
    if let Err(error) = marked
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::error!(%error, "the durability setting could not be kept");
    }
}

fn answer(settings: &Settings) -> rpc::SettingsAnswer {
    rpc::SettingsAnswer {
        settings: settings.clone(),
        about: ABOUT
            .into_iter()
            .map(|(name, meaning, standing)| rpc::About {
                name: name.to_owned(),
                meaning: meaning.to_owned(),
                standing,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_described() {
        let settings = json!(Settings::default());
        let names: Vec<&str> = settings
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ABOUT.map(|(name, ..)| name));
    }
}
