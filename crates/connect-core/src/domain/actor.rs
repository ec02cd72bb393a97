//! Who did something: the platform's audit words (/concepts/audit-and-phi: `user`, `service`, `system`) and the console.

use serde::{Deserialize, Serialize};

use super::id::{ClientId, UserId};

/// The doer of a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A persona, in the browser.
    User(UserId),
    /// An app, with its own credentials or a token.
    Client(ClientId),
    /// Somebody at the console or its command line.
    Console,
    /// The sandbox itself: time passing, start-up, seeding.
    System,
}

impl Actor {
    /// The two columns it is stored as.
    #[must_use]
    pub fn to_columns(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::User(id) => ("user", Some(id.as_str())),
            Self::Client(id) => ("client", Some(id.as_str())),
            Self::Console => ("console", None),
            Self::System => ("system", None),
        }
    }
}
