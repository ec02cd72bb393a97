//! The authorization request: checks in the order of ruling 6. Until app and redirect URI are trusted, only the person
//! hears what is wrong (ruling 5).

use connect_core::domain::app::Profile;
use connect_core::domain::standing::Clause;
use connect_core::protocol::scope::{self, Scope};

use super::app::App;
use super::message::{Message, Params};
use super::rule::{Checked, Foreseen, on_page, refused, sent_back, sent_back_with_code};
use super::{ONCE, Situation, flawed, uris};

/// Scopes for which a first-party app needs no consent (ruling 26).
const FREE: [&str; 4] = ["openid", "profile", "email", "read:account"];
/// How long a browser stays signed in, in milliseconds (CONTRACT.md).
const SIGNED_IN_MS: i64 = 12 * 60 * 60 * 1000;

const REDIRECTED: Clause = Clause::standard("RFC 6749 §4.1.2.1");
const SECURITY: Clause = Clause::documented("/connect/security");

/// What will come of it; none when a person's session decides that can't be seen from here.
pub(super) fn judge(message: &Message<'_>, now: &Situation<'_>) -> Option<Foreseen> {
    let params = match message.method() {
        "POST" => message.in_body(),
        _ => message.in_query(),
    };
    let app = match trusted(message, &params, now) {
        Ok(app) => app,
        Err(stopped) => return Some(*stopped),
    };
    if let Err(stopped) = accepted(&params, &app, now) {
        return Some(*stopped);
    }
    answer(message, &params, &app, now)
}

/// Client and redirect URI.
fn trusted<'k>(message: &Message<'_>, params: &Params, now: &Situation<'k>) -> Checked<App<'k>> {
    let accept = message.header("accept").unwrap_or_default();
    let reads_json = accept.contains("application/json") && !accept.contains("text/html");
    let told = |error: &str, clause: Clause, because: String| {
        let told = if reads_json { refused } else { on_page };
        told(400, error, clause, because)
    };
    for name in ["client_id", "redirect_uri"] {
        if params.is_repeated(name) {
            let because = format!("`{name}` came twice: which of the two is meant can't be told.");
            return told("invalid_request", ONCE, because).stop();
        }
    }
    let Some(client_id) = params.get("client_id") else {
        let because = "Without `client_id` nobody knows which app asks.".to_owned();
        return told("invalid_request", REDIRECTED, because).stop();
    };
    let Some(app) = App::find(client_id, now.session, now.known) else {
        let because = "No app with this client_id is registered, so there is nobody to send the browser back to.";
        return told("invalid_client", REDIRECTED, because.to_owned()).stop();
    };
    if !app.enabled {
        let clause =
            Clause::assumed("OAuth client object, `enabled`: what false does is not stated");
        return told(
            "unauthorized_client",
            clause,
            "The app is switched off.".to_owned(),
        )
        .stop();
    }
    if app.is_machine() {
        let clause = Clause::documented("/connect/errors unauthorized_client");
        let because = "A machine signs nobody in.".to_owned();
        return told("unauthorized_client", clause, because).stop();
    }
    let clause = Clause::documented("/connect/security");
    let Some(uri) = params.get("redirect_uri") else {
        let because =
            "Without `redirect_uri` there is no way back, even if only one is registered.";
        return told("invalid_request", clause, because.to_owned()).stop();
    };
    if !uris::is_registered(app.redirect_uris, uri, app.kind) {
        let because = uris::why_not(app.redirect_uris, uri);
        return told("invalid_request", clause, because).stop();
    }
    Ok(app)
}

