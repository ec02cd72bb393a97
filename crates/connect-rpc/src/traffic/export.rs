//! Exchanges to take away: as something that can be run, and as a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Asks for a request as something that can be run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CopyExchange {
    /// The exchange's id.
    pub exchange: String,
    /// In which form.
    pub format: CopyFormat,
    /// With its credentials, which is journalled; otherwise with a marker for each.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub with_credentials: bool,
}

/// In which form a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CopyFormat {
    /// A `curl` command.
    Curl,
    /// An HTTPie command.
    Httpie,
    /// JavaScript with `fetch`.
    Fetch,
    /// Python with `requests`.
    Python,
}

/// A request as something that can be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Copied {
    /// The text.
    pub text: String,
    /// How many markers stand in it where a credential would have to.
    pub masked: usize,
}

/// Asks for exchanges as a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ExportTraffic {
    /// Those that fit this filter; everything when neither this nor `exchanges` is there.
    pub query: Option<String>,
    /// Those with these ids.
    pub exchanges: Option<Vec<String>>,
    /// The format; HAR 1.2 unless told.
    pub format: Option<ExportFormat>,
    /// With every credential, which is journalled; otherwise with placeholders.
    #[ts(as = "Option<_>", optional)]
    pub with_credentials: bool,
}

/// What a file of exchanges can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// HTTP Archive 1.2.
    Har,
}

/// Exchanges as a file, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExportedTraffic {
    /// What the file holds: HAR 1.2.
    pub har: Value,
    /// A name for the file.
    pub file_name: String,
    /// How many exchanges are in it.
    pub exchanges: usize,
    /// How many are not, since nothing in them was a request.
    pub left_out: usize,
    /// What was taken out of them and how often, most often first.
    pub redacted: Vec<Redacted>,
    /// How many credentials could not be put back, when they were asked for.
    pub lost: usize,
}

/// A kind of value that was replaced by a placeholder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Redacted {
    /// What it was: `access_token`, `cookie`.
    pub what: String,
    /// In how many places.
    pub places: usize,
}
