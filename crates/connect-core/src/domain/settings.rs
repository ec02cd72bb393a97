//! Settings of a workspace: the profile and the switches (rulings, "Two enforcement profiles").

use std::sync::{Arc, PoisonError, RwLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::app::Profile;
use super::flaw::Flaw;

/// Everything that can be set. The defaults are what the documents say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `loop` or `strict`.
    pub profile: Profile,
    /// Email of the persona as whom every authorization request is allowed without asking; none: the pages are shown.
    pub auto_approve: Option<String>,
    /// Whether `GET /v1/oauth/userinfo` exists (undocumented, so off).
    pub userinfo: bool,
    /// Seconds in which a rotated refresh token may be presented again without harm (undocumented, so 0).
    pub refresh_grace_seconds: u32,
    /// Requests a minute for each app and service before 429; none: no limit (no number is documented).
    pub rate_limit_per_minute: Option<u32>,
    /// Put sandbox time, untranslated, into JWTs and introspection; off, other programs' clocks understand them.
    pub stamp_virtual_time: bool,
    /// Most exchanges kept.
    pub keep_exchanges: u32,
    /// Days an exchange is kept.
    pub keep_days: u32,
    /// Mebibytes of traffic kept.
    pub keep_mebibytes: u32,
    /// Whether acknowledged changes survive a power cut (`synchronous=FULL`); read at start.
    pub survive_power_cut: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::Loop,
            auto_approve: None,
            userinfo: false,
            refresh_grace_seconds: 0,
            rate_limit_per_minute: None,
            stamp_virtual_time: false,
            keep_exchanges: 200_000,
            keep_days: 30,
            keep_mebibytes: 1024,
            survive_power_cut: false,
        }
    }
}

impl Settings {
    /// Everything that is wrong with it, as far as it can be known without the world.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        [
            (
                self.refresh_grace_seconds > 600,
                "refresh_grace_seconds",
                "at most 600",
            ),
            (
                self.rate_limit_per_minute == Some(0),
                "rate_limit_per_minute",
                "at least 1; send null for no limit",
            ),
            (self.keep_exchanges < 100, "keep_exchanges", "at least 100"),
            (self.keep_days < 1, "keep_days", "at least 1"),
            (self.keep_mebibytes < 16, "keep_mebibytes", "at least 16"),
        ]
        .into_iter()
        .filter(|(is_wrong, ..)| *is_wrong)
        .map(|(_, field, message)| Flaw::new(field, message))
        .collect()
    }
}

/// The settings in force, shared by everything that reads them.
#[derive(Debug, Default)]
pub struct LiveSettings(RwLock<Arc<Settings>>);

impl LiveSettings {
    /// Starts with `settings`.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(RwLock::new(Arc::new(settings)))
    }

    /// The settings in force now. Read them once per decision.
    #[must_use]
    pub fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in force.
    pub fn set(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
