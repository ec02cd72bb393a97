//! A persona's health data as people would rather look at it, and what the console adds to it.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything there is about a persona's health and membership, in one answer. Times are sandbox time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Health {
    /// `user_…`.
    pub user_id: String,
    /// One for each biomarker and unit, in the order of a report; unknown ones come last.
    pub biomarkers: Vec<BiomarkerSeries>,
    /// Older results were left out: there are more than 5000.
    pub biomarkers_cut: bool,
    /// Protocols the persona is or was on, newest first.
    pub protocols: Vec<PersonProtocol>,
    /// Check-ins, newest first.
    pub check_ins: Vec<CheckIn>,
    /// Wearables that are or were connected, oldest first.
    pub wearables: Vec<Wearable>,
    /// Values over time of wearables, scales and check-ins, by name.
    pub metrics: Vec<MetricSeries>,
    /// Safety flags, newest first.
    pub red_flags: Vec<RedFlag>,
    /// The membership.
    pub membership: Option<Membership>,
    /// Subscriptions, newest first.
    pub subscriptions: Vec<Subscription>,
}

/// One biomarker over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct BiomarkerSeries {
    /// `ldl_cholesterol`.
    pub code: String,
    /// `LDL cholesterol`.
    pub name: String,
    /// `mg/dL`.
    pub unit: String,
    /// `hormones`, `lipids`, `inflammation`, `metabolic`, `thyroid` or `other`.
    pub category: String,
    /// What it tells, in one sentence; none for one that is not in the catalogue.
    pub about: Option<String>,
    /// Lower end of the reference range of the newest result.
    pub reference_low: Option<f64>,
    /// Upper end of the reference range of the newest result.
    pub reference_high: Option<f64>,
    /// Results, oldest first.
    pub points: Vec<BiomarkerPoint>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct BiomarkerPoint {
    /// Its id.
    pub id: String,
    /// When blood was drawn.
    pub at: Timestamp,
    /// In the unit of the series.
    pub value: f64,
    /// `normal`, `low`, `high` or `critical`.
    pub status: String,
    /// Who measured or sent it.
    pub source: String,
}

/// One persona on one protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PersonProtocol {
    /// Id of the enrolment.
    pub enrollment_id: String,
    /// The protocol.
    pub protocol_id: String,
    /// Its short name; none when it has left the catalogue.
    pub slug: Option<String>,
    /// Its name.
    pub name: String,
    /// `lipids`, `metabolic`…
    pub category: Option<String>,
    /// `active`, `completed` or `stopped`.
    pub status: String,
    /// What the persona wants of it.
    pub goals: Vec<String>,
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
    /// Whole days on it, up to its end or now.
    pub days_done: i64,
    /// The stretch of the protocol it is in, while active.
    pub phase: Option<String>,
    /// Days whose check-in is filled in.
    pub check_ins_done: Vec<u16>,
    /// The check-in to come, while active.
    pub next_check_in: Option<NextCheckIn>,
}

/// A check-in that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct NextCheckIn {
    /// 30, 60 or 90.
    pub day_marker: u16,
    /// When it is due.
    pub due_at: Timestamp,
}

/// A check-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct CheckIn {
    /// Its id.
    pub id: String,
    /// 30, 60 or 90.
    pub day_marker: u16,
    /// The enrolment it counts from.
    pub enrolled_at: Timestamp,
    /// When it was filled in.
    pub completed_at: Timestamp,
    /// 1 to 10.
    pub mood: u8,
    /// 1 to 10.
    pub sleep_quality: u8,
    /// Kilograms.
    pub weight_kg: Option<f64>,
    /// What the person wants.
    pub goals: Vec<String>,
    /// What went well.
    pub wins: Vec<String>,
    /// What did not.
    pub blockers: Vec<String>,
    /// What should change.
    pub protocol_changes: Option<String>,
}

/// A wearable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Wearable {
    /// `oura`, `whoop`…
    pub provider: String,
    /// `connected`, `disconnected`, `error` or `pending`.
    pub status: String,
    /// Since when.
    pub connected_at: Timestamp,
    /// When data last came in.
    pub last_synced_at: Option<Timestamp>,
}

