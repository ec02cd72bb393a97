//! `/interactions/{id}`: sign-in and consent. One page at a time, without script; each form is tied to the browser by a
//! token and its `Origin`.

mod error;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use connect_core::domain::actor::Actor;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::refusal::Refusal;
use connect_core::id::{InteractionId, UserId};
use connect_core::protocol::form::Params;
use connect_core::protocol::scope::ScopeSet;
use connect_store::clients::ClientRecord;
use connect_store::grants::{self, GrantFilter};
use connect_store::interactions::{self, Interaction};
use connect_store::{StoreError, people};
use http::{StatusCode, header};
use serde_json::json;

use crate::Identity;
use crate::authorize::{self, AuthorizationRequest, app_view, see_other};
use crate::call::{Call, Failure, server_error};
use crate::pages::{
    Consent, FormRefused, InteractionOver, Outcome, Page as _, PersonaView, ScopeView, ServerFault,
    SignIn, SignInReason,
};
use crate::session::{self, Session};

/// An interaction that can still be answered, with what its pages need.
struct Open {
    interaction: Interaction,
    request: AuthorizationRequest,
    record: Arc<ClientRecord>,
    session: Session,
}

/// What ends in a page.
enum Ended {
    Over(
        Outcome,
        Option<Arc<ClientRecord>>,
        Option<AuthorizationRequest>,
    ),
    Refused(Refusal),
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Shows the page whose turn it is.
pub(crate) async fn get(
    State(identity): State<Arc<Identity>>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("interaction_page");
    let id = InteractionId::from_text(id);
    match show(&identity, &call, &id).await {
        Ok(response) => response,
        Err(ended) => ended_page(&call, ended),
    }
}

/// Takes a form: `user_id` signs in, `decision` answers, `switch` signs out.
pub(crate) async fn post(
    State(identity): State<Arc<Identity>>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("interaction_form");
    let id = InteractionId::from_text(id);
    match answer(&identity, &call, &id).await {
        Ok(response) => response,
        Err(ended) => ended_page(&call, ended),
    }
}

async fn open(identity: &Identity, call: &Call, id: &InteractionId) -> Result<Open, Ended> {
    let found = interactions::get(&mut *identity.world.read().await?, id).await?;
    let Some(interaction) = found else {
        return Err(Ended::Over(Outcome::Unknown, None, None));
    };
    call.trace(&interaction.trace, Some(interaction.started_by));
    call.exchange
        .note(|notes| notes.client = Some(interaction.client_id.clone()));
    let request: Option<AuthorizationRequest> =
        serde_json::from_value(interaction.request.clone()).ok();
    let record = identity.world.client(&interaction.client_id).await?;
    let over = |outcome| Ended::Over(outcome, record.clone(), request.clone());
    match interaction.outcome.as_deref() {
        None => {}
        Some("denied") => return Err(over(Outcome::Denied)),
        Some("allowed") => return Err(over(Outcome::Allowed)),
        Some(_) => return Err(over(Outcome::Expired)),
    }
    if interaction.expires_at <= identity.env.now() {
        return Err(over(Outcome::Expired));
    }
    let (Some(record), Some(request)) = (record.clone(), request.clone()) else {
        return Err(over(Outcome::Unknown));
    };
    if !record.client.enabled {
        return Err(Ended::Refused(error::disabled(&record)));
    }
    let session = session::find(identity, call).await?;
    match session {
        Some(session) if session.credential.hash.matches(&interaction.session) => {
            call.passed("interaction_of_this_browser");
            Ok(Open {
                interaction,
                request,
                record,
                session,
            })
        }
        other => Err(Ended::Refused(error::foreign_browser(other.is_some()))),
    }
}

async fn show(identity: &Identity, call: &Call, id: &InteractionId) -> Result<Response, Ended> {
    let open = open(identity, call, id).await?;
    let now = identity.env.now();
    let person = match open.session.user() {
        Some(user) if open.request.usable_session(&open.session, now) => {
            identity.world.person(user).await?
        }
        _ => None,
    };
    match person {
        Some(person) => consent_page(identity, &open, &person).await,
        None => sign_in_page(identity, call, &open).await,
    }
}

async fn sign_in_page(identity: &Identity, call: &Call, open: &Open) -> Result<Response, Ended> {
    let everyone = people::list(&mut *identity.world.read().await?).await?;
    let reason = if call.parts.uri.query() == Some("another") {
        SignInReason::AnotherAccount
    } else if open.session.user().is_none() {
        SignInReason::NobodySignedIn
    } else if open.request.prompts("login") {
        SignInReason::AppAskedAgain
    } else if open.request.max_age.is_some() {
        SignInReason::SignInTooOld
    } else {
        SignInReason::AnotherAccount
    };
    let action = format!("/interactions/{}", open.interaction.id);
    let page = SignIn {
        app: app_view(&open.record),
        personas: everyone.iter().map(persona_view).collect(),
        login_hint: open.request.login_hint.clone(),
        signed_in: open.session.user().map(ToString::to_string),
        reason,
        consent_follows: !open.request.skips_consent(&open.record),
        redirect_uri: open.request.redirect_uri.clone(),
        csrf: session::csrf(&open.session.value, &open.interaction.id)
            .expose()
            .to_owned(),
        cancel_action: Some(action.clone()),
        action,
        trace_id: Some(open.interaction.trace.to_string()),
    };
    Ok(page.response(StatusCode::OK).map(Into::into))
}

async fn consent_page(
    identity: &Identity,
    open: &Open,
    person: &connect_core::domain::app::Person,
) -> Result<Response, Ended> {
    let filter = GrantFilter {
        user_id: Some(person.id.clone()),
        client_id: Some(open.record.client.id.clone()),
        with_revoked: false,
    };
    let granted = grants::list(&mut *identity.world.read().await?, &filter).await?;
    let granted = granted
        .into_iter()
        .next()
        .map(|grant| grant.scope)
        .unwrap_or_default();
    let action = format!("/interactions/{}", open.interaction.id);
    let page = Consent {
        app: app_view(&open.record),
        person: persona_view(person),
        scopes: ScopeView::list(&ScopeSet::from_stored(&open.request.scope), &granted),
        redirect_uri: open.request.redirect_uri.clone(),
        csrf: session::csrf(&open.session.value, &open.interaction.id)
            .expose()
            .to_owned(),
        switch_action: format!("{action}/another"),
        action,
        trace_id: Some(open.interaction.trace.to_string()),
    };
    Ok(page.response(StatusCode::OK).map(Into::into))
}

/// "Use another account": signs this browser out and shows the choice.
pub(crate) async fn another(
    State(identity): State<Arc<Identity>>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("interaction_form");
    let id = InteractionId::from_text(id);
    match switch(&identity, &call, &id).await {
        Ok(response) => response,
        Err(ended) => ended_page(&call, ended),
    }
}

async fn switch(identity: &Identity, call: &Call, id: &InteractionId) -> Result<Response, Ended> {
    let (open, _) = form(identity, call, id).await?;
    let origin = call.origin(
        Actor::System,
        open.interaction.trace.clone(),
        Some(open.interaction.started_by),
    );
    session::end(identity, &origin, &open.session).await?;
    rebound(identity, call, &open, &origin, None).await
}

/// Gives the browser a new session, ties the interaction to it, and shows the page whose turn it is.
async fn rebound(
    identity: &Identity,
    call: &Call,
    open: &Open,
    origin: &Origin,
    user: Option<&UserId>,
) -> Result<Response, Ended> {
    let session = session::start(identity, call, origin, user, Some(&open.session)).await?;
    let mut response = see_other(&format!("/interactions/{}", open.interaction.id));
    response
        .headers_mut()
        .append(header::SET_COOKIE, session::set_cookie(identity, &session));
    Ok(response)
}

/// The checks of every form.
async fn form(
    identity: &Identity,
    call: &Call,
    id: &InteractionId,
) -> Result<(Open, Params), Ended> {
    let open = open(identity, call, id).await?;
    let own = call.issuer();
    let origin = call.header(header::ORIGIN);
    call.check(
        "form_from_our_page",
        if origin.is_none_or(|origin| origin == own) {
            Ok(())
        } else {
            Err(error::foreign_form())
        },
    )
    .map_err(Ended::Refused)?;
    let params = call.form().map_err(Ended::Refused)?;
    let sent = params.get("csrf").unwrap_or("");
    let matches = session::csrf_matches(sent, &open.session.value, &open.interaction.id);
    call.check(
        "csrf_matches",
        if matches {
            Ok(())
        } else {
            Err(error::wrong_csrf(sent.is_empty()))
        },
    )
    .map_err(Ended::Refused)?;
    Ok((open, params))
}

async fn answer(identity: &Identity, call: &Call, id: &InteractionId) -> Result<Response, Ended> {
    let (open, params) = form(identity, call, id).await?;
    let origin = call.origin(
        Actor::System,
        open.interaction.trace.clone(),
        Some(open.interaction.started_by),
    );
    if params.get("decision") == Some("deny") {
        return denied(identity, call, open, origin).await;
    }
    if let Some(user) = params.get("user_id") {
        let user = UserId::from_text(user);
        let Some(person) = identity.world.person(&user).await? else {
            return Err(Ended::Refused(error::no_such_person()));
        };
        call.exchange
            .note(|notes| notes.user = Some(person.id.clone()));
        if open.request.skips_consent(&open.record) {
            let session =
                session::start(identity, call, &origin, Some(&user), Some(&open.session)).await?;
            let auth_time = session.auth_time();
            let mut response = allowed(identity, call, &open, &person, auth_time, origin).await?;
            response
                .headers_mut()
                .append(header::SET_COOKIE, session::set_cookie(identity, &session));
            return Ok(response);
        }
        return rebound(identity, call, &open, &origin, Some(&user)).await;
    }
    if params.get("decision") == Some("allow") {
        let now = identity.env.now();
        let person = match open.session.user() {
            Some(user) if open.request.usable_session(&open.session, now) => {
                identity.world.person(user).await?
            }
            _ => None,
        };
        // Signed out in another tab, or too old by now: the sign-in page takes over.
        let Some(person) = person else {
            return Ok(see_other(&format!("/interactions/{id}")));
        };
        let auth_time = open.session.auth_time();
        return allowed(identity, call, &open, &person, auth_time, origin).await;
    }
    Err(Ended::Refused(error::no_answer()))
}

async fn allowed(
    identity: &Identity,
    call: &Call,
    open: &Open,
    person: &connect_core::domain::app::Person,
    auth_time: connect_core::Timestamp,
    origin: Origin,
) -> Result<Response, Ended> {
    if let Err(refusal) = open.request.still_allowed(call, &open.record) {
        finish(identity, open, "failed").await?;
        let response = open.request.redirect_refusal(&refusal);
        call.exchange.note(|notes| notes.refusal = Some(refusal));
        return Ok(response);
    }
    finish(identity, open, "allowed").await?;
    Ok(authorize::allow(
        identity,
        call,
        &open.request,
        person,
        auth_time,
        origin,
        false,
    )
    .await?)
}

async fn denied(
    identity: &Identity,
    call: &Call,
    open: Open,
    origin: Origin,
) -> Result<Response, Ended> {
    finish(identity, &open, "denied").await?;
    let user = open.session.user().cloned();
    let origin = Origin {
        actor: user.clone().map_or(Actor::System, Actor::User),
        ..origin
    };
    let (id, client) = (open.interaction.id.clone(), open.record.client.id.clone());
    identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                let detail = json!({ "client_id": client, "user_id": user });
                tx.journal(&origin, Kind::AuthorizationDenied, id.as_str(), &detail);
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(authorize::deny(call, &open.request))
}

/// Ends the interaction, once.
async fn finish(identity: &Identity, open: &Open, outcome: &'static str) -> Result<(), Ended> {
    let id = open.interaction.id.clone();
    let first = identity
        .world
        .write(move |tx| Box::pin(async move { interactions::finish(tx, &id, outcome).await }))
        .await?;
    if first {
        return Ok(());
    }
    let now = interactions::get(&mut *identity.world.read().await?, &open.interaction.id).await?;
    let outcome = match now.and_then(|interaction| interaction.outcome).as_deref() {
        Some("denied") => Outcome::Denied,
        _ => Outcome::Allowed,
    };
    Err(Ended::Over(
        outcome,
        Some(Arc::clone(&open.record)),
        Some(open.request.clone()),
    ))
}

fn persona_view(person: &connect_core::domain::app::Person) -> PersonaView {
    PersonaView {
        user_id: person.id.to_string(),
        name: person.name.clone(),
        email: person.email.clone(),
        brand: person.brand_id.clone(),
        description: person.description.clone(),
    }
}

fn ended_page(call: &Call, ended: Ended) -> Response {
    let exchange_id = call.exchange.id().to_string();
    let trace_id = call
        .exchange
        .note(|notes| notes.trace.as_ref().map(ToString::to_string));
    match ended {
        Ended::Over(outcome, record, request) => {
            let page = InteractionOver {
                outcome,
                app: record.as_deref().map(app_view),
                redirect_uri: request.map(|request| request.redirect_uri),
                trace_id,
            };
            let status = if outcome == Outcome::Unknown {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::GONE
            };
            page.response(status).map(Into::into)
        }
        Ended::Failed(Failure::Refused(refused)) => {
            ended_page(call, Ended::Refused(refused.refusal))
        }
        Ended::Refused(refusal) => {
            let page = FormRefused {
                check: refusal.check.to_owned(),
                reason: format!(
                    "Expected {}; got {}. {}",
                    refusal.expected, refusal.received, refusal.fix
                ),
                exchange_id,
                trace_id,
            };
            let status =
                StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::FORBIDDEN);
            call.exchange.note(|notes| notes.refusal = Some(refusal));
            page.response(status).map(Into::into)
        }
        Ended::Failed(Failure::Broken(error)) => {
            let refusal = server_error(call, &*error);
            call.exchange.note(|notes| notes.refusal = Some(refusal));
            ServerFault {
                exchange_id,
                trace_id,
            }
            .response(StatusCode::INTERNAL_SERVER_ERROR)
            .map(Into::into)
        }
    }
}
