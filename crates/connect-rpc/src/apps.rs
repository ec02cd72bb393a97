//! Apps: registration as in the developer portal.

mod check;
mod ready;

use connect_core::Timestamp;
use connect_core::domain::app::{AppType, BaaStatus, IdTokenAlg};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use check::{AppCheck, AppFlaw, AppRemark, CheckApp};
pub use ready::{
    AppCode, AppEnv, Button, ButtonOf, CodeFile, CodeLanguage, CodeOfApp, CodeStep, EnvFormat,
    EnvOfApp, EnvVariable,
};

/// Names an app.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct AppRef {
    /// Its `client_id`.
    pub client_id: String,
}

/// An app, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct App {
    /// `client_id` on the wire.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// What kind of app.
    pub app_type: AppType,
    /// `confidential` or `public`.
    pub client_type: String,
    /// Exact strings.
    pub redirect_uris: Vec<String>,
    /// Scopes it may request.
    pub scopes: Vec<String>,
    /// Origins that may call from a browser.
    pub allowed_origins: Vec<String>,
    /// Its own page.
    pub client_uri: Option<String>,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// Where webhooks go.
    pub webhook_url: Option<String>,
    /// Its brand.
    pub brand_id: String,
    /// The Loop service it speaks for.
    pub service: Option<String>,
    /// Loop's own.
    pub is_first_party: bool,
    /// Switched on.
    pub enabled: bool,
    /// Where its BAA stands.
    pub baa_status: BaaStatus,
    /// Life of its access tokens, in seconds.
    pub access_token_lifetime_seconds: u64,
    /// How its id_tokens are signed.
    pub id_token_alg: IdTokenAlg,
    /// A demo app.
    pub seeded: bool,
    /// Its client secrets, newest first, without their values.
    pub secrets: Vec<SecretInfo>,
    /// Until when the secret before the newest still works (sandbox time); none when there is no such one, or no more.
    pub old_secret_works_until: Option<Timestamp>,
    /// Those of its scopes that are PHI: refused until its BAA is signed.
    pub phi_scopes: Vec<String>,
    /// What is alive of it.
    pub usage: AppUsage,
    /// When it was registered (sandbox time).
    pub created_at: Timestamp,
    /// When it last changed (sandbox time).
    pub updated_at: Timestamp,
}

/// A client secret, without its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SecretInfo {
    /// When it was issued (sandbox time).
    pub issued_at: Timestamp,
    /// When it stops working (sandbox time), once rotated.
    pub expires_at: Option<Timestamp>,
}

/// What is alive of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppUsage {
    /// People who have connected it and not disconnected it.
    pub grants: u64,
    /// Access and refresh tokens, and a machine's, that would be accepted now.
    pub live_tokens: u64,
    /// Last use of one of its tokens, or issue of a machine's (sandbox time, exact to a minute).
    pub last_used_at: Option<Timestamp>,
}

/// Every app, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AppList {
    /// The apps.
    pub apps: Vec<App>,
}

/// An app to be registered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CreateApp {
    /// 1 to 255 characters.
    pub name: String,
    /// What kind of app.
    pub app_type: AppType,
    /// At least one, but for m2m.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub redirect_uris: Vec<String>,
    /// At least one.
    pub scopes: Vec<String>,
    /// Where webhooks go.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// Origins that may call from a browser.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub allowed_origins: Vec<String>,
    /// `none` unless told.
    #[serde(default)]
    pub baa_status: Option<BaaStatus>,
    /// Its own page.
    #[serde(default)]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// `loop` unless told.
    #[serde(default)]
    pub brand_id: Option<String>,
    /// Loop's own app: no consent page for the basic scopes.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub is_first_party: bool,
    /// 300 to 3600; 3600 unless told.
    #[serde(default)]
    pub access_token_lifetime_seconds: Option<u64>,
    /// EdDSA unless told.
    #[serde(default)]
    pub id_token_alg: Option<IdTokenAlg>,
}

/// A registered app and its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Registered {
    /// `client_id` on the wire.
    pub client_id: String,
    /// Confidential apps have one.
    pub client_secret: Option<String>,
    /// Apps with people have one.
    pub webhook_signing_secret: Option<String>,
    /// The app.
    pub app: App,
}

/// Changes to an app; what is left out stays. `app_type` can't change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct UpdateApp {
    /// Which app.
    pub client_id: String,
    /// 1 to 255 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// All of them.
    #[serde(default)]
    pub redirect_uris: Option<Vec<String>>,
    /// All of them.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// All of them.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
    /// An empty text removes it.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// An empty text removes it.
    #[serde(default)]
    pub client_uri: Option<String>,
    /// An empty text removes it.
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// 300 to 3600.
    #[serde(default)]
    pub access_token_lifetime_seconds: Option<u64>,
    /// How its id_tokens are signed.
    #[serde(default)]
    pub id_token_alg: Option<IdTokenAlg>,
}

/// A rotated secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Rotated {
    /// Which app.
    pub client_id: String,
    /// The new secret.
    pub client_secret: String,
    /// Until when the old one works (sandbox time).
    pub old_secret_works_until: Timestamp,
}

/// An app's secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Secrets {
    /// Which app.
    pub client_id: String,
    /// The newest client secret.
    pub client_secret: Option<String>,
    /// The webhook signing secret.
    pub webhook_signing_secret: Option<String>,
}

/// Where an app's BAA is to stand.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SetBaa {
    /// Which app.
    pub client_id: String,
    /// `none`, `applied` or `signed`.
    pub baa_status: BaaStatus,
}
