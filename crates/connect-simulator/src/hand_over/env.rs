//! The `.env` of a program: for this sandbox the commands that make it; for another target what its metadata and the
//! session's setup say, the secret left out.

use std::fmt::Write as _;

use connect_core::shell::{dotenv_value, into_dotenv, word};

use super::plain;
use super::program::Program;
use super::values::Var;
use crate::session::Session;

/// The commands that make it; `data_dir` is where this sandbox is, when it is not where `connect-sandbox` looks by itself.
pub(super) fn commands(
    session: &Session,
    program: &Program,
    data_dir: Option<&str>,
) -> Vec<String> {
    let app = session.setup.app_name.as_ref();
    let app = word(app.unwrap_or(&session.setup.client_id));
    let at = data_dir.map_or_else(String::new, |it| format!(" --data-dir {}", word(it)));
    // They stand in comments too, each in one line.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let in_one_line = |command: String| command.replace(breaks, " ");
    vec![
        in_one_line(format!("connect-sandbox{at} env --app {app} > .env")),
        in_one_line(into_dotenv("LOOP_REDIRECT_URI", &program.redirect_uri)),
    ]
}

/// The lines that every app has, in order, and then those that this program needs besides.
pub(super) fn dotenv(session: &Session, program: &Program) -> String {
    let setup = &session.setup;
    let base_url = &session.target.base_url;
    let metadata = session.facts.metadata.as_ref();
    let member = |name: &str| {
        let value = metadata.and_then(|it| it.get(name)?.as_str());
        value.map(str::to_owned)
    };
    let mut text = format!(
        "# {} at {}, as the walk had it.\n",
        plain(&setup.client_id),
        plain(base_url)
    );
    let line = |text: &mut String, name: &str, value: &str| {
        let _ = writeln!(text, "{name}={}", dotenv_value(value));
    };
    line(&mut text, "LOOP_CLIENT_ID", &setup.client_id);
    let is_used = |name: &str| program.settings.contains(&Var::setting(name));
    if setup.client_secret.is_some() || is_used("LOOP_CLIENT_SECRET") {
        text.push_str("# No secret is handed over: copy the app's from where it is registered with this server.\n");
        line(&mut text, "LOOP_CLIENT_SECRET", "");
    }
    line(&mut text, "LOOP_REDIRECT_URI", &setup.redirect_uri);
    line(
        &mut text,
        "LOOP_ISSUER",
        &member("issuer").unwrap_or_else(|| base_url.clone()),
    );
    for (name, endpoint) in [
        ("LOOP_AUTHORIZE_URL", "authorization_endpoint"),
        ("LOOP_TOKEN_URL", "token_endpoint"),
        ("LOOP_REVOKE_URL", "revocation_endpoint"),
    ] {
        if let Some(endpoint) = member(endpoint) {
            line(&mut text, name, &endpoint);
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
            line(&mut text, name, &format!("{base_url}/{path}"));
        }
    }
    text
}
