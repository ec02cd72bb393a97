//! A recorded request taken apart, with names in the place of values.

use connect_core::domain::message::{BodyKind, Message};
use serde_json::Value;

use super::values::{Piece, Text, Values, Var};
use crate::session::{Bytes, Exchange, Session};

/// Headers that every client writes by itself, or that say nothing.
const OWN: [&str; 8] = [
    "host",
    "content-length",
    "connection",
    "user-agent",
    "accept",
    "accept-encoding",
    "origin",
    "cookie",
];

/// A request of a program.
pub(super) struct Send {
    /// What it is for.
    pub(super) title: String,
    /// What the answer was: `400 invalid_grant`.
    pub(super) answered: String,
    /// The status that is expected; none where it depends on what the program can't do.
    pub(super) status: Option<u16>,
    pub(super) method: String,
    pub(super) url: Text,
    pub(super) query: Vec<(String, Text)>,
    pub(super) headers: Vec<(String, Text)>,
    pub(super) body: Body,
    /// Members of the answer that are needed later.
    pub(super) takes: Vec<(&'static str, Var)>,
    /// Whether the answer is worth printing: what a service says.
    pub(super) shows: bool,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    None,
    Form(Vec<(String, Text)>),
    Text(Text),
}

impl Send {
    /// The request of an exchange, as it was sent; none when its bytes are not there.
    pub(super) fn of(
        session: &Session,
        exchange: &Exchange,
        bytes: &Bytes,
        values: &Values<'_>,
    ) -> Option<Self> {
        let message = Message::read(&bytes.request);
        let (address, query) = match exchange.url.split_once('?') {
            Some((address, query)) => (address, query),
            None => (&*exchange.url, ""),
        };
        if message.target().is_empty() {
            return None;
        }
        let resolved = |pairs: Vec<(String, String)>| -> Vec<(String, Text)> {
            let pairs = pairs.into_iter();
            let resolve = |(name, value): (String, String)| {
                let text = values.resolve(&name, &value);
                (name, text)
            };
            pairs.map(resolve).collect()
        };
        let form = message.kind() == BodyKind::Form;
        let headers = message.headers.iter().filter(|header| {
            let name = header.name.to_ascii_lowercase();
            let implied = form && name == "content-type";
            !implied && !OWN.contains(&&*name)
        });
        let headers = headers
            .map(|header| {
                let value = values.resolve(&header.name, &header.value);
                (header.name.clone(), value)
            })
            .collect();
        let body = match message.kind() {
            BodyKind::Empty => Body::None,
            BodyKind::Form => Body::Form(resolved(message.form())),
            _ => Body::Text(values.resolve("body", message.text().unwrap_or_default())),
        };
        let query = form_urlencoded::parse(query.as_bytes()).into_owned();
        Some(Self {
            title: exchange.label.clone(),
            answered: answered(exchange),
            status: exchange.status,
            method: exchange.method.clone(),
            url: url(session, address, values),
            query: resolved(query.collect()),
            headers,
            body,
            takes: Vec::new(),
            shows: false,
        })
    }

    /// Whether there is nothing to it but its method and its address.
    pub(super) fn is_bare(&self) -> bool {
        self.query.is_empty() && self.headers.is_empty() && self.body == Body::None && !self.shows
    }

    /// The texts of the answer that are needed later: member and variable.
    pub(super) fn texts_taken(&self) -> impl Iterator<Item = &(&'static str, Var)> {
        self.takes.iter().filter(|(_, var)| *var != Var::Keys)
    }

    /// Whether the published keys are in the answer, and needed.
    pub(super) fn brings_keys(&self) -> bool {
        self.takes.iter().any(|(_, var)| *var == Var::Keys)
    }

    /// Every text in it.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        let pairs = self.query.iter().chain(&self.headers);
        let body: Vec<&Text> = match &self.body {
            Body::None => Vec::new(),
            Body::Form(fields) => fields.iter().map(|(_, text)| text).collect(),
            Body::Text(text) => vec![text],
        };
        std::iter::once(&self.url)
            .chain(pairs.map(|(_, text)| text))
            .chain(body)
    }
}

/// An answer in few words: `200`, `400 invalid_grant`.
pub(super) fn answered(exchange: &Exchange) -> String {
    match (exchange.status, &exchange.error) {
        (Some(status), Some(error)) => format!("{status} {}", super::plain(error)),
        (Some(status), None) => status.to_string(),
        (None, _) => "no answer".to_owned(),
    }
}

/// The tokens in an answer: member and value.
pub(super) fn tokens(bytes: &Bytes) -> Vec<(&'static str, String)> {
    let message = Message::read(&bytes.response);
    let Ok(body) = serde_json::from_slice::<Value>(&message.body) else {
        return Vec::new();
    };
    ["access_token", "refresh_token", "id_token"]
        .into_iter()
        .filter_map(|name| Some((name, body.get(name)?.as_str()?.to_owned())))
        .collect()
}

/// An address by the variables that `connect-sandbox env` has for it.
fn url(session: &Session, address: &str, values: &Values<'_>) -> Text {
    let metadata = session.facts.metadata.as_ref();
    let named = [
        ("authorization_endpoint", "LOOP_AUTHORIZE_URL"),
        ("token_endpoint", "LOOP_TOKEN_URL"),
        ("revocation_endpoint", "LOOP_REVOKE_URL"),
    ];
    for (member, name) in named {
        let endpoint = metadata.and_then(|it| it.get(member)?.as_str());
        if endpoint == Some(address) {
            return Text(vec![Piece::Var(Var::setting(name))]);
        }
    }
    let Some(path) = address.strip_prefix(&session.target.base_url) else {
        return values.resolve("url", address);
    };
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (service, rest) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let is_service = rest.starts_with("v1/")
        && !service.is_empty()
        && service.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let (name, path) = if is_service {
        let name = service.to_ascii_uppercase().replace('-', "_");
        (format!("LOOP_{name}_URL"), format!("/{rest}"))
    } else {
        ("LOOP_ISSUER".to_owned(), path.to_owned())
    };
    let mut pieces = vec![Piece::Var(Var::Setting(name))];
    pieces.extend(values.resolve("path", &path).0);
    Text(pieces)
}
