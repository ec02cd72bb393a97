//! What went over the wire in a walk, and the sequence diagram of it.

use connect_core::Timestamp;
use connect_core::domain::walk::{Party, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::plan::Prediction;
use super::run::Agreement;
use crate::traffic::{CopyFormat, MessageParts};

/// Names an exchange of a session.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct WalkExchangeRef {
    /// Which session.
    pub session: String,
    /// Its number in the session.
    pub exchange: u32,
}

/// An exchange as the app's side saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkExchange {
    /// Its number in the session, from 1.
    pub exchange: u32,
    /// The run it belongs to.
    pub run: u32,
    /// The step of that run.
    pub step: Step,
    /// What it is for: `Token request`.
    pub label: String,
    /// Who asked.
    pub from: Party,
    /// Who was asked.
    pub to: Party,
    /// When it began, by the wall clock.
    pub at: Timestamp,
    /// `GET`, `POST`…
    pub method: String,
    /// The URL without credentials.
    pub url: String,
    /// The answer's status; none when none came.
    pub status: Option<u16>,
    /// The error code in it, if there is one.
    pub error: Option<String>,
    /// Why there was no answer.
    pub failed: Option<String>,
    /// How long each part took.
    pub timing: WalkTiming,
    /// Whether the walk needed it only to get on: a page, a key set.
    pub hidden: bool,
    /// The same exchange as this sandbox saw it, `exchange_…`: for `traffic_explain` and `#/traffic`.
    pub server: Option<String>,
    /// Whether the bytes are those inside of TLS.
    pub tls: bool,
    /// What was foreseen for it.
    pub prediction: Option<Prediction>,
    /// Whether it came so.
    pub agreement: Option<Agreement>,
}

/// How long each part took, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkTiming {
    /// Until the connection stood.
    pub connected_us: u64,
    /// Until the request was out.
    pub sent_us: u64,
    /// Until the answer's first byte.
    pub first_byte_us: u64,
    /// Until its last.
    pub done_us: u64,
}

/// An exchange with its bytes, credentials masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkExchangeDetail {
    /// As the session shows it.
    pub summary: WalkExchange,
    /// Bytes out, as text, credentials as markers such as `[access_token 1a2b3c4d]`.
    pub request: String,
    /// Bytes in, the same way. The first 2 MiB.
    pub response: String,
    /// The request taken apart.
    pub request_parts: MessageParts,
    /// The answer taken apart; none when none came.
    pub response_parts: Option<MessageParts>,
}

/// An exchange's bytes as they were.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RevealedWalkExchange {
    /// Bytes out, in base64.
    pub request_base64: String,
    /// Bytes in, in base64.
    pub response_base64: String,
}

/// Asks for a request of a session as something that can be run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CopyWalkExchange {
    /// Which session.
    pub session: String,
    /// The exchange's number.
    pub exchange: u32,
    /// In which form.
    pub format: CopyFormat,
    /// With its credentials; otherwise with a marker for each.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub with_credentials: bool,
}

/// Asks for a session's sequence diagram.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct DiagramOf {
    /// Which session.
    pub session: String,
    /// With runs that were set aside.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub with_set_aside: bool,
    /// As text of this format beside the diagram itself.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub format: Option<DiagramFormat>,
}

/// What a diagram can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiagramFormat {
    /// A picture that stands for itself.
    Svg,
    /// Text for Mermaid.
    Mermaid,
}

/// A sequence diagram, and its text when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct DrawnDiagram {
    /// The diagram.
    pub diagram: Diagram,
    /// In the format that was asked for.
    pub text: Option<String>,
    /// A name for its file.
    pub file_name: Option<String>,
}

/// A sequence diagram made of the exchanges of a session: one arrow there and one back for each, in order, and notes of
/// what the app did by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Diagram {
    /// Who takes part, from left to right.
    pub lanes: Vec<Lane>,
    /// What passed, from top to bottom.
    pub arrows: Vec<Arrow>,
}

/// A column of the diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Lane {
    /// Who.
    pub party: Party,
    /// As it stands above the column.
    pub title: String,
    /// A line below that: the app's name, the host.
    pub detail: String,
}

/// An arrow, or a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Arrow {
    /// What it is.
    pub kind: ArrowKind,
    /// The exchange that it opens; none for a note.
    pub exchange: Option<u32>,
    /// The run it belongs to.
    pub run: u32,
    /// The step of that run.
    pub step: Step,
    /// Where it begins.
    pub from: Party,
    /// Where it ends; the same for a note.
    pub to: Party,
    /// What stands on it: `POST /v1/oauth/token`, `400 invalid_grant`.
    pub label: String,
    /// A second line, smaller.
    pub detail: String,
    /// Whether it is a refusal or a failure.
    pub bad: bool,
    /// Whether that was said before, or meant.
    pub foreseen: bool,
}

/// What an arrow of a diagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ArrowKind {
    /// A request.
    Request,
    /// An answer.
    Response,
    /// The browser is sent somewhere: by the app to the server, by the server back to the app. No exchange of ours.
    Navigation,
    /// What somebody did by themselves.
    Note,
}
