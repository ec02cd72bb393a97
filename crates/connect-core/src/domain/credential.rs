//! Codes, tokens and secrets: their kinds, their states, and which transitions there are.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{ClientId, CredentialId, GrantId, TraceId, UserId};
use super::journal::Seq;
use super::secret::CredentialHash;
use super::time::Timestamp;
use crate::protocol::scope::ScopeSet;

/// Life of an authorization code (/connect/glossary).
pub const CODE_LIFETIME: Duration = Duration::from_mins(1);
/// Default life of an access token (/connect/tokens).
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_hours(1);
/// Shortest life an app can be given (/connect/tokens).
pub const ACCESS_TOKEN_LIFETIME_MIN: Duration = Duration::from_mins(5);
/// Life of a refresh token from its last use (/connect/tokens).
pub const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_hours(90 * 24);
/// Life of an id_token (/connect/tokens).
pub const ID_TOKEN_LIFETIME: Duration = Duration::from_mins(5);
/// How long a rotated client secret still works (/reference/api/identity, rotate-secret).
pub const ROTATED_SECRET_LIFETIME: Duration = Duration::from_hours(24);
/// Life of a machine's token (assumed: as long as an access token).
pub const M2M_TOKEN_LIFETIME: Duration = Duration::from_hours(1);

macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The stored text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
            /// The value a stored text names.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

stored! {
    /// What a credential is.
    CredentialKind {
        /// An authorization code.
        Code = "code",
        /// An access token.
        AccessToken = "access_token",
        /// A refresh token.
        RefreshToken = "refresh_token",
        /// A machine's token (a signed JWT, judged by its row all the same; ruling 30).
        M2mToken = "m2m_token",
        /// A client secret.
        ClientSecret = "client_secret",
        /// A webhook signing secret.
        WebhookSecret = "webhook_secret",
        /// A browser's session cookie.
        SessionCookie = "session_cookie",
    }
}

impl CredentialKind {
    /// The text every credential of the kind starts with (ruling 31); none for JWTs.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "lph_ac_",
            Self::AccessToken => "lph_at_",
            Self::RefreshToken => "lph_rt_",
            Self::M2mToken => "",
            Self::ClientSecret => "secret_",
            Self::WebhookSecret => "whsec_",
            Self::SessionCookie => "lph_ss_",
        }
    }
}

stored! {
    /// Where a credential is in its life. Only `active` opens anything.
    CredentialState {
        /// In force until it expires.
        Active = "active",
        /// A code that was exchanged.
        Used = "used",
        /// A refresh token that was used; presenting it again kills the grant.
        Rotated = "rotated",
        /// A refresh token that a new run of the flow took the place of; presenting it again kills nothing.
        Replaced = "replaced",
        /// Ended on purpose.
        Revoked = "revoked",
        /// Ended by time.
        Expired = "expired",
    }
}

/// A transition that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credential that is {from:?} cannot become {to:?}")]
pub struct InvalidTransition {
    /// The state it is in.
    pub from: CredentialState,
    /// The state it was to enter.
    pub to: CredentialState,
}

impl CredentialState {
    /// Ends an active credential. Every other state is final, but for a dead code or refresh token being revoked on top.
    pub fn end_as(self, to: Self) -> Result<Self, InvalidTransition> {
        match (self, to) {
            (
                Self::Active,
                Self::Used | Self::Rotated | Self::Replaced | Self::Revoked | Self::Expired,
            ) => Ok(to),
            _ => Err(InvalidTransition { from: self, to }),
        }
    }
}

/// One row of the credentials table, without its sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// What it is found by.
    pub hash: CredentialHash,
    /// What it is.
    pub kind: CredentialKind,
    /// Where it is in its life, as last written: a credential past `expires_at` is dead whatever this says.
    pub state: CredentialState,
    /// The app it was given to.
    pub client_id: Option<ClientId>,
    /// The persona it speaks for.
    pub user_id: Option<UserId>,
    /// The grant it lives under.
    pub grant_id: Option<GrantId>,
    /// What it was made from: the code, or the refresh token before it.
    pub parent: Option<CredentialId>,
    /// The code its family began with; replaying that code kills them all.
    pub root: Option<CredentialId>,
    /// What it opens.
    pub scope: ScopeSet,
    /// When it was issued (sandbox time).
    pub issued_at: Timestamp,
    /// When it dies (sandbox time).
    pub expires_at: Option<Timestamp>,
    /// When it left `active` (sandbox time).
    pub ended_at: Option<Timestamp>,
    /// The trace it was issued in.
    pub trace: TraceId,
    /// The journal entry that says so.
    pub issued_by: Seq,
    /// What a code or a session must remember.
    pub detail: CredentialDetail,
}

impl Credential {
    /// Whether it opens anything at `now`: active, and not past its time.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == CredentialState::Active && self.expires_at.is_none_or(|end| now < end)
    }

    /// Its state at `now`: `expired` as soon as its time has come, whether or not that was written down yet.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> CredentialState {
        if self.state == CredentialState::Active && !self.is_live(now) {
            CredentialState::Expired
        } else {
            self.state
        }
    }
}

/// What a credential remembers beside the common columns. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CredentialDetail {
    /// Code: the redirect URI of the authorization request, to be repeated at the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Code: the S256 challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// Code and what descends from it: the nonce for the id_token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Code and what descends from it: the issuer of the authorization request (ruling 15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Code and what descends from it: when the person signed in (sandbox time, milliseconds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time_ms: Option<i64>,
    /// Machine's token: its audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Whether the request had `max_age`, so that `auth_time` must be in the id_token (OpenID Connect Core §2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub max_age_asked: bool,
}
