//! The `.env` of a program: for this sandbox the commands that make it; for another target what its metadata and the
//! session's setup say, the secret left out.

use std::fmt::Write as _;

use connect_core::shell::{dotenv_value, escaped, into_dotenv, word};

use super::plain;
use super::program::Program;
use super::values::Var;
use crate::session::Session;

/// The one that nobody is handed.
const SECRET: &str = "LOOP_CLIENT_SECRET";

/// The commands that make it; `data_dir` is where this sandbox is, when it is not where `connect-sandbox` looks by itself.
pub(super) fn commands(
    session: &Session,
    program: &Program,
    data_dir: Option<&str>,
) -> Vec<String> {
    let app = session.setup.app_name.as_ref();
    let app = word(app.unwrap_or(&session.setup.client_id));
    let at = data_dir.map_or_else(String::new, |it| format!(" --data-dir {}", word(it)));
    // What is given when the program is run is missed when it is not: no line of the file is taken for it.
    let apart = program
        .apart
        .iter()
        .any(|(it, _)| it == "LOOP_REDIRECT_URI");
    let redirect_uri = if apart { "" } else { &program.redirect_uri };
    vec![
        in_one_line(&format!("connect-sandbox{at} env --app {app} > .env")),
        in_one_line(&into_dotenv("LOOP_REDIRECT_URI", redirect_uri)),
    ]
}

/// The command that runs a program with what stands apart from its `.env`.
pub(super) fn run(program: &Program, command: &str) -> String {
    let mut line = String::new();
    for (name, value) in &program.apart {
        let _ = write!(line, "{name}={} ", word(value));
    }
    in_one_line(&(line + command))
}

/// A command as it can stand in a comment too.
fn in_one_line(command: &str) -> String {
    command.replace(
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'),
        " ",
    )
}

/// Settings of which Node.js would make something else than they are: it knows no escapes in `.env`, and what holds quotes is
/// put there for a shell, which does. They are given to the program when it is run.
pub(super) fn misread_by_node(session: &Session, program: &Program) -> Vec<(String, String)> {
    let settings = if session.target.own {
        // All the others are made by `connect-sandbox env`, and hold no quotes.
        vec![("LOOP_REDIRECT_URI".to_owned(), program.redirect_uri.clone())]
    } else {
        settings(session, program)
    };
    let misread = |value: &str| value.contains('\'') && escaped(value) != *value;
    let settings = settings.into_iter();
    settings.filter(|(_, value)| misread(value)).collect()
}

/// The lines that every app has, in order, and then those that this program needs besides.
pub(super) fn dotenv(session: &Session, program: &Program) -> String {
    let mut text = format!(
        "# {} at {}, as the walk had it.\n",
        plain(&session.setup.client_id),
        plain(&session.target.base_url)
    );
    for (name, value) in settings(session, program) {
        if name == SECRET {
            text.push_str("# No secret is handed over: copy the app's from where it is registered with this server.\n");
        }
        let apart = program.apart.iter().any(|(it, _)| *it == name);
        let value = if apart {
            text.push_str("# Given when the program is run: Node.js and a shell would not read a line of it alike.\n");
            String::new()
        } else {
            dotenv_value(&value)
        };
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

/// What every app needs to know of another target, and this program besides; the secret is left empty.
fn settings(session: &Session, program: &Program) -> Vec<(String, String)> {
    let setup = &session.setup;
    let base_url = &session.target.base_url;
    let metadata = session.facts.metadata.as_ref();
    let member = |name: &str| {
        let value = metadata.and_then(|it| it.get(name)?.as_str());
        value.map(str::to_owned)
    };
    let mut settings = vec![("LOOP_CLIENT_ID".to_owned(), setup.client_id.clone())];
    let mut add = |name: &str, value: String| settings.push((name.to_owned(), value));
    let is_used = |name: &str| program.settings.contains(&Var::setting(name));
    if setup.client_secret.is_some() || is_used(SECRET) {
        add(SECRET, String::new());
    }
    add("LOOP_REDIRECT_URI", setup.redirect_uri.clone());
    let issuer = member("issuer").unwrap_or_else(|| base_url.clone());
    add("LOOP_ISSUER", issuer);
    for (name, endpoint) in [
        ("LOOP_AUTHORIZE_URL", "authorization_endpoint"),
        ("LOOP_TOKEN_URL", "token_endpoint"),
        ("LOOP_REVOKE_URL", "revocation_endpoint"),
    ] {
        if let Some(endpoint) = member(endpoint) {
            add(name, endpoint);
        }
    }
    for var in &program.settings {
        let name = var.environment();
        let service = name
            .strip_prefix("LOOP_")
            .and_then(|it| it.strip_suffix("_URL"));
        let known = ["AUTHORIZE", "TOKEN", "REVOKE"];
        if let Some(service) = service.filter(|it| !known.contains(it)) {
            let path = service.to_ascii_lowercase().replace('_', "-");
            add(name, format!("{base_url}/{path}"));
        }
    }
    settings
}
