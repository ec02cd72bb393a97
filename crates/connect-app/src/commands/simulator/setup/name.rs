//! What a session is called.

use connect_simulator::session::{Setup, Target};
use url::Url;

use super::invalid;
use crate::commands::Answer;

/// Most characters of a name.
pub(super) const LONGEST_NAME: usize = 80;
/// A client id longer than this is not shown whole in a name.
const LONG_ID: usize = 20;

/// A session's name, checked.
pub(in super::super) fn name(text: &str) -> Answer<String> {
    let text = text.trim();
    let length = text.chars().count();
    if text.contains(is_odd) {
        return Err(invalid(
            "name",
            "letters that can be seen are needed: no control characters",
        ));
    }
    if (1..=LONGEST_NAME).contains(&length) {
        return Ok(text.to_owned());
    }
    Err(invalid(
        "name",
        &format!("1 to {LONGEST_NAME} characters are needed, {length} were given"),
    ))
}

/// Controls and marks that turn the direction of text would be read as something else than they are.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What it is called unless told: who signs in to what, and where that is when it is not here.
pub(super) fn usual_name(setup: &Setup, target: &Target) -> String {
    let app = match (&setup.app_name, target.own) {
        (Some(name), _) => name.clone(),
        (None, true) => setup.client_id.clone(),
        (None, false) => shortened(&setup.client_id),
    };
    let persona = setup.persona.as_deref();
    let persona = persona.map(|it| it.split('@').next().unwrap_or(it));
    let who = persona.map_or_else(String::new, |persona| format!(" as {persona}"));
    let named = if target.own {
        format!("{app}{who}")
    } else {
        format!("{}{who}, app {app}", host(&target.base_url))
    };
    let legible = named.chars().filter(|c| !is_odd(*c));
    legible.take(LONGEST_NAME).collect()
}

/// The host, and the port where it is not the usual one.
fn host(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    let host = url.as_ref().and_then(|it| {
        let host = it.host_str()?;
        Some(match it.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    });
    host.unwrap_or_else(|| base_url.to_owned())
}

/// `client_01M7HNCB5…`.
fn shortened(id: &str) -> String {
    if id.chars().count() <= LONG_ID {
        return id.to_owned();
    }
    let mut short: String = id.chars().take(LONG_ID - 4).collect();
    short.push('…');
    short
}
