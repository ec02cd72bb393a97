//! Settings of a file: changed by the control surface's own command, so by its rules.

use connect_core::domain::app::Profile;
use connect_core::domain::flaw::Flaw;
use connect_rpc::settings::UpdateSettings;
use connect_store::{StoreError, people};
use serde_json::{Map, json};

use super::error::ConfigurationError;
use super::file::SettingsTable;
use super::{Applied, Configuration};
use crate::commands::settings::changed;
use crate::{App, Config};

/// What is to happen to the settings.
pub(super) struct Step {
    /// What the file asks for and no flag decides.
    update: UpdateSettings,
    /// The profile that will be in force.
    pub(super) profile: Profile,
    /// What is left as it is, and why.
    notes: Vec<String>,
}

/// Compares the file with the world; what can't be is complained about.
pub(super) async fn plan(
    app: &App,
    wanted: &Configuration,
    flaws: &mut Vec<Flaw>,
) -> Result<Step, StoreError> {
    let (update, notes) = update(&wanted.file.settings, &app.0.config);
    let new = changed(&app.0.settings.get(), update.clone());
    let mut found = new.flaws();
    if let Some(Some(email)) = &update.auto_approve
        && !is_persona(app, wanted, email).await?
    {
        // A file has no null.
        let message =
            "no persona has this email; add one under [[personas]], or write \"\" to ask people";
        found.push(Flaw::new("auto_approve", message));
    }
    flaws.extend(
        found
            .into_iter()
            .map(|flaw| Flaw::new(format!("settings.{}", flaw.field), flaw.message)),
    );
    Ok(Step {
        update,
        profile: new.profile,
        notes,
    })
}

/// Whether a persona has this email, or will have it once the file is applied.
async fn is_persona(app: &App, wanted: &Configuration, email: &str) -> Result<bool, StoreError> {
    let mut in_file = wanted.file.personas.iter();
    if in_file.any(|persona| persona.email.trim().eq_ignore_ascii_case(email)) {
        return Ok(true);
    }
    let known = people::by_email(&mut *app.0.world.read().await?, email).await?;
    Ok(known.is_some())
}

/// Puts the settings of the file in force.
pub(super) async fn apply(
    app: &App,
    step: Step,
    applied: &mut Applied,
) -> Result<(), ConfigurationError> {
    applied.notes.extend(step.notes);
    let before = app.0.settings.get();
    let payload = json!(step.update);
    if payload.as_object().is_some_and(Map::is_empty) {
        return Ok(());
    }
    app.rpc("settings_update", payload)
        .await
        .map_err(ConfigurationError::Settings)?;
    if before != app.0.settings.get() {
        applied.changed.push("settings".to_owned());
    }
    Ok(())
}

/// What the file asks for, less what the command line decides for this run, and what is to be said of that. In the file,
/// "" and 0 stand for none.
fn update(table: &SettingsTable, config: &Config) -> (UpdateSettings, Vec<String>) {
    let mut notes = Vec::new();
    let mut decided = |given: bool, flag: &str, key: &str| {
        if given {
            notes.push(format!(
                "settings.{key}: {flag} was given and wins while this process runs"
            ));
        }
        given
    };
    let by_flag =
        table.profile.is_some() && decided(config.profile.is_some(), "--profile", "profile");
    let profile = table.profile.filter(|_| !by_flag);
    let by_flag = table.auto_approve.is_some()
        && decided(
            config.auto_approve.is_some(),
            "--auto-approve",
            "auto_approve",
        );
    let auto_approve = table.auto_approve.clone().filter(|_| !by_flag);
    let update = UpdateSettings {
        profile,
        auto_approve: auto_approve.map(|email| (!email.trim().is_empty()).then_some(email)),
        userinfo: table.userinfo,
        refresh_grace_seconds: table.refresh_grace_seconds,
        rate_limit_per_minute: table
            .rate_limit_per_minute
            .map(|limit| (limit > 0).then_some(limit)),
        stamp_virtual_time: table.stamp_virtual_time,
        keep_exchanges: table.keep_exchanges,
        keep_days: table.keep_days,
        keep_mebibytes: table.keep_mebibytes,
        survive_power_cut: table.survive_power_cut,
    };
    (update, notes)
}
