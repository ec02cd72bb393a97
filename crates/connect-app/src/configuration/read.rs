//! Reading a `connect.toml`: its form, and what can be said of it without a world.

use std::collections::HashMap;
use std::path::Path;

use connect_core::domain::credential::CredentialKind;
use connect_core::domain::flaw::Flaw;

use super::error::{ConfigurationError, Problem};
use super::file::{AppTable, File, PersonaTable};
use super::position::Position;
use super::{Configuration, secrets};
use crate::near;

/// Reads a `connect.toml`.
///
/// # Errors
/// [`ConfigurationError::Unreadable`] and [`ConfigurationError::Wrong`].
pub fn read(path: &Path) -> Result<Configuration, ConfigurationError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigurationError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(path, text)
}

/// Reads the text of a `connect.toml`; `path` is what it is called in errors.
///
/// # Errors
/// [`ConfigurationError::Wrong`].
pub fn parse(path: &Path, text: String) -> Result<Configuration, ConfigurationError> {
    let file: File = toml::from_str(&text).map_err(|error| ConfigurationError::Wrong {
        path: path.to_owned(),
        problems: vec![Problem {
            position: Position::at(&text, error.span().map_or(0, |span| span.start)),
            field: String::new(),
            message: said(error.message()),
        }],
    })?;
    let wanted = Configuration {
        path: path.to_owned(),
        text,
        file,
    };
    wanted.complain(complaints(&wanted.file))?;
    Ok(wanted)
}

fn complaints(file: &File) -> Vec<Flaw> {
    let mut all = Vec::new();
    personas(&file.personas, &mut all);
    apps(&file.apps, &mut all);
    all
}

fn personas(personas: &[PersonaTable], all: &mut Vec<Flaw>) {
    let mut emails = HashMap::new();
    let mut ids = HashMap::new();
    for (index, persona) in personas.iter().enumerate() {
        let at = |field: &str| format!("personas[{index}].{field}");
        if let Some(first) = emails.insert(persona.email.trim().to_lowercase(), index) {
            all.push(Flaw::new(
                at("email"),
                twice("persona", &persona.email, "personas", first),
            ));
        }
        if let Some(id) = &persona.user_id {
            identifier("user_", id, at("user_id"), all);
            if let Some(first) = ids.insert(id, index) {
                all.push(Flaw::new(at("user_id"), twice("id", id, "personas", first)));
            }
        }
    }
}

fn apps(apps: &[AppTable], all: &mut Vec<Flaw>) {
    let mut names = HashMap::new();
    let mut ids = HashMap::new();
    let mut hashes = HashMap::new();
    for (index, app) in apps.iter().enumerate() {
        let at = |field: &str| format!("apps[{index}].{field}");
        match &app.client_id {
            Some(id) => {
                identifier("client_", id, at("client_id"), all);
                if let Some(first) = ids.insert(id, index) {
                    all.push(Flaw::new(at("client_id"), twice("id", id, "apps", first)));
                }
            }
            None => {
                if let Some(first) = names.insert(app.name.trim(), index) {
                    let message = twice("app", &app.name, "apps", first);
                    all.push(Flaw::new(
                        at("name"),
                        format!("{message}, or tell them apart by client_id"),
                    ));
                }
            }
        }
        let secrets = [
            (
                &app.client_secret,
                "client_secret",
                CredentialKind::ClientSecret,
            ),
            (
                &app.webhook_signing_secret,
                "webhook_signing_secret",
                CredentialKind::WebhookSecret,
            ),
        ];
        for (given, field, kind) in secrets {
            let Some(secret) = given else { continue };
            if let Some(message) = secrets::malformed(secret, kind) {
                all.push(Flaw::new(at(field), message));
            }
            if let Some(first) = hashes.insert(secret.0.hash(), index) {
                all.push(Flaw::new(
                    at(field),
                    format!("apps[{first}] has the same secret; each must be its own"),
                ));
            }
        }
    }
}

fn twice(what: &str, name: &str, list: &str, first: usize) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    format!(
        "the {what} `{shown}` is in the file already, as {list}[{first}]; remove one of the two"
    )
}

/// An id of the caller's: `prefix` and 1 to 64 letters, digits, `-` or `_`.
fn identifier(prefix: &str, id: &str, field: String, all: &mut Vec<Flaw>) {
    let body = id.strip_prefix(prefix).unwrap_or("");
    if !(1..=64).contains(&body.len()) || !body.bytes().all(secrets::is_url_safe) {
        let message = format!(
            "an id is `{prefix}` and 1 to 64 letters, digits, `-` or `_` after it; leave it out to have one made"
        );
        all.push(Flaw::new(field, message));
    }
}

/// The parser's words, in those of a file: it has keys.
fn said(message: &str) -> String {
    near::said(message)
        .replacen("unknown field", "unknown key", 1)
        .replacen("missing field", "missing key", 1)
}
