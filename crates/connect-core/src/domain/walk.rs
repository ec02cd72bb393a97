//! The words of a walk: one run through the flow from the app's side, step by step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of the walk, in order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Which app, persona, scopes, redirect URI; the server's metadata is read (OpenID Connect Discovery 1.0).
    Configure,
    /// Verifier and challenge (RFC 7636 §4.1, §4.2).
    Pkce,
    /// The authorization request as a URL (RFC 6749 §4.1.1).
    AuthorizationUrl,
    /// Sign-in and consent at the authorization server.
    SignIn,
    /// The way back: `state` and `iss` are checked (RFC 6749 §4.1.2, RFC 9207).
    Callback,
    /// The code becomes tokens (RFC 6749 §4.1.3).
    Token,
    /// The id_token is verified, claim by claim (OpenID Connect Core 1.0 §3.1.3.7).
    IdToken,
    /// A call that the scopes open, and one that they do not (RFC 6750).
    Api,
    /// What the server says of the access token (RFC 7662).
    Introspect,
    /// New tokens for the refresh token (RFC 6749 §6).
    Refresh,
    /// The refresh token that was just replaced, once more (RFC 9700 §4.14).
    Reuse,
    /// The tokens are given up (RFC 7009).
    Revoke,
    /// The call that worked before, and now fails.
    AfterRevoke,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 13] = [
        Self::Configure,
        Self::Pkce,
        Self::AuthorizationUrl,
        Self::SignIn,
        Self::Callback,
        Self::Token,
        Self::IdToken,
        Self::Api,
        Self::Introspect,
        Self::Refresh,
        Self::Reuse,
        Self::Revoke,
        Self::AfterRevoke,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Pkce => "pkce",
            Self::AuthorizationUrl => "authorization_url",
            Self::SignIn => "sign_in",
            Self::Callback => "callback",
            Self::Token => "token",
            Self::IdToken => "id_token",
            Self::Api => "api",
            Self::Introspect => "introspect",
            Self::Refresh => "refresh",
            Self::Reuse => "reuse",
            Self::Revoke => "revoke",
            Self::AfterRevoke => "after_revoke",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Configure => "Configure",
            Self::Pkce => "Verifier and challenge",
            Self::AuthorizationUrl => "Authorization URL",
            Self::SignIn => "Sign-in and consent",
            Self::Callback => "Callback",
            Self::Token => "Token exchange",
            Self::IdToken => "id_token",
            Self::Api => "API calls",
            Self::Introspect => "Introspection",
            Self::Refresh => "Refresh",
            Self::Reuse => "Reuse of the old refresh token",
            Self::Revoke => "Revocation",
            Self::AfterRevoke => "The call that now fails",
        }
    }

    /// The step that this word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self.place() + 1).copied()
    }

    /// Its place, from 0.
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }
}

/// How the app says who it is at the token endpoint (RFC 6749 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// `client_id` and `client_secret` in the form body, as the documents have it.
    Body,
    /// HTTP Basic.
    Basic,
    /// `client_id` alone: a public client.
    None,
}

/// How sign-in and consent happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The simulator reads the pages and presses their buttons, as the persona.
    Automatic,
    /// A person does, in a window of the console that has no access to it.
    Window,
    /// A person does, in their own browser; a listener on loopback takes the callback.
    Browser,
    /// A person does, anywhere, and pastes the callback URL.
    Paste,
}

/// Who takes part in a walk: the columns of its sequence diagram.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The person's browser.
    Browser,
    /// The app that the simulator plays.
    App,
    /// The authorization server.
    Identity,
    /// A resource server.
    Service,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_place_a_word_and_a_successor() {
        for (place, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step.place(), place);
            assert_eq!(Step::from_word(step.as_str()), Some(step));
            assert_eq!(step.next(), Step::ALL.get(place + 1).copied());
            let word = serde_json::to_value(step).expect("a word");
            assert_eq!(word, step.as_str());
        }
    }
}
