//! The app that a request is from, as far as its registration is known, and how it shows who it is (ruling 11).

use base64::Engine as _;
use connect_core::domain::app::{AppType, IDENTITY};
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;

use super::message::{Message, Params};
use super::rate;
use super::rule::{Checked, refused};
use crate::known::{Known, Registration};
use crate::session::Session;

/// What is known of an app: all of it in this sandbox, what the session was told elsewhere.
pub(super) struct App<'k> {
    /// Its client id.
    pub(super) id: String,
    pub(super) kind: AppType,
    pub(super) enabled: bool,
    pub(super) first_party: bool,
    pub(super) baa_signed: bool,
    /// Scopes it may ask for; none when that is not known.
    pub(super) scopes: Option<&'k [String]>,
    pub(super) redirect_uris: &'k [String],
    secrets: Vec<&'k str>,
}

impl<'k> App<'k> {
    /// The app with this client id.
    pub(super) fn find(client_id: &str, session: &'k Session, known: &'k Known) -> Option<Self> {
        if let Some(app) = known.app(client_id) {
            return Some(Self::registered(app));
        }
        let setup = &session.setup;
        (known.apps.is_empty() && setup.client_id == client_id).then(|| Self {
            id: setup.client_id.clone(),
            kind: setup.app_type,
            enabled: true,
            first_party: false,
            baa_signed: true,
            scopes: None,
            redirect_uris: std::slice::from_ref(&setup.redirect_uri),
            secrets: setup.client_secret.as_deref().into_iter().collect(),
        })
    }

    fn registered(app: &'k Registration) -> Self {
        Self {
            id: app.client_id.clone(),
            kind: app.app_type,
            enabled: app.enabled,
            first_party: app.first_party,
            baa_signed: app.baa_signed,
            scopes: Some(&app.scopes),
            redirect_uris: &app.redirect_uris,
            secrets: app.secrets.iter().map(SecretText::expose).collect(),
        }
    }

    /// Whether it signs people in at all.
    pub(super) const fn is_machine(&self) -> bool {
        matches!(self.kind, AppType::M2m)
    }
}

const OAUTH: Clause = Clause::documented("/connect/errors invalid_client");
const ONE_WAY: Clause = Clause::standard("RFC 6749 §2.3");

/// The parameters of a form at token, introspection and revocation: a form body, nothing of OAuth in the URL, nothing
/// twice.
pub(super) fn form(message: &Message<'_>) -> Checked<Params> {
    if !message.is_form() {
        return refused(
            400,
            "invalid_request",
            Clause::documented("/connect/tokens: Content-Type; RFC 6749 §3.2"),
            "The parameters come as application/x-www-form-urlencoded; another content type is not read.",
        )
        .stop();
    }
    let misplaced = message.in_query();
    let misplaced = misplaced.names().find(|name| CREDENTIALS.contains(name));
    if let Some(name) = misplaced {
        return refused(
            400,
            "invalid_request",
            Clause::standard("RFC 6749 §2.3.1"),
            format!(
                "`{name}` stands in the URL, where it would end up in logs; it belongs in the body."
            ),
        )
        .stop();
    }
    let params = message.in_body();
    if let Some(flaw) = &params.flaw {
        return refused(400, "invalid_request", super::ONCE, super::flawed(flaw)).stop();
    }
    Ok(params)
}

/// Parameters that may not stand in a URL.
const CREDENTIALS: [&str; 7] = [
    "client_id",
    "client_secret",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
];

/// Who asks: by the body or by HTTP Basic, never by both (ruling 11).
pub(super) fn authenticated<'k>(
    message: &Message<'_>,
    params: &Params,
    session: &'k Session,
    known: &'k Known,
) -> Checked<App<'k>> {
    let unknown = |because: String| refused(401, "invalid_client", OAUTH, because);
    let headers = message.headers("authorization");
    let in_body = params.get("client_id");
    let (client_id, secret) = match headers.as_slice() {
        [] => {
            let Some(id) = in_body else {
                return unknown("Without `client_id` nobody knows which app asks.".to_owned())
                    .stop();
            };
            (
                id.to_owned(),
                params.get("client_secret").map(str::to_owned),
            )
        }
        [header] => {
            let Some((id, secret)) = basic(header) else {
                return refused(
                    401,
                    "invalid_client",
                    ONE_WAY,
                    "Apps say who they are in the form body or by HTTP Basic; this Authorization header is neither.",
                )
                .stop();
            };
            if params.get("client_secret").is_some() || in_body.is_some_and(|other| other != id) {
                return refused(
                    400,
                    "invalid_request",
                    ONE_WAY,
                    "The app says who it is in two ways at once: in the body and by HTTP Basic.",
                )
                .stop();
            }
            (id, Some(secret).filter(|secret| !secret.is_empty()))
        }
        _ => {
            return refused(
                400,
                "invalid_request",
                ONE_WAY,
                "There is more than one Authorization header.",
            )
            .stop();
        }
    };
    let Some(app) = App::find(&client_id, session, known) else {
        return unknown("No app with this client_id is registered.".to_owned()).stop();
    };
    rate::within(&app.id, IDENTITY, known)?;
    if !app.enabled {
        return refused(
            401,
            "invalid_client",
            Clause::assumed("OAuth client object, `enabled`: what false does is not stated"),
            "The app is switched off, and with it everything it could show.",
        )
        .stop();
    }
    check_secret(&app, secret.as_deref())?;
    Ok(app)
}

fn check_secret(app: &App<'_>, secret: Option<&str>) -> Checked {
    let (clause, because) = match (app.kind.is_confidential(), secret) {
        (true, None) => (
            Clause::documented("/connect/glossary: a confidential client has a secret and PKCE"),
            "A web app keeps a secret and must send it; PKCE does not take its place.",
        ),
        (true, Some(sent)) if !app.secrets.contains(&sent) => {
            (OAUTH, "The client_secret is not one of this app's.")
        }
        (false, Some(_)) => (
            Clause::documented("/connect/security"),
            "A public app has no secret: whatever it sends as one is refused.",
        ),
        _ => return Ok(()),
    };
    refused(401, "invalid_client", clause, because).stop()
}

/// Id and secret of a Basic header, each form-encoded before (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let engine = base64::engine::general_purpose::STANDARD;
    let pair = String::from_utf8(engine.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((unformed(id)?, unformed(secret)?))
}

fn unformed(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}
