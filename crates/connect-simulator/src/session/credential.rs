//! Credentials as the app's side knows them.

use connect_core::Timestamp;
use serde::{Deserialize, Serialize};

/// A credential that the session has seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The credential.
    pub value: String,
    /// What it is.
    pub kind: CredentialKind,
    /// The client it was issued to.
    pub client_id: String,
    /// How it stands.
    pub state: CredentialState,
    /// The redirect URI of a code's request.
    pub redirect_uri: Option<String>,
    /// The challenge of a code's request.
    pub challenge: Option<String>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it ends, on the clock that the server judges by.
    pub expires_at: Option<Timestamp>,
    /// Which walk through the consent pages it comes from: what is revoked together has the same number.
    pub family: u32,
}

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialKind {
    /// An authorization code.
    Code,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

/// How a credential stands, as far as the app can tell from what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialState {
    /// It works until it expires.
    Active,
    /// A code that was exchanged.
    Used,
    /// A refresh token that gave its place to another by being used.
    Rotated,
    /// A refresh token that a new run of the flow took the place of.
    Replaced,
    /// It was revoked.
    Revoked,
    /// It was presented in a request that was never answered.
    Unsure,
}
