//! `GET` and `POST /v1/oauth/authorize` (facts.md §3, rulings 5 and 6).
//!
//! Until client and redirect URI are trusted, a refusal is a page for the person in front of the browser. After that it
//! goes to the redirect URI.

mod error;
mod request;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::Person;
use connect_core::domain::credential::{CredentialDetail, CredentialKind};
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::refusal::{Refusal, wire_text};
use connect_core::domain::standing::Clause;
use connect_core::id::{InteractionId, TraceId};
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::Params;
use connect_core::protocol::scope::ScopeSet;
use connect_store::clients::ClientRecord;
use connect_store::interactions::{self, Interaction};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::Identity;
use crate::call::{Call, Failure};
use crate::issue::{IssueCode, Minted};
use crate::pages::{AppView, Comparison, Page as _, RefusalPage};
use crate::session::{self, Session};
pub(crate) use request::AuthorizationRequest;
use request::Trusted;

/// How long a person may take on the pages (assumed), in sandbox time.
const INTERACTION_LIFETIME: std::time::Duration = std::time::Duration::from_mins(30);

/// The parameters in the query.
pub(crate) async fn get(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("authorize");
    start(
        &identity,
        &call,
        call.parts.uri.query().unwrap_or("").as_bytes(),
    )
    .await
}

/// The parameters in a form body (OpenID Connect Core §3.1.2.1).
pub(crate) async fn post(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("authorize");
    start(&identity, &call, &call.body).await
}

async fn start(identity: &Identity, call: &Call, sent: &[u8]) -> Response {
    let trace: TraceId = identity.env.id();
    call.trace(&trace, None);
    let (params, verdict) = Params::parse(sent);
    let once = verdict.map_err(|error| crate::call::malformed(&error));
    let trusted = match request::trust(identity, call, &params, sent).await {
        Ok(trusted) => trusted,
        Err(untrusted) => return untrusted.page(call, &trace),
    };
    match proceed(identity, call, &params, once, &trusted, trace).await {
        Ok(response) => response,
        Err(failure) => trusted.redirect_error(call, failure.into_refused(call).refusal),
    }
}

/// Everything after the redirect URI is trusted.
async fn proceed(
    identity: &Identity,
    call: &Call,
    params: &Params,
    once: Result<(), Refusal>,
    trusted: &Trusted,
    trace: TraceId,
) -> Result<Response, Failure> {
    call.check("parameters_once", once)?;
    let request = request::accept(identity, call, params, trusted)?;
    let origin = call.origin(
        Actor::Client(request.client_id.clone()),
        trace.clone(),
        None,
    );
    let session = session::find(identity, call).await?;
    let settings = identity.settings.get();
    if let Some(email) = &settings.auto_approve {
        let person = automatic(identity, call, &request, email).await?;
        let now = identity.env.now();
        return allow(identity, call, &request, &person, now, origin, true).await;
    }
    let signed_in = match &session {
        Some(session) => request.usable_session(session, identity.env.now()),
        None => false,
    };
    if request.prompts("none") {
        let person = match (&session, signed_in) {
            (Some(session), true) => match session.user() {
                Some(user) => identity.world.person(user).await?,
                None => None,
            },
            _ => None,
        };
        let person = call.check("signed_in", person.ok_or_else(error::login_required))?;
        call.check(
            "consent_not_needed",
            if request.skips_consent(&trusted.record) {
                Ok(())
            } else {
                Err(error::consent_required(&trusted.record))
            },
        )?;
        let auth_time = session
            .as_ref()
            .map_or(origin.at.sandbox, Session::auth_time);
        return allow(identity, call, &request, &person, auth_time, origin, true).await;
    }
    let (session, fresh) = match session {
        Some(session) => (session, false),
        None => (
            session::start(identity, call, &origin, None, None).await?,
            true,
        ),
    };
    let id: InteractionId = identity.env.id();
    let interaction = Interaction {
        id: id.clone(),
        request: serde_json::to_value(&request)
            .map_err(|error| Failure::Broken(Box::new(error)))?,
        client_id: request.client_id.clone(),
        session: session.credential.hash,
        outcome: None,
        trace,
        started_by: Seq(0),
        created_at: origin.at.sandbox,
        expires_at: origin.at.sandbox.plus(INTERACTION_LIFETIME),
    };
    identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                let detail = json!({ "client_id": interaction.client_id, "scope": interaction.request["scope"] });
                let started_by = tx.journal(&origin, Kind::AuthorizationStarted, interaction.id.as_str(), &detail);
                interactions::insert(tx, &Interaction { started_by, ..interaction }).await
            })
        })
        .await?;
    let mut response = see_other(&format!("/interactions/{id}"));
    if fresh {
        response
            .headers_mut()
            .append(header::SET_COOKIE, session::set_cookie(identity, &session));
    }
    Ok(response)
}

/// The persona as whom everything is allowed; `login_hint` wins over the setting (ruling 27).
async fn automatic(
    identity: &Identity,
    call: &Call,
    request: &AuthorizationRequest,
    email: &str,
) -> Result<Arc<Person>, Failure> {
    let wanted = request.login_hint.as_deref().unwrap_or(email);
    let person = identity.world.person_by_email(wanted).await?;
    let person = call.check(
        "auto_approve_person_known",
        person.ok_or_else(|| error::no_such_person(wanted)),
    )?;
    call.find(Finding::new(
        "auto_approved",
        format!(
            "Allowed as {} without asking, because auto-approve is on. Production always asks.",
            person.email
        ),
        Clause::assumed("auto-approve is the sandbox's own"),
    ));
    Ok(person)
}

