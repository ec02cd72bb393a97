//! Findings: accepted, but production or good practice would not like it.

use serde::Serialize;

use super::standing::Clause;

/// One finding on an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name, for example `nonce_missing`.
    pub name: &'static str,
    /// What was seen and what production or good practice wants.
    pub message: String,
    /// What it goes by.
    pub clause: Clause,
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(name: &'static str, message: impl Into<String>, clause: Clause) -> Self {
        Self {
            name,
            message: message.into(),
            clause,
        }
    }
}
