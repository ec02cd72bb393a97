//! What an app can conclude from an answer on how its credentials stand.

use std::time::Duration;

use serde_json::{Value, json};

use super::endpoint::{self, Endpoint, Place};
use super::message::Message;
use super::rate;
use super::refresh::LIFE as REFRESH_LIFE;
use super::rule::Change;
use crate::known::Known;
use crate::plan::Request;
use crate::session::{
    Answered, By, Cause, Credential, CredentialKind, CredentialState, Ending, Session,
};

/// Life of an access token where the answer does not say (/connect/tokens).
const ACCESS_LIFE: Duration = Duration::from_hours(1);

/// What stands for the access token of an answer that is only foreseen.
pub(crate) const UNKNOWN_ACCESS: &str = "\0access";

/// Draws the consequences of a request that was sent and its answer. `known` is of the moment of the answer; `family` is
/// the number of the walk through the consent pages that tokens without a known origin belong to.
pub fn settle(
    session: &mut Session,
    request: &Request,
    answered: &Answered,
    body: Option<&Value>,
    known: &Known,
    family: u32,
) {
    // Whether there was room for it, the answer tells.
    if rate::is_rate_limited(answered) {
        return;
    }
    accept(session, request, answered, body);
    let foreseen = rate::with_limit(None, request, session, known);
    let granted = Granted::read(session, request, answered, body);
    let as_foreseen = foreseen.filter(|it| it.prediction.expected == *answered);
    match (&as_foreseen, &granted) {
        (Some(foreseen), _) => apply(session, &foreseen.changes, known),
        // Tokens came, whatever was foreseen: what gave them is spent.
        (None, Some(granted)) => apply(session, &granted.spent(), known),
        (None, None) => {}
    }
    if let Some(granted) = granted {
        granted.keep(session, known, family);
    }
}

/// What was taken works: that settles it where an unanswered request had left it open.
fn accept(session: &mut Session, request: &Request, answered: &Answered, body: Option<&Value>) {
    let is_good = answered.status.is_some_and(|it| (200..300).contains(&it));
    if !is_good || answered.error.is_some() {
        return;
    }
    let bearer = request.header("Authorization");
    let bearer = bearer.and_then(|it| it.strip_prefix("Bearer "));
    let is_active = body.and_then(|it| it.get("active")?.as_bool()) == Some(true);
    let introspected = request.field("token").filter(|_| is_active);
    for credential in &mut session.credentials {
        let value = Some(&*credential.value);
        if credential.state == CredentialState::Unsure
            && (value == bearer || value == introspected.as_deref())
        {
            credential.state = CredentialState::Active;
        }
    }
}

/// Makes changes to what the session thinks of its credentials. Only what works, or may work, can end.
fn apply(session: &mut Session, changes: &[Change], known: &Known) {
    let run = session.runs.last().map(|run| run.number);
    for change in changes {
        for credential in &mut session.credentials {
            if !matches!(
                credential.state,
                CredentialState::Active | CredentialState::Unsure
            ) {
                continue;
            }
            if let Some((state, cause)) = ended(credential, change) {
                credential.state = state;
                credential.ended = cause.map(|cause| Ending {
                    cause,
                    at: Some(known.server_now()),
                    run,
                    by: By::ThisWalk,
                });
            }
        }
    }
}

fn ended(credential: &Credential, change: &Change) -> Option<(CredentialState, Option<Cause>)> {
    let is = |value: &str| credential.value == value;
    let revoked = |cause: &Cause| (CredentialState::Revoked, Some(*cause));
    let (ends, state) = match change {
        Change::Used(value) => (is(value), (CredentialState::Used, None)),
        Change::Rotated(value) => (is(value), (CredentialState::Rotated, None)),
        Change::Replaced(value) => (is(value), (CredentialState::Replaced, None)),
        Change::Revoked(value, cause) => (is(value), revoked(cause)),
        Change::NewestReplaced(client_id) => (
            credential.kind == CredentialKind::RefreshToken && credential.client_id == *client_id,
            (CredentialState::Replaced, None),
        ),
        // The code that a family began with is no member of it.
        Change::FamilyRevoked(family, cause) => (
            credential.kind != CredentialKind::Code && credential.family == *family,
            revoked(cause),
        ),
        Change::GrantRevoked(client_id, cause) => {
            (credential.client_id == *client_id, revoked(cause))
        }
    };
    ends.then_some(state)
}