/// Issues the code and sends the browser back to the app. `unasked`: no page was shown.
pub(crate) async fn allow(
    identity: &Identity,
    call: &Call,
    request: &AuthorizationRequest,
    person: &Person,
    auth_time: Timestamp,
    origin: Origin,
    unasked: bool,
) -> Result<Response, Failure> {
    let sealer = identity.vault.sealer().await?;
    let code = Minted::new(&identity.env, &sealer, CredentialKind::Code);
    let value = code.value.clone();
    call.exchange.note(|notes| {
        notes.user = Some(person.id.clone());
        notes.credentials.push(value.hash());
    });
    let unit = IssueCode {
        origin: Origin {
            actor: Actor::User(person.id.clone()),
            ..origin
        },
        user: person.id.clone(),
        client: request.client_id.clone(),
        scope: ScopeSet::from_stored(&request.scope),
        detail: CredentialDetail {
            redirect_uri: Some(request.redirect_uri.clone()),
            code_challenge: Some(request.code_challenge.clone()),
            nonce: request.nonce.clone(),
            issuer: Some(request.issuer.clone()),
            auth_time_ms: Some(auth_time.as_millis()),
            audience: None,
            max_age_asked: request.max_age.is_some(),
        },
        grant: identity.env.id(),
        code,
        unasked,
    };
    let issued = identity.world.ledger(unit).await?;
    call.exchange.note(|notes| notes.grant = Some(issued.grant));
    Ok(request.redirect(&[("code", value.expose())]))
}

/// Denies: the app is told, and nothing is issued.
pub(crate) fn deny(call: &Call, request: &AuthorizationRequest) -> Response {
    let refusal = error::access_denied();
    let response = request.redirect_refusal(&refusal);
    call.exchange.note(|notes| notes.refusal = Some(refusal));
    response
}

/// A redirect within our own pages.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::try_from(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The redirect to an app: `redirect_uri` and parameters, 302 as documented for `access_denied`.
pub(crate) fn redirect_to(redirect_uri: &str, params: &[(&str, &str)]) -> Response {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    let mut response = StatusCode::FOUND.into_response();
    match HeaderValue::try_from(format!("{redirect_uri}{separator}{query}")) {
        Ok(value) => {
            response.headers_mut().insert(header::LOCATION, value);
        }
        // A registered URI holds no control characters, so this does not happen.
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// A refusal that may not be redirected.
struct Untrusted {
    refusal: Refusal,
    record: Option<Arc<ClientRecord>>,
    comparison: Option<Comparison>,
    note: Option<String>,
    title: &'static str,
}

impl Untrusted {
    /// JSON for programs, a page for people (ruling 5).
    fn page(self, call: &Call, trace: &TraceId) -> Response {
        if let Some(record) = &self.record {
            call.exchange
                .note(|notes| notes.client = Some(record.client.id.clone()));
        }
        // An unknown client is 401 where clients authenticate; here nobody does (ruling 5: 400).
        let status = match self.refusal.code {
            ErrorCode::InvalidClient => StatusCode::BAD_REQUEST,
            code => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST),
        };
        if call.wants_json() {
            let mut response = call.refuse(self.refusal);
            *response.status_mut() = status;
            return response;
        }
        let page = RefusalPage {
            title: self.title.to_owned(),
            refusal: self.refusal.clone(),
            comparison: self.comparison,
            note: self.note,
            app: self.record.as_deref().map(app_view),
            exchange_id: call.exchange.id().to_string(),
            trace_id: Some(trace.to_string()),
        };
        call.exchange
            .note(|notes| notes.refusal = Some(self.refusal));
        page.response(status).map(Into::into)
    }
}

impl Trusted {
    /// Tells the app: `error`, `error_description`, `error_uri`, `state`, `iss` (ruling 5).
    fn redirect_error(&self, call: &Call, refusal: Refusal) -> Response {
        let response = redirect_refusal(
            &self.redirect_uri,
            self.state.as_deref(),
            &self.issuer,
            &refusal,
        );
        call.exchange.note(|notes| notes.refusal = Some(refusal));
        response
    }
}

/// The redirect that carries a refusal.
pub(crate) fn redirect_refusal(
    redirect_uri: &str,
    state: Option<&str>,
    issuer: &str,
    refusal: &Refusal,
) -> Response {
    let (description, uri) = (wire_text(&refusal.description), refusal.code.uri());
    let mut params = vec![
        ("error", refusal.code.as_str()),
        ("error_description", &*description),
        ("error_uri", &*uri),
    ];
    params.extend(state.map(|state| ("state", state)));
    params.push(("iss", issuer));
    redirect_to(redirect_uri, &params)
}

/// An app as the pages show it.
pub(crate) fn app_view(record: &ClientRecord) -> AppView {
    let client = &record.client;
    AppView {
        name: client.name.clone(),
        client_id: client.id.to_string(),
        client_uri: client.client_uri.clone(),
        logo_uri: client.logo_uri.clone(),
        is_first_party: client.is_first_party,
    }
}
