//! OAuth 2.0 and OpenID Connect as this platform speaks them: messages, codes, scopes, PKCE, redirect URIs, events.

pub mod basic;
pub mod bearer;
pub mod error;
pub mod form;
pub mod pkce;
pub mod redirect;
pub mod scope;