/// Everything the app is told by redirect.
fn accepted(params: &Params, app: &App<'_>, now: &Situation<'_>) -> Checked {
    if let Some(flaw) = &params.flaw {
        return sent_back("invalid_request", ONCE, flawed(flaw)).stop();
    }
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
    ] {
        if params.get(name).is_some() {
            let clause = Clause::standard("OpenID Connect Core §3.1.2.6, §6");
            let because = format!("`{name}` is not read here; parameters stand in the URL.");
            return sent_back(error, clause, because).stop();
        }
    }
    match params.get("response_type") {
        Some("code") => {}
        None => {
            return sent_back("invalid_request", REDIRECTED, "`response_type` is missing.").stop();
        }
        Some(_) => {
            let clause = Clause::documented("/reference/errors unsupported_response_type");
            let because = "There is only the code flow: `response_type=code`.";
            return sent_back("unsupported_response_type", clause, because).stop();
        }
    }
    if params.get("state").is_none() {
        let because =
            "`state` is required on every call: it ties the callback to the browser that began.";
        return sent_back("invalid_request", SECURITY, because).stop();
    }
    challenge(params)?;
    scopes(params, app)?;
    let asks_openid = names(params).any(|name| name == "openid");
    if now.known.rules.profile == Profile::Strict && asks_openid && params.get("nonce").is_none() {
        let clause = Clause::documented("/connect/security; profile strict");
        let because =
            "`openid` without `nonce`: the profile strict takes the security page at its word.";
        return sent_back("invalid_request", clause, because).stop();
    }
    prompt(params)
}

fn challenge(params: &Params) -> Checked {
    let clause = Clause::documented("/connect/security; RFC 7636 §4.4.1");
    let Some(challenge) = params.get("code_challenge") else {
        let because = "PKCE is required of every app, with a secret or without.";
        return sent_back("invalid_request", clause, because).stop();
    };
    if params.get("code_challenge_method") != Some("S256") {
        let because = match params.get("code_challenge_method") {
            None => "No method means `plain` (RFC 7636 §4.3), and only S256 is taken.",
            Some(_) => "Only S256 is taken; `plain` shows the verifier to whoever sees the URL.",
        };
        return sent_back("invalid_request", clause, because).stop();
    }
    if !super::code::has_pkce_form(challenge) {
        let clause = Clause::standard("RFC 7636 §4.2");
        let because =
            "A challenge has 43 to 128 characters of A-Z, a-z, 0-9, `-`, `.`, `_` and `~`.";
        return sent_back("invalid_request", clause, because).stop();
    }
    Ok(())
}

fn scopes(params: &Params, app: &App<'_>) -> Checked {
    let no = |clause: Clause, because: String| sent_back("invalid_scope", clause, because).stop();
    let errors = Clause::documented("/connect/errors invalid_scope");
    let mut asked: Vec<&'static Scope> = Vec::new();
    for name in names(params) {
        match scope::find(name) {
            Some(scope) => asked.push(scope),
            None => return no(errors, "One of the scopes does not exist.".to_owned()),
        }
    }
    if asked.is_empty() {
        let clause = Clause::standard("RFC 6749 §3.3");
        return no(
            clause,
            "No scope is asked for, and there is no default.".to_owned(),
        );
    }
    if let Some(machine) = asked.iter().find(|scope| scope.machine_only) {
        let clause = Clause::documented("/connect/scopes: admin scopes never go to third parties");
        return no(
            clause,
            format!("`{}` is for machines; no person can give it.", machine.name),
        );
    }
    let over = app.scopes.and_then(|allowed| {
        let mut asked = asked.iter();
        asked.find(|scope| !allowed.iter().any(|it| it == scope.name))
    });
    if let Some(over) = over {
        let clause =
            Clause::assumed("allowed_scopes of the registration; the error code is not stated");
        let because = format!(
            "`{}` is not among the scopes this app is registered with.",
            over.name
        );
        return no(clause, because);
    }
    if let Some(phi) = asked.iter().find(|scope| scope.phi && !app.baa_signed) {
        let clause = Clause::documented("partner app guide, step 6");
        let because = format!(
            "`{}` opens health data, and the app has no signed BAA.",
            phi.name
        );
        return no(clause, because);
    }
    Ok(())
}

