//! Which endpoint of the server a request is for. This sandbox has the documented paths; another server has those that its
//! metadata names (RFC 8414 §2), and the documented ones are nothing to go by.

use url::Url;

use super::message::{self, Message};
use crate::session::Session;

/// An endpoint of the authorization server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Authorization,
    Token,
    Introspection,
    Revocation,
    Keys,
    Metadata,
}

/// Members of the metadata, and where this sandbox has what they name.
const NAMED: [(&str, &str, Endpoint); 5] = [
    (
        "authorization_endpoint",
        "/v1/oauth/authorize",
        Endpoint::Authorization,
    ),
    ("token_endpoint", "/v1/oauth/token", Endpoint::Token),
    (
        "introspection_endpoint",
        "/v1/oauth/introspect",
        Endpoint::Introspection,
    ),
    (
        "revocation_endpoint",
        "/v1/oauth/revoke",
        Endpoint::Revocation,
    ),
    ("jwks_uri", "/.well-known/jwks.json", Endpoint::Keys),
];

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To an endpoint of the authorization server.
    At(Endpoint),
    /// Elsewhere, as the documents have it.
    Elsewhere,
    /// Where this sandbox has an endpoint, and the other server says that it has it somewhere else.
    Unknown,
}

/// Where a request is for.
pub(super) fn place(message: &Message<'_>, session: &Session) -> Place {
    let path = message.path.as_str();
    let well_known = [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ];
    if well_known.contains(&path) {
        return Place::At(Endpoint::Metadata);
    }
    let documented = NAMED.iter().find(|(_, ours, _)| *ours == path);
    if session.target.own {
        return documented.map_or(Place::Elsewhere, |(.., it)| Place::At(*it));
    }
    let named = NAMED
        .iter()
        .find(|(name, ..)| named(name, session).as_deref() == Some(path));
    match (named, documented) {
        (Some((.., it)), _) => Place::At(*it),
        (None, Some(_)) => Place::Unknown,
        (None, None) => Place::Elsewhere,
    }
}

/// The path of an endpoint that the server's metadata names, below its base URL.
fn named(name: &str, session: &Session) -> Option<String> {
    let metadata = session.facts.metadata.as_deref()?;
    let url = Url::parse(metadata.get(name)?.as_str()?).ok()?;
    message::path(&session.target.base_url, &url)
}
