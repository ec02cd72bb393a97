//! Who may see a persona's data, who has, and what they were told.

use connect_core::Timestamp;
use connect_core::domain::standing::Standing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Alert;

/// Asks for a persona's connected apps.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListConnectedApps {
    /// Which persona, by id or email.
    pub user_id: String,
    /// Those that were disconnected too.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub with_revoked: bool,
}

/// The apps a persona has connected, newest first, as the platform's account page lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ConnectedApps {
    /// The apps. One that was deleted is not in it, as on the account page.
    pub apps: Vec<ConnectedApp>,
}

/// A connected app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ConnectedApp {
    /// The grant, for `grants_revoke`.
    pub grant_id: String,
    /// The app.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// Its own page.
    pub client_uri: Option<String>,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// Loop's own.
    pub is_first_party: bool,
    /// What it may do.
    pub scopes: Vec<GrantedScope>,
    /// First consent.
    pub since: Timestamp,
    /// Last change of scope.
    pub updated_at: Timestamp,
    /// Last use, exact to a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was disconnected.
    pub revoked_at: Option<Timestamp>,
    /// Whether it can use what it was given.
    pub state: ConnectionState,
    /// The trace of the last consent.
    pub trace: String,
}

/// Whether a connected app can use what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// It can.
    Active,
    /// The app is switched off: its tokens are refused.
    AppDisabled,
    /// It was disconnected.
    Revoked,
}

/// A scope in the words of the consent page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct GrantedScope {
    /// `read:biomarkers`.
    pub name: String,
    /// `View your lab results`.
    pub consent: String,
    /// Protected health information.
    pub phi: bool,
    /// Whether a page lists it.
    pub standing: Standing,
}

/// Asks who read what of a persona's.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListReads {
    /// Which persona, by id or email.
    pub user_id: String,
    /// At most so many, up to 1000; 100 unless told.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Only those before this place: `next` of the answer before.
    #[serde(default)]
    pub before: Option<i64>,
}

/// Calls of the services with a persona's data, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ReadList {
    /// The calls.
    pub reads: Vec<Read>,
    /// Where older ones begin; none when there are no more.
    pub next: Option<i64>,
}

/// One call of a service with a persona's token or about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Read {
    /// Its place among the exchanges.
    pub seq: i64,
    /// The exchange.
    pub exchange: String,
    /// When (sandbox time).
    pub at: Timestamp,
    /// When (wall time).
    pub wall: Timestamp,
    /// The app.
    pub client_id: Option<String>,
    /// Its name; none when it is gone.
    pub client_name: Option<String>,
    /// The grant it acted under.
    pub grant_id: Option<String>,
    /// `clinical`.
    pub service: String,
    /// `biomarkers_me`; none when the path is no operation.
    pub operation: Option<String>,
    /// What it asks for, in words: `The lab results of the token's person`.
    pub what: String,
    /// It reads and changes nothing.
    pub is_read: bool,
    /// The scope that opens it.
    pub scope: Option<String>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The check that refused it: nothing was given then.
    pub refused_by: Option<String>,
    /// The trace.
    pub trace: String,
}

/// Asks for what a persona was told.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListAlerts {
    /// Which persona, by id or email.
    pub user_id: String,
    /// At most so many, up to 1000; 100 unless told.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Only those before this one, by id: the last of the answer before.
    #[serde(default)]
    pub before: Option<String>,
}

/// What a persona was told, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AlertList {
    /// The messages.
    pub alerts: Vec<Alert>,
    /// There are older ones.
    pub more: bool,
}