/// One metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MetricSeries {
    /// `resting_heart_rate`.
    pub key: String,
    /// `Resting heart rate`.
    pub label: String,
    /// `bpm`.
    pub unit: Option<String>,
    /// Where the newest value comes from.
    pub source: String,
    /// Oldest first; at most 400: of more, the mean of each of 400 equal stretches of time.
    pub points: Vec<MetricPoint>,
    /// How many values there are.
    pub measured: u64,
}

/// One value of a metric, or the mean of a stretch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MetricPoint {
    /// When it was measured; of a stretch, its last value.
    pub at: Timestamp,
    /// In the unit of the series.
    pub value: f64,
}

/// A safety flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RedFlag {
    /// Its id.
    pub id: String,
    /// `urgent`, `warn` or `info`.
    pub severity: String,
    /// The rule that it broke.
    pub rule: String,
    /// The biomarker.
    pub biomarker_code: String,
    /// The result.
    pub biomarker_id: String,
    /// What it says.
    pub message: String,
    /// When it was raised.
    pub detected_at: Timestamp,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Membership {
    /// Its id.
    pub id: String,
    /// `core`, `plus`…
    pub tier: String,
    /// Where it stands.
    pub state: String,
    /// It opens what members have.
    pub has_access: bool,
    /// Since when.
    pub since: Timestamp,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// What is subscribed to.
    pub plan_id: String,
    /// `active`, `paused` or `canceled`.
    pub status: String,
    /// `stripe` or `gift`.
    pub source: String,
    /// Begin of the period paid for.
    pub period_start: Timestamp,
    /// End of it.
    pub period_end: Timestamp,
    /// It ends with the period.
    pub ends_with_period: bool,
}

/// The biomarkers that the sandbox knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct BiomarkerCatalogue {
    /// In the order of a report.
    pub biomarkers: Vec<Biomarker>,
}

/// A biomarker of the catalogue: what is left out of a new result is taken from here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Biomarker {
    /// `ldl_cholesterol`.
    pub code: String,
    /// `LDL cholesterol`.
    pub name: String,
    /// `mg/dL`.
    pub unit: String,
    /// `hormones`, `lipids`, `inflammation`, `metabolic` or `thyroid`.
    pub category: String,
    /// What it tells, in one sentence.
    pub about: String,
    /// Lower end of the reference range that holds whoever it is; none when it is open.
    pub reference_low: Option<f64>,
    /// Upper end of it; none when it is open.
    pub reference_high: Option<f64>,
    /// A value below is critical.
    pub critical_below: Option<f64>,
    /// A value at or above is critical.
    pub critical_from: Option<f64>,
}

/// What of a brand's catalogue a persona can be put on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ProtocolList {
    /// By name.
    pub protocols: Vec<Protocol>,
}

/// A protocol of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Protocol {
    /// Its id.
    pub protocol_id: String,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `lipids`, `metabolic`…
    pub category: String,
    /// What it is for.
    pub description: String,
    /// It can be started: it is in use, and the persona is not on it already.
    pub can_start: bool,
}

/// Puts a persona on a protocol.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct StartProtocol {
    /// Which persona, by id or email.
    pub user_id: String,
    /// The protocol, by id or short name.
    pub protocol_id: String,
    /// What the persona wants of it; at least one when given.
    #[serde(default)]
    pub goals: Option<Vec<String>>,
}

/// A check-in to be recorded. It is for the first of 30, 60 and 90 days that is not filled in, of the newest running
/// protocol, unless told.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct NewCheckIn {
    /// Which persona, by id or email.
    pub user_id: String,
    /// 1 to 10.
    pub mood: u8,
    /// 1 to 10.
    pub sleep_quality: u8,
    /// What went well; at least one when given.
    #[serde(default)]
    pub wins: Option<Vec<String>>,
    /// What did not; at least one when given.
    #[serde(default)]
    pub blockers: Option<Vec<String>>,
    /// What the person wants; the protocol's goals unless told.
    #[serde(default)]
    pub goals: Option<Vec<String>>,
    /// What should change.
    #[serde(default)]
    pub protocol_changes: Option<String>,
    /// Kilograms; becomes a measurement too.
    #[serde(default)]
    pub weight_kg: Option<f64>,
    /// Which protocol, by id of the enrolment.
    #[serde(default)]
    pub enrollment_id: Option<String>,
    /// 30, 60 or 90.
    #[serde(default)]
    pub day_marker: Option<u16>,
}
