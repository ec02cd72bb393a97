//! What the scenarios share: a sandbox, an HTTP client, a partner app, a browser, and checks of whole answers.

pub(crate) mod browser;
mod check;
pub(crate) mod http;
pub(crate) mod jwt;
pub(crate) mod partner;
pub(crate) mod sandbox;

pub(crate) use browser::Browser;
pub(crate) use check::in_wire_characters;
pub(crate) use http::{Answer, Request};
pub(crate) use partner::{Code, Params, Partner, Tokens};
pub(crate) use sandbox::{MAYA, Sandbox, people_scopes, text};
