//! What a `connect.toml` can say. Unknown keys are refused. The comments here are the descriptions of its JSON Schema.

use std::borrow::Cow;
use std::fmt;

use connect_core::domain::app::{AppType, BaaStatus, IdTokenAlg, Profile};
use connect_core::domain::secret::SecretText;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Apps, personas and settings of a Connect Console sandbox, applied each time it starts.
///
/// What a file leaves out of an app, a persona or the settings stays as it is; what it leaves out of a new one gets the
/// default. Nothing is ever removed because a file does not mention it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "connect.toml")]
pub struct File {
    /// Settings of the workspace.
    #[serde(default, skip_serializing_if = "SettingsTable::is_empty")]
    pub settings: SettingsTable,
    /// Personas, found by email.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub personas: Vec<PersonaTable>,
    /// Apps, found by client_id when it is given, else by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<AppTable>,
}

/// Settings of the workspace. A flag of the command line wins over the file for as long as that process runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsTable {
    /// `loop` takes what the documents show; `strict` is the security page to the letter, plus OAuth 2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Email of the persona as whom every authorization request is allowed without asking; "" asks people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_approve: Option<String>,
    /// Whether there is a userinfo endpoint; no page documents one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo: Option<bool>,
    /// Seconds in which a rotated refresh token may be presented again without harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_grace_seconds: Option<u32>,
    /// Requests a minute for each caller and service before 429; 0 for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit_per_minute: Option<u32>,
    /// Put sandbox time, untranslated, into JWTs and introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp_virtual_time: Option<bool>,
    /// Most exchanges kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_exchanges: Option<u32>,
    /// Days an exchange is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// Mebibytes of traffic kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_mebibytes: Option<u32>,
    /// Whether acknowledged changes survive a power cut; from the next start on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survive_power_cut: Option<bool>,
}

impl SettingsTable {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A persona: a person of the sandbox who can sign in and has health data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaTable {
    /// Finds the persona; upper and lower case are alike.
    pub email: String,
    /// `sub` on the wire, for a new persona; made when left out. `user_` and 1 to 64 letters, digits, `-` or `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// 1 to 255 characters. A new persona needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `loop` (the default) or `loopbio`; can't be changed afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<String>,
    /// For example en-US, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// One line for people, shown where a persona is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A new persona starts without health data instead of with two invented years of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_data: bool,
}

/// An app, under the rules of the developer portal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppTable {
    /// 1 to 255 characters. Finds the app when there is no client_id.
    pub name: String,
    /// Finds the app, or is what a new one gets. `client_` and 1 to 64 letters, digits, `-` or `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What a confidential app signs in with; made when left out. `secret_` and 16 to 128 letters, digits, `-` or `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// What webhooks are signed with; made when left out. `whsec_` and 16 to 128 letters, digits, `-` or `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_signing_secret: Option<Secret>,
    /// What kind of app. A new one needs it; it can't be changed afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_type: Option<AppType>,
    /// At least one, but for m2m. Compared as exact strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// Scopes the app may ask for; at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Origins that may call from a browser, such as `http://localhost:5173`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    /// Where webhooks go; "" for nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// The app's own page; "" for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The app's logo; "" for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// `loop` (the default) or `loopbio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<String>,
    /// The Loop service it speaks for; "" for none. A service's own client may introspect every token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Loop's own app: no consent page for the basic scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_first_party: Option<bool>,
    /// Whether the app is switched on, as a new one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where its BAA stands: scopes of health data need a signed one. `none` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baa_status: Option<BaaStatus>,
    /// 300 to 3600, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime_seconds: Option<u64>,
    /// EdDSA unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_alg: Option<IdTokenAlg>,
}

/// A secret in the file. Never printed.
#[derive(Clone)]
pub struct Secret(pub SecretText);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash().matches(&other.0.hash())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(SecretText::new(text)))
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose())
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

/// The JSON Schema of `connect.toml`.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(File)
}
