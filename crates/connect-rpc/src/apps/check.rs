//! Checking an app before it is registered or changed.

use connect_core::domain::app::{AppType, BaaStatus, IdTokenAlg};
use connect_core::domain::standing::Standing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An app as somebody is typing it; nothing is changed by asking.
///
/// With `client_id`, what is left out stays as it is registered, as in `apps_update`. Without, a name that is left out is
/// not judged, and `app_type` must be there.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct CheckApp {
    /// The app that is being changed.
    pub client_id: Option<String>,
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// What kind of app; it can't change.
    pub app_type: Option<AppType>,
    /// All of them.
    pub redirect_uris: Option<Vec<String>>,
    /// All of them.
    pub scopes: Option<Vec<String>>,
    /// Where webhooks go; an empty text stands for none.
    pub webhook_url: Option<String>,
    /// All of them.
    pub allowed_origins: Option<Vec<String>>,
    /// Its own page; an empty text stands for none.
    pub client_uri: Option<String>,
    /// Its logo; an empty text stands for none.
    pub logo_uri: Option<String>,
    /// `loop` or `loopbio`.
    pub brand_id: Option<String>,
    /// Where its BAA stands.
    pub baa_status: Option<BaaStatus>,
    /// 300 to 3600.
    pub access_token_lifetime_seconds: Option<u64>,
    /// How its id_tokens are signed.
    pub id_token_alg: Option<IdTokenAlg>,
}

/// What registration would say to an app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppCheck {
    /// It would be accepted: there are no flaws.
    pub accepted: bool,
    /// Everything that is wrong, in the order of the form.
    pub flaws: Vec<AppFlaw>,
    /// What would be accepted and is worth knowing.
    pub remarks: Vec<AppRemark>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppFlaw {
    /// As in the request: `redirect_uris[1]`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
    /// How sure the rule is.
    pub standing: Standing,
    /// What governs it.
    pub clause: String,
}

/// What is accepted in one field and worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppRemark {
    /// As in the request: `redirect_uris[1]`.
    pub field: String,
    /// What the remark is, for programs: `redirect_http_loopback`.
    pub code: String,
    /// What to know.
    pub message: String,
    /// How sure it is.
    pub standing: Standing,
    /// Where it is written.
    pub clause: String,
}
