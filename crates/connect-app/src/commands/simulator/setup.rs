//! What a walk is about: what was asked for, and what is chosen where nothing was.

mod call;
mod meant;
mod name;

use connect_core::domain::app::{AppType, BaaStatus, Client};
use connect_core::domain::walk::{ClientAuthentication, Consent, Step};
use connect_rpc::simulator as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_simulator::session::{Facts, Session, Setup, Target};

use self::call::{call, parsed};
pub(super) use self::meant::{alike, may_have_meant};
use self::meant::{client, first_person, person};
pub(super) use self::name::name;
use self::name::{LONGEST_NAME, usual_name};
use super::choices::plain_calls;
use super::{sealer, targets};
use crate::App;
use crate::commands::Answer;

/// What a walk asks for unless told, as far as the app may have it.
const USUAL_SCOPES: [&str; 4] = ["openid", "profile", "email", "read:biomarkers"];

/// A session at its first step.
pub(super) async fn new_session(app: &App, request: rpc::StartWalk) -> Answer<Session> {
    let target = match &request.target {
        Some(base_url) => targets::of(app, base_url)?,
        None => Target {
            base_url: app.platform().to_owned(),
            own: true,
        },
    };
    targets::allowed(app, &target).await?;
    let setup = if target.own {
        own(app, None, request.setup).await?
    } else {
        elsewhere(app, &target, None, request.setup).await?
    };
    let named = match request.name {
        Some(text) => name(&text)?,
        None => usual_name(&setup, &target),
    };
    Ok(fresh(app, named, target, setup))
}

/// A session with the setup of another.
pub(super) fn copy(app: &App, original: &Session) -> Session {
    let mut named: String = original.name.chars().take(LONGEST_NAME - 5).collect();
    named.push_str(" copy");
    fresh(app, named, original.target.clone(), original.setup.clone())
}

/// The setup of a session with what is to be changed in it.
pub(super) async fn changed(app: &App, session: &Session, wanted: rpc::WalkSetup) -> Answer<Setup> {
    if session.target.own {
        own(app, Some(&session.setup), wanted).await
    } else {
        elsewhere(app, &session.target, Some(&session.setup), wanted).await
    }
}

fn fresh(app: &App, name: String, target: Target, setup: Setup) -> Session {
    let now = app.0.env.wall_now();
    Session {
        id: format!("walk_{}", app.0.env.ulid()),
        name,
        target,
        setup,
        at: Some(Step::Configure),
        runs: Vec::new(),
        exchanges: Vec::new(),
        facts: Facts::default(),
        credentials: Vec::new(),
        waiting: None,
        skipped: Vec::new(),
        kept: false,
        created_at: now,
        updated_at: now,
    }
}

/// The setup of a walk with this sandbox.
async fn own(app: &App, before: Option<&Setup>, wanted: rpc::WalkSetup) -> Answer<Setup> {
    if wanted.client_secret.is_some() || wanted.app_type.is_some() {
        return Err(invalid(
            "client_secret",
            "an app of this sandbox has its own secret and kind; both are for another target",
        ));
    }
    let client = client(app, before, wanted.app.as_deref()).await?;
    let same = before.filter(|it| it.client_id == client.id.as_str());
    let persona = match wanted.persona.clone() {
        Some(email) if email.is_empty() => None,
        Some(email) => Some(person(app, &email).await?),
        None => match before {
            Some(before) => before.persona.clone(),
            None => first_person(app).await?,
        },
    };
    let secret = app
        .0
        .identity
        .newest_secret(
            &client.id,
            connect_core::domain::credential::CredentialKind::ClientSecret,
        )
        .await
        .map_err(|error| RpcError::new(ErrorCode::KeyUnavailable, error.to_string()))?;
    let confidential = client.app_type.is_confidential();
    let setup = Setup {
        client_id: client.id.to_string(),
        app_name: Some(client.name.clone()),
        app_type: client.app_type,
        client_secret: secret.map(|secret| secret.expose().to_owned()),
        persona,
        scopes: same.map_or_else(|| usual_scopes(&client), |it| it.scopes.clone()),
        redirect_uri: match same {
            Some(same) => same.redirect_uri.clone(),
            None => client.redirect_uris.first().cloned().unwrap_or_default(),
        },
        authentication: match same {
            Some(same) => same.authentication,
            None if confidential => ClientAuthentication::Body,
            None => ClientAuthentication::None,
        },
        consent: before.map_or(Consent::Automatic, |it| it.consent),
        allow: before.is_none_or(|it| it.allow),
        nonce: before.is_none_or(|it| it.nonce),
        prompt: before.and_then(|it| it.prompt.clone()),
        call: same.and_then(|it| it.call.clone()),
        outside_call: same.and_then(|it| it.outside_call.clone()),
    };
    finished(setup, same.is_none(), wanted)
}

