//! Settings of a file: changed by the control surface's own command, so by its rules.

use connect_rpc::ErrorCode;
use connect_rpc::settings::UpdateSettings;
use serde_json::{Map, Value, json};

use super::error::{Complaint, ConfigurationError};
use super::file::SettingsTable;
use super::{Applied, Configuration};
use crate::{App, Config};

/// Puts the settings of the file in force.
pub(super) async fn apply(
    app: &App,
    wanted: &Configuration,
    applied: &mut Applied,
) -> Result<(), ConfigurationError> {
    let update = update(&wanted.file.settings, &app.0.config, applied);
    let before = app.0.settings.get();
    let payload = json!(update);
    if payload.as_object().is_some_and(Map::is_empty) {
        return Ok(());
    }
    match app.rpc("settings_update", payload).await {
        Ok(_) => {}
        Err(error) if error.code == ErrorCode::Invalid => {
            wanted.complain(complaints(&error.detail["flaws"]))?;
            return Err(ConfigurationError::Settings(error));
        }
        Err(error) => return Err(ConfigurationError::Settings(error)),
    }
    if before != app.0.settings.get() {
        applied.changed.push("settings".to_owned());
    }
    Ok(())
}

/// The flaws of the command, in the words of a file.
fn complaints(flaws: &Value) -> Vec<Complaint> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    flaws
        .as_array()
        .into_iter()
        .flatten()
        .map(|flaw| {
            let message = match flaw["field"].as_str() {
                // A file has no null.
                Some("auto_approve") => {
                    "no persona has this email; add one under [[personas]], or write \"\" to ask people".to_owned()
                }
                _ => text(&flaw["message"]),
            };
            Complaint::new(format!("settings.{}", text(&flaw["field"])), message)
        })
        .collect()
}

/// What the file asks for, less what the command line decides for this run. In the file, "" and 0 stand for none.
fn update(table: &SettingsTable, config: &Config, applied: &mut Applied) -> UpdateSettings {
    let mut decided = |given: bool, flag: &str, key: &str| {
        if given {
            applied.notes.push(format!(
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
    UpdateSettings {
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
    }
}
