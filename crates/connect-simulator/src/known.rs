//! What the console knows of a server beside what it answers: how apps are registered, and the rules in force.
//!
//! Of this sandbox all of it is known. Of another target nothing is but what the session itself was told; predictions
//! then go by the documents.

use std::collections::HashMap;
use std::time::Duration;

use connect_core::domain::app::{AppType, IdTokenAlg, Profile};
use connect_core::domain::secret::SecretText;
use connect_core::{Moment, Timestamp};

/// A minute in milliseconds: what the rate limit counts in (CONTRACT.md).
const MINUTE_MS: i64 = 60_000;

/// What is known of a server.
#[derive(Clone)]
pub struct Known {
    /// The rules in force.
    pub rules: Rules,
    /// Its apps.
    pub apps: Vec<Registration>,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Ids of the keys that it publishes; none when that is not known.
    pub keys: Option<Vec<String>>,
    /// Now, by the wall clock and by the clock that the server judges by.
    pub now: Moment,
    /// What has been counted for the rate limit, where there is one.
    pub counted: Counted,
}

/// Requests that a server has counted for its rate limit, of one minute of its clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// The minute, since 1970.
    minute: i64,
    requests: HashMap<Caller, u32>,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The app.
    pub client_id: String,
    /// The service that it asks: `identity`, `clinical`.
    pub service: String,
}

impl Counted {
    /// What was counted in the minute of `now`, by the clock that the server judges by.
    #[must_use]
    pub fn at(now: Timestamp, requests: impl IntoIterator<Item = (Caller, u32)>) -> Self {
        Self {
            minute: minute(now),
            requests: requests.into_iter().collect(),
        }
    }
}

fn minute(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(MINUTE_MS)
}

/// The rules in force.
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
    /// Requests that an app may send to a service in a minute of the server's clock; none: as many as it likes.
    pub rate_limit_per_minute: Option<u32>,
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
                rate_limit_per_minute: None,
                virtual_time: false,
            },
            apps: Vec::new(),
            operations,
            keys: None,
            now,
            counted: Counted::default(),
        }
    }

    /// How the app with this client id is registered.
    #[must_use]
    pub fn app(&self, client_id: &str) -> Option<&Registration> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// How many more requests of a caller are let through in the minute that runs; none: as many as it likes.
    #[must_use]
    pub fn left(&self, caller: &Caller) -> Option<u32> {
        let most = self.rules.rate_limit_per_minute?;
        let counted = if self.is_in_counted_minute() {
            self.counted.requests.get(caller).copied()
        } else {
            None
        };
        Some(most.saturating_sub(counted.unwrap_or(0)))
    }

    /// Counts one more request of a caller.
    pub fn count(&mut self, caller: Caller) {
        if !self.is_in_counted_minute() {
            self.counted = Counted::at(self.server_now(), []);
        }
        *self.counted.requests.entry(caller).or_default() += 1;
    }

    /// Until the minute that runs is over.
    #[must_use]
    pub fn rest_of_minute(&self) -> Duration {
        let past = self.server_now().as_millis().rem_euclid(MINUTE_MS);
        Duration::from_millis(u64::try_from(MINUTE_MS - past).unwrap_or_default())
    }

    /// Whether a moment is in the minute that runs.
    #[must_use]
    pub fn is_in_the_minute_of(&self, moment: Timestamp) -> bool {
        minute(self.server_now()) == minute(moment)
    }

    fn is_in_counted_minute(&self) -> bool {
        self.counted.minute == minute(self.server_now())
    }

    /// Now, by the clock that the server judges by.
    #[must_use]
    pub const fn server_now(&self) -> Timestamp {
        self.now.sandbox
    }
}
