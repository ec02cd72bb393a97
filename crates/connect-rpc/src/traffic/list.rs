//! The list of exchanges.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which exchanges to list, and which part of them. Everything that is set must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListTraffic {
    /// A filter in the language of `traffic_filters`: `status:4xx method:POST -is:pinned "free words"`.
    pub query: Option<String>,
    /// Only this trace.
    pub trace: Option<String>,
    /// Only this app.
    pub client_id: Option<String>,
    /// Only this persona.
    pub user_id: Option<String>,
    /// Only this service.
    pub service: Option<String>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// Only targets that contain this text, case aside.
    pub target: Option<String>,
    /// Only this status; 1 to 5 for a whole class.
    pub status: Option<u16>,
    /// Only refused ones, or only those not refused.
    pub refused: Option<bool>,
    /// Only those refused by this check.
    pub refused_by: Option<String>,
    /// Only what was recorded up to this place: a list that stands still while more is recorded.
    pub up_to: Option<i64>,
    /// The newest first unless told.
    pub order: Option<Order>,
    /// Of those that fit, only what comes after this place.
    pub after: Option<i64>,
    /// Of those that fit, only what comes before this place.
    pub before: Option<i64>,
    /// So many are passed over first.
    pub offset: Option<u32>,
    /// At most so many, up to 1000; 100 unless told.
    pub limit: Option<u32>,
    /// An exchange whose position among those that fit is asked for.
    pub position_of: Option<String>,
}

/// Which end of the list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The newest.
    Newest,
    /// The oldest.
    Oldest,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExchangeSummary {
    /// Its place; later ones have higher.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Which listener.
    pub listener: String,
    /// When (sandbox time).
    pub at: Timestamp,
    /// When (wall time).
    pub wall: Timestamp,
    /// Request method.
    pub method: String,
    /// Request target, credentials masked.
    pub target: String,
    /// `Host`.
    pub host: String,
    /// Status of the answer; none when nothing was answered.
    pub status: Option<u16>,
    /// The service that answered.
    pub service: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// The app.
    pub client_id: Option<String>,
    /// The persona.
    pub user_id: Option<String>,
    /// The grant.
    pub grant_id: Option<String>,
    /// The trace.
    pub trace: String,
    /// The journal entry that led to it.
    pub cause: Option<i64>,
    /// The check that failed.
    pub refused_by: Option<String>,
    /// Its code on the wire.
    pub error: Option<String>,
    /// How it ended.
    pub ended: String,
    /// Microseconds from the first byte in to the last byte out.
    pub duration_us: u64,
    /// Bytes in.
    pub request_len: u64,
    /// Bytes out.
    pub response_len: u64,
    /// How many findings there are on it.
    pub findings: u32,
    /// Whether it is pinned: retention keeps it.
    pub pinned: bool,
}

/// Exchanges in the order asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TrafficList {
    /// The exchanges.
    pub exchanges: Vec<ExchangeSummary>,
    /// How many fit the filter, whatever part of them was asked for.
    pub matching: i64,
    /// How many there are in all, filter aside.
    pub total: i64,
    /// How many of all are pinned.
    pub pinned: i64,
    /// The place of the newest of all, to be given as `up_to`; 0 when there is none.
    pub last: i64,
    /// How many of those that fit come before the exchange asked for, in the order asked for; none when it does not
    /// fit, or was not asked for.
    pub position: Option<i64>,
}
