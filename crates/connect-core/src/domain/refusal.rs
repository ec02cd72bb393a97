//! Refusals: a typed "no".
//!
//! A check that fails returns a [`Refusal`]. It becomes the documented error on the wire (only `code`, `description` and
//! the `error_uri` of the code leave the machine) and the full explanation in the console. Nobody writes an error for
//! the wire by hand.

use std::borrow::Cow;

use serde::Serialize;

use super::standing::Clause;
use crate::protocol::error::ErrorCode;

/// Why something was refused, for the wire and for the person behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The check that failed, for example `redirect_uri_registered`. Stable: the UI and the tests name it.
    pub check: &'static str,
    /// The error on the wire.
    pub code: ErrorCode,
    /// `error_description` on the wire: fixed text in the character set of RFC 6749 §4.1.2.1, never the caller's input.
    pub description: Cow<'static, str>,
    /// What the check wanted.
    pub expected: String,
    /// What it got. Never a credential: those are named by kind.
    pub received: String,
    /// What governs the check.
    pub clause: Clause,
    /// What to do about it, in one or two sentences.
    pub fix: Cow<'static, str>,
    /// A change the console can make for the reader, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// A change that mends the cause of a refusal, as the console's own command and its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// A command of the control surface, for example `apps_update`.
    pub command: &'static str,
    /// Its payload.
    pub payload: serde_json::Value,
    /// What the button says.
    pub label: String,
}

impl Refusal {
    /// A refusal with its check, code, wire text and clause; add the rest with the methods below.
    #[must_use]
    pub fn new(
        check: &'static str,
        code: ErrorCode,
        description: impl Into<Cow<'static, str>>,
        clause: Clause,
    ) -> Self {
        Self {
            check,
            code,
            description: description.into(),
            expected: String::new(),
            received: String::new(),
            clause,
            fix: Cow::Borrowed(""),
            remedy: None,
        }
    }

    /// What the check wanted.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = text.into();
        self
    }

    /// What it got.
    #[must_use]
    pub fn received(mut self, text: impl Into<String>) -> Self {
        self.received = text.into();
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.fix = text.into();
        self
    }

    /// The change that mends it.
    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }
}

/// `description` reduced to the characters `error_description` may hold (RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E).
#[must_use]
pub fn wire_text(description: &str) -> String {
    description
        .chars()
        .map(|c| match c {
            '\u{20}'..='\u{21}' | '\u{23}'..='\u{5B}' | '\u{5D}'..='\u{7E}' => c,
            '"' => '\'',
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_text_stays_in_the_allowed_characters() {
        assert_eq!(wire_text("a \"b\" \\ ü\n"), "a 'b' ? ??");
    }
}