/// Tokens that were given.
struct Granted {
    client_id: String,
    /// The code or refresh token that was sent.
    presented: Option<Credential>,
    is_refresh: bool,
    access: Option<String>,
    refresh: Option<String>,
    expires_in: Option<Duration>,
    scopes: Vec<String>,
}

impl Granted {
    fn read(
        session: &Session,
        request: &Request,
        answered: &Answered,
        body: Option<&Value>,
    ) -> Option<Self> {
        let message = Message::to(&session.target.base_url, request)?;
        let place = endpoint::place(&message, session);
        let is_token = place == Place::At(Endpoint::Token) && answered.status == Some(200);
        if !is_token || answered.error.is_some() {
            return None;
        }
        let params = message.in_body();
        let is_refresh = params.get("grant_type") == Some("refresh_token");
        let value = params.get(if is_refresh { "refresh_token" } else { "code" });
        let mut credentials = session.credentials.iter();
        let presented = credentials.find(|it| Some(&*it.value) == value).cloned();
        // An answer that is only foreseen gives tokens that nobody knows yet; what comes after them counts with them.
        let scope = match (params.get("scope"), &presented) {
            (Some(scope), _) if is_refresh => scope.to_owned(),
            (_, Some(presented)) => presented.scopes.join(" "),
            (_, None) => String::new(),
        };
        let unknown =
            json!({ "access_token": UNKNOWN_ACCESS, "refresh_token": "\0refresh", "scope": scope });
        let body = body.unwrap_or(&unknown);
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let client_id = match (&presented, params.get("client_id")) {
            (Some(presented), _) => presented.client_id.clone(),
            (None, Some(client_id)) => client_id.to_owned(),
            (None, None) => session.setup.client_id.clone(),
        };
        Some(Self {
            client_id,
            presented,
            is_refresh,
            access: text("access_token"),
            refresh: text("refresh_token"),
            expires_in: body
                .get("expires_in")
                .and_then(Value::as_u64)
                .map(Duration::from_secs),
            scopes: scopes(&text("scope").unwrap_or_default()),
        })
    }

    /// What gave these tokens is spent.
    fn spent(&self) -> Vec<Change> {
        match &self.presented {
            Some(token) if self.is_refresh => vec![Change::Rotated(token.value.clone())],
            Some(code) => vec![
                Change::Used(code.value.clone()),
                Change::NewestReplaced(self.client_id.clone()),
            ],
            None if self.is_refresh => Vec::new(),
            None => vec![Change::NewestReplaced(self.client_id.clone())],
        }
    }

    fn keep(self, session: &mut Session, known: &Known, family: u32) {
        let now = known.server_now();
        let presented = self.presented.as_ref();
        let family = presented.map_or(family, |it| it.family);
        // A narrowed refresh narrows the access token alone.
        let of_refresh = match presented {
            Some(token) if self.is_refresh => token.scopes.clone(),
            _ => self.scopes.clone(),
        };
        let tokens = [
            (
                self.access,
                CredentialKind::AccessToken,
                self.scopes,
                self.expires_in.unwrap_or(ACCESS_LIFE),
            ),
            (
                self.refresh,
                CredentialKind::RefreshToken,
                of_refresh,
                REFRESH_LIFE,
            ),
        ];
        let given = session.runs.last().map(|run| run.step);
        for (value, kind, scopes, life) in tokens {
            let Some(value) = value else { continue };
            session.credentials.push(Credential {
                value,
                kind,
                client_id: self.client_id.clone(),
                state: CredentialState::Active,
                redirect_uri: None,
                challenge: None,
                scopes,
                expires_at: Some(now.plus(life)),
                family,
                given,
                ended: None,
            });
        }
    }
}

fn scopes(text: &str) -> Vec<String> {
    text.split(' ')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
