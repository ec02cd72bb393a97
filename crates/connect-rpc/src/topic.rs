//! Topics: what a command reads and writes, so that a console knows what to fetch again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of the world.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Registered apps and their secrets.
    Apps,
    /// Personas and what is theirs.
    People,
    /// Grants and the tokens under them.
    Grants,
    /// Exchanges.
    Traffic,
    /// The journal.
    Journal,
    /// The sandbox clock.
    Clock,
    /// Settings.
    Settings,
    /// Signing keys.
    Keys,
    /// Walks of the client simulator.
    Simulator,
}

impl Topic {
    /// The topics a kind of journal entry changes, the journal itself aside.
    #[must_use]
    pub fn of_kind(kind: &str) -> &'static [Self] {
        match kind.split('.').next().unwrap_or("") {
            "app" => &[Self::Apps],
            "person" | "record" | "alert" => &[Self::People],
            "grant" | "code" | "refresh_token" | "m2m_token" => &[Self::Grants],
            "credential" => &[Self::Grants, Self::Apps],
            "key" => &[Self::Keys],
            "clock" => &[Self::Clock],
            "settings" => &[Self::Settings],
            "target" => &[Self::Simulator],
            "workspace" => &[
                Self::Apps,
                Self::People,
                Self::Grants,
                Self::Traffic,
                Self::Clock,
                Self::Settings,
                Self::Keys,
                Self::Simulator,
            ],
            _ => &[],
        }
    }
}
