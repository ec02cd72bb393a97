//! How sure a behaviour is: documented, standard or assumed (rulings, preamble).

use serde::{Deserialize, Serialize};

/// The word that goes with every behaviour a person sees.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A page of the platform says it.
    Documented,
    /// An RFC requires it and no page contradicts it.
    Standard,
    /// Our choice.
    Assumed,
}

impl Standing {
    /// The word itself.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Standard => "standard",
            Self::Assumed => "assumed",
        }
    }
}

/// What governs a check: where it is written, and with what standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// For example `RFC 6749 §4.1.3` or `/connect/security`.
    pub source: &'static str,
    /// Documented, standard or assumed.
    pub standing: Standing,
}

impl Clause {
    /// Said by a page of the platform.
    #[must_use]
    pub const fn documented(source: &'static str) -> Self {
        Self {
            source,
            standing: Standing::Documented,
        }
    }
    /// Required by an RFC.
    #[must_use]
    pub const fn standard(source: &'static str) -> Self {
        Self {
            source,
            standing: Standing::Standard,
        }
    }
    /// Our ruling.
    #[must_use]
    pub const fn assumed(source: &'static str) -> Self {
        Self {
            source,
            standing: Standing::Assumed,
        }
    }
}
