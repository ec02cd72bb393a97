//! What is wrong with one field of what somebody wrote: the same in an answer of the control surface, in one of the
//! administration API and in a configuration file.

use std::fmt;

use serde::Serialize;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// Its name, as in the request: `redirect_uris[1]`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Flaw {
    /// `message` about `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// All of them in one line, for people.
    #[must_use]
    pub fn list(flaws: &[Self]) -> String {
        let lines: Vec<String> = flaws.iter().map(Self::to_string).collect();
        lines.join("; ")
    }
}

/// `field: message`.
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::Flaw;

    #[test]
    fn flaws_are_told_in_one_line() {
        let flaws = [
            Flaw::new("name", "is needed"),
            Flaw::new("scopes[0]", "no scope"),
        ];
        assert_eq!(Flaw::list(&flaws), "name: is needed; scopes[0]: no scope");
        assert_eq!(Flaw::list(&[]), "");
    }
}
