//! Typed, prefixed ids: `client_01HXY…`, `user_01HXY…`. A ULID after the prefix (ruling 31).

use std::fmt;

/// What every id kind can do.
pub trait TypedId: Sized {
    /// The text before the ULID, with its underscore.
    const PREFIX: &'static str;
    /// Builds the id from a ULID; use [`crate::Env::id`].
    fn from_ulid(ulid: ulid::Ulid) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes text as an id, unchecked: an id that names nothing is found to do so by looking it up.
            #[must_use]
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The whole id, prefix included.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_ulid(ulid: ulid::Ulid) -> Self {
                let mut text = String::with_capacity($prefix.len() + ulid::ULID_LEN);
                text.push_str($prefix);
                let mut buffer = [0; ulid::ULID_LEN];
                text.push_str(ulid.array_to_str(&mut buffer));
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [concat!($prefix, "01HXY")] })
            }
        }
    )*};
}

ids! {
    /// A registered app (OAuth's *client*).
    ClientId = "client_";
    /// A persona.
    UserId = "user_";
    /// A persona's consent for a client.
    GrantId = "grant_";
    /// One row of the credentials table: a code, a token or a secret.
    CredentialId = "cred_";
    /// A browser's sign-in.
    SessionId = "session_";
    /// One run through sign-in and consent.
    InteractionId = "interaction_";
    /// One HTTP request and its answer.
    ExchangeId = "exchange_";
    /// What belongs together: a flow, a console action, an M2M token's life.
    TraceId = "trace_";
    /// A platform event.
    EventId = "evt_";
    /// A message to a persona.
    AlertId = "alert_";
    /// One sandbox's data directory.
    WorkspaceId = "workspace_";
    /// A signing key.
    KeyId = "key_";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_prefix_and_a_ulid() {
        let id = ClientId::from_ulid(ulid::Ulid::from_parts(1_469_918_176_385, 7));
        assert_eq!(id.as_str(), "client_01ARYZ6S410000000000000007");
    }
}
