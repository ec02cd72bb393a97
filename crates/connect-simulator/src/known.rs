//! What the console knows of a server beside what it answers: how apps are registered, and the rules in force.
//!
//! Of this sandbox all of it is known. Of another target nothing is but what the session itself was told; predictions
//! then go by the documents.

use std::time::Duration;

use connect_core::domain::app::{AppType, IdTokenAlg, Profile};
use connect_core::domain::secret::SecretText;
use connect_core::{Moment, Timestamp};

/// What is known of a server.
#[derive(Clone)]
pub struct Known {
    /// The rules in force.
    pub rules: Rules,
    /// Its apps.
    pub apps: Vec<Registration>,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Now, by the wall clock and by the clock that the server judges by.
    pub now: Moment,
}

/// The rules in force.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the settings"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// `loop` or `strict`.
    pub profile: Profile,
    /// Seconds in which a rotated refresh token may come again without harm.
    pub refresh_grace_seconds: u32,
    /// Whether `GET /v1/oauth/userinfo` exists.
    pub userinfo: bool,
    /// Whether every authorization request is allowed without asking.
    pub auto_approve: bool,
    /// Whether callers are slowed down: then what is answered depends on how many asked before.
    pub rate_limited: bool,
    /// Whether tokens carry sandbox time untranslated: then they are judged by it as well.
    pub virtual_time: bool,
}

/// How an app is registered.
#[derive(Clone)]
pub struct Registration {
    /// Its client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub app_type: AppType,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// Whether its BAA is signed.
    pub baa_signed: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it is Loop's own.
    pub first_party: bool,
    /// Secrets that it can be asked for now; the newest first.
    pub secrets: Vec<SecretText>,
    /// How its id_tokens are signed.
    pub id_token_alg: IdTokenAlg,
    /// How long its access tokens live.
    pub access_token_lifetime: Duration,
}

/// An operation of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `GET`.
    pub method: String,
    /// `/clinical/v1/biomarkers/me`, with `{name}` for its parts.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// The scope it needs; none when any token will do.
    pub scope: Option<String>,
}

impl Known {
    /// Another target, of which only the documents tell.
    #[must_use]
    pub fn of_documents(now: Moment, operations: Vec<Operation>) -> Self {
        Self {
            rules: Rules {
                profile: Profile::Loop,
                refresh_grace_seconds: 0,
                userinfo: false,
                auto_approve: false,
                rate_limited: false,
                virtual_time: false,
            },
            apps: Vec::new(),
            operations,
            now,
        }
    }

    /// How the app with this client id is registered.
    #[must_use]
    pub fn app(&self, client_id: &str) -> Option<&Registration> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// Now, by the clock that the server judges by.
    #[must_use]
    pub const fn server_now(&self) -> Timestamp {
        self.now.sandbox
    }
}