/// The setup of a walk with another target.
async fn elsewhere(
    app: &App,
    target: &Target,
    before: Option<&Setup>,
    wanted: rpc::WalkSetup,
) -> Answer<Setup> {
    let sealer = sealer(app).await?;
    let remembered = targets::remembered(app, &sealer, &target.base_url).await?;
    let (known_id, known_secret) = remembered.unwrap_or_default();
    let client_id = wanted
        .app
        .clone()
        .or_else(|| before.map(|it| it.client_id.clone()))
        .or(known_id)
        .ok_or_else(|| {
            invalid(
                "app",
                "the client id of an app that is registered with the target is needed",
            )
        })?;
    let secret = match wanted.client_secret.clone() {
        Some(secret) => Some(secret),
        None => before.map_or(known_secret, |it| it.client_secret.clone()),
    };
    let secret = secret.filter(|it| !it.is_empty());
    let app_type = wanted.app_type.or_else(|| before.map(|it| it.app_type));
    let app_type = app_type.unwrap_or(if secret.is_some() {
        AppType::Web
    } else {
        AppType::Spa
    });
    let redirect_uri = wanted
        .redirect_uri
        .clone()
        .or_else(|| before.map(|it| it.redirect_uri.clone()))
        .ok_or_else(|| {
            invalid(
                "redirect_uri",
                "a redirect URI that is registered with the target is needed",
            )
        })?;
    let setup = Setup {
        client_id,
        app_name: None,
        app_type,
        authentication: match before {
            Some(before) => before.authentication,
            None if secret.is_some() => ClientAuthentication::Body,
            None => ClientAuthentication::None,
        },
        client_secret: secret,
        persona: match wanted.persona.clone() {
            Some(persona) => Some(persona).filter(|it| !it.is_empty()),
            None => before.and_then(|it| it.persona.clone()),
        },
        scopes: before.map_or_else(
            || USUAL_SCOPES.map(str::to_owned).to_vec(),
            |it| it.scopes.clone(),
        ),
        redirect_uri,
        // What pages another server shows, nobody knows: a person decides unless told.
        consent: before.map_or(Consent::Browser, |it| it.consent),
        allow: before.is_none_or(|it| it.allow),
        nonce: before.is_none_or(|it| it.nonce),
        prompt: before.and_then(|it| it.prompt.clone()),
        call: before.and_then(|it| it.call.clone()),
        outside_call: before.and_then(|it| it.outside_call.clone()),
    };
    finished(setup, before.is_none(), wanted)
}

/// What was asked for over what was chosen, and the calls that fit it.
fn finished(mut setup: Setup, is_new: bool, wanted: rpc::WalkSetup) -> Answer<Setup> {
    let scopes_change = wanted.scopes.is_some();
    if let Some(scopes) = wanted.scopes {
        setup.scopes = scopes
            .iter()
            .map(|scope| scope.trim().to_owned())
            .filter(|scope| !scope.is_empty())
            .collect();
    }
    if let Some(redirect_uri) = wanted.redirect_uri {
        redirect_uri.trim().clone_into(&mut setup.redirect_uri);
    }
    if let Some(authentication) = wanted.client_authentication {
        setup.authentication = authentication;
    }
    if let Some(consent) = wanted.consent {
        setup.consent = consent;
    }
    if let Some(allow) = wanted.allow {
        setup.allow = allow;
    }
    if let Some(nonce) = wanted.nonce {
        setup.nonce = nonce;
    }
    if let Some(prompt) = wanted.prompt {
        setup.prompt = Some(prompt).filter(|it| !it.is_empty());
    }
    let has = |scope: &Option<String>| {
        let scope = scope.as_ref();
        scope.is_some_and(|scope| setup.scopes.contains(scope))
    };
    let first = |inside: bool| {
        let mut calls = plain_calls().map(|(_, call)| call);
        let found = calls.find(|call| call.scope.is_some() && has(&call.scope) == inside);
        found.map(|found| parsed(&found.call, found.scope))
    };
    let choose = is_new || scopes_change;
    let call = match &wanted.call {
        Some(text) => call("call", text)?,
        None if choose => first(true),
        None => setup.call.clone(),
    };
    let outside_call = match &wanted.outside_call {
        Some(text) => call::call("outside_call", text)?,
        None if choose => first(false),
        None => setup.outside_call.clone(),
    };
    setup.call = call;
    setup.outside_call = outside_call;
    Ok(setup)
}

fn usual_scopes(client: &Client) -> Vec<String> {
    let signed = client.baa_status == BaaStatus::Signed;
    // Health data is refused to an app without a signed BAA.
    let may = |name: &&str| {
        let mut allowed = client.allowed_scopes.iter();
        allowed.any(|scope| scope.name == *name && (signed || !scope.phi))
    };
    let usual: Vec<String> = USUAL_SCOPES
        .into_iter()
        .filter(may)
        .map(str::to_owned)
        .collect();
    if usual.is_empty() {
        let all = client.allowed_scopes.names();
        return all.into_iter().map(str::to_owned).collect();
    }
    usual
}

pub(super) fn invalid(field: &str, message: &str) -> RpcError {
    RpcError::new(ErrorCode::Invalid, format!("{field}: {message}"))
        .with(serde_json::json!({ "flaws": [{ "field": field, "message": message }] }))
}