/// The scopes asked for, as sent.
fn names(params: &Params) -> impl Iterator<Item = &str> {
    words(params.get("scope"))
}

fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    let words = list.unwrap_or_default().split(' ');
    words.filter(|word| !word.is_empty())
}

fn prompts(params: &Params) -> Vec<&str> {
    words(params.get("prompt")).collect()
}

fn prompt(params: &Params) -> Checked {
    let clause = Clause::standard("OpenID Connect Core §3.1.2.1");
    let words = prompts(params);
    let known = ["none", "login", "consent", "select_account"];
    if words.iter().any(|word| !known.contains(word)) {
        let because = "`prompt` has a value that does not exist.";
        return sent_back("invalid_request", clause, because).stop();
    }
    if words.len() > 1 && words.contains(&"none") {
        let because = "`prompt=none` stands alone or not at all.";
        return sent_back("invalid_request", clause, because).stop();
    }
    match params.get("max_age") {
        Some(age) if age.parse::<u32>().is_err() => {
            let because = "`max_age` is a whole number of seconds.";
            sent_back("invalid_request", clause, because).stop()
        }
        _ => Ok(()),
    }
}

/// What a request that passed comes to.
fn answer(
    message: &Message<'_>,
    params: &Params,
    app: &App<'_>,
    now: &Situation<'_>,
) -> Option<Foreseen> {
    let flow = Clause::documented("/connect/authorization-flow; RFC 6749 §4.1.2");
    if now.known.rules.auto_approve {
        // Whom it names can't be seen from here.
        if params.get("login_hint").is_some() {
            return None;
        }
        let clause = Clause::assumed("auto-approve is the sandbox's own");
        let because = "The request is in order, and auto-approve allows everything without asking.";
        return Some(sent_back_with_code(clause, because));
    }
    if prompts(params) == ["none"] {
        return silent(message, params, app, now);
    }
    let unasked = app.first_party
        && !prompts(params).contains(&"consent")
        && names(params).all(|name| FREE.contains(&name));
    if !now.session.setup.allow && !unasked {
        let clause = Clause::documented("/reference/errors access_denied");
        let because = "The request is in order, and the person says no.";
        return Some(sent_back("access_denied", clause, because).effect("nothing is issued"));
    }
    let because = "The request is in order: the person signs in and allows it.";
    let mut good = sent_back_with_code(flow, because).effect("the code works once, for 60 seconds");
    if names(params).any(|name| name == "openid") && params.get("nonce").is_none() {
        good = good.effect("a finding: `openid` was asked for without a `nonce`");
    }
    Some(good)
}

/// `prompt=none`: nobody is asked anything.
fn silent(
    message: &Message<'_>,
    params: &Params,
    app: &App<'_>,
    now: &Situation<'_>,
) -> Option<Foreseen> {
    let clause = Clause::standard("OpenID Connect Core §3.1.2.6");
    let has_cookie = !now.session.facts.cookies.is_empty() || message.header("cookie").is_some();
    if !has_cookie {
        let because =
            "`prompt=none` forbids a sign-in page, and nobody is signed in in this browser.";
        return Some(sent_back("login_required", clause, because));
    }
    // Signed in since the last time somebody went through the pages, as far as can be seen from here.
    let codes = now.session.credentials.iter();
    let last = codes
        .filter_map(|it| it.expires_at.filter(|_| it.redirect_uri.is_some()))
        .max()?;
    let now_at = now.known.server_now();
    if now_at.millis_since(last) >= SIGNED_IN_MS || params.get("max_age").is_some() {
        return None;
    }
    if app.first_party && names(params).all(|name| FREE.contains(&name)) {
        let clause = Clause::documented("/getting-started/first-party-app");
        let because = "One of Loop's own apps asks for nothing that needs consent.";
        return Some(sent_back_with_code(clause, because));
    }
    let because = "`prompt=none` forbids a consent page, and third-party apps always need one.";
    Some(sent_back("consent_required", clause, because))
}
