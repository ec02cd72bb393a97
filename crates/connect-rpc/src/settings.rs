//! Settings.

use connect_core::domain::app::Profile;
use connect_core::domain::settings::Settings;
use connect_core::domain::standing::Standing;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

/// The settings in force, and what is known of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SettingsAnswer {
    /// The settings.
    pub settings: Settings,
    /// What each means and how sure its default is.
    pub about: Vec<About>,
}

/// What a setting means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct About {
    /// Its name.
    pub name: String,
    /// What it does.
    pub meaning: String,
    /// How sure its default is.
    pub standing: Standing,
}

/// Changes to settings; what is left out stays, and null clears what can be cleared.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct UpdateSettings {
    /// `loop` or `strict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Email of a persona; null asks people again.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub auto_approve: Option<Option<String>>,
    /// Whether there is a userinfo endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo: Option<bool>,
    /// Seconds of grace for a rotated refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_grace_seconds: Option<u32>,
    /// Requests a minute; null removes the limit.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub rate_limit_per_minute: Option<Option<u32>>,
    /// Sandbox time in JWTs and introspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp_virtual_time: Option<bool>,
    /// Most exchanges kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_exchanges: Option<u32>,
    /// Days an exchange is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// Mebibytes of traffic kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_mebibytes: Option<u32>,
    /// Whether acknowledged changes survive a power cut; from the next start on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survive_power_cut: Option<bool>,
}

/// Tells null from absent.
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things here"
)]
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
