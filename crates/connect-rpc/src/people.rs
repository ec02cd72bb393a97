//! Personas and what is theirs.

mod access;
mod health;

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::grants::Grant;

pub use access::{
    AlertList, ConnectedApp, ConnectedApps, ConnectionState, GrantedScope, ListAlerts,
    ListConnectedApps, ListReads, Read, ReadList,
};
pub use health::{
    Biomarker, BiomarkerCatalogue, BiomarkerPoint, BiomarkerSeries, CheckIn, Health, Membership,
    MetricPoint, MetricSeries, NewCheckIn, NextCheckIn, PersonProtocol, Protocol, ProtocolList,
    RedFlag, StartProtocol, Subscription, Wearable,
};

/// Names a persona, by id or by email.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonRef {
    /// `user_…`, or an email.
    pub user_id: String,
}

/// A persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Person {
    /// `sub` on the wire.
    pub user_id: String,
    /// Email.
    pub email: String,
    /// Name.
    pub name: String,
    /// `loop` or `loopbio`.
    pub brand_id: String,
    /// For example `en-US`.
    pub locale: String,
    /// One line for people.
    pub description: String,
    /// When it was created (sandbox time).
    pub created_at: Timestamp,
    /// When it last changed (sandbox time).
    pub updated_at: Timestamp,
}

/// Every persona, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PersonList {
    /// The personas.
    pub people: Vec<Person>,
}

/// How much there is of everybody, in the order of [`PersonList`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PeopleCounts {
    /// One for each persona.
    pub counts: Vec<PersonCounts>,
}

/// How much there is of a persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PersonCounts {
    /// `user_…`.
    pub user_id: String,
    /// Apps they have connected now.
    pub apps: u32,
    /// Lab results.
    pub results: u32,
    /// Biomarkers whose newest result is outside its range.
    pub out_of_range: u32,
    /// Messages they were sent.
    pub alerts: u32,
}

/// A persona with what is theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PersonDetail {
    /// The persona.
    pub person: Person,
    /// Connected apps.
    pub grants: Vec<Grant>,
    /// Messages they were sent, newest first.
    pub alerts: Vec<Alert>,
    /// The newest result of each biomarker.
    pub latest_results: Vec<LabResult>,
}

/// A message to a persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Alert {
    /// Its id.
    pub id: String,
    /// When (sandbox time).
    pub at: Timestamp,
    /// What it is about.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// The trace it belongs to.
    pub trace: String,
}

/// A persona to be created.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CreatePerson {
    /// Email; unique.
    pub email: String,
    /// Name.
    pub name: String,
    /// `loop` unless told.
    #[serde(default)]
    pub brand_id: Option<String>,
    /// `en-US` unless told.
    #[serde(default)]
    pub locale: Option<String>,
    /// One line for people.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether to start with no health data.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub without_data: bool,
}

/// Changes to a persona; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct UpdatePerson {
    /// Which persona, by id or email.
    pub user_id: String,
    /// Email; unique.
    #[serde(default)]
    pub email: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// For example `en-US`.
    #[serde(default)]
    pub locale: Option<String>,
    /// One line for people.
    #[serde(default)]
    pub description: Option<String>,
}

/// A lab result to be added.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct AddLabResult {
    /// Which persona, by id or email.
    pub user_id: String,
    /// Code of the biomarker: `ldl_cholesterol`.
    pub code: String,
    /// Its name; the catalogue's unless told.
    #[serde(default)]
    pub name: Option<String>,
    /// The value.
    pub value: f64,
    /// Its unit; the catalogue's unless told.
    #[serde(default)]
    pub unit: Option<String>,
    /// Lower end of the reference range; the catalogue's unless told.
    #[serde(default)]
    pub reference_low: Option<f64>,
    /// Upper end of the reference range; the catalogue's unless told.
    #[serde(default)]
    pub reference_high: Option<f64>,
    /// When it was drawn; now (sandbox time) unless told.
    #[serde(default)]
    pub collected_at: Option<Timestamp>,
}

/// A lab result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LabResult {
    /// Its id.
    pub id: String,
    /// Code of the biomarker.
    pub biomarker_code: String,
    /// Its name.
    pub biomarker_name: String,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Lower end of the reference range.
    pub reference_low: Option<f64>,
    /// Upper end of the reference range.
    pub reference_high: Option<f64>,
    /// `normal`, `low`, `high` or `critical`.
    pub status: String,
    /// When it was drawn.
    pub collected_at: Timestamp,
}
