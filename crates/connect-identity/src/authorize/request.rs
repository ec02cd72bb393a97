//! The authorization request: its checks in the order of ruling 6.

use std::sync::Arc;

use axum::response::Response;
use connect_core::Timestamp;
use connect_core::domain::app::{BaaStatus, Client, Profile};
use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::form::{FormError, Params};
use connect_core::protocol::scope::ScopeSet;
use connect_core::protocol::{pkce, redirect};
use connect_store::clients::ClientRecord;
use serde::{Deserialize, Serialize};

use super::error::AuthorizeError;
use super::{Untrusted, redirect_refusal, redirect_to};
use crate::Identity;
use crate::call::{Call, malformed, server_error};
use crate::pages::Comparison;
use crate::session::Session;

/// An authorization request that passed every check. Kept while the person is on the pages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: ClientId,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) code_challenge: String,
    pub(crate) issuer: String,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
    /// When it came (sandbox time, milliseconds): a sign-in after it satisfies `prompt=login` and `max_age`.
    pub(crate) asked_at_ms: i64,
}

/// Client and redirect URI, known to belong together.
pub(super) struct Trusted {
    pub(super) record: Arc<ClientRecord>,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) issuer: String,
}

/// Scopes for which a first-party app needs no consent (ruling 26).
const FIRST_PARTY_FREE: [&str; 4] = ["openid", "profile", "email", "read:account"];

impl AuthorizationRequest {
    /// The redirect to the app with `params`, `state` and `iss`.
    pub(crate) fn redirect(&self, params: &[(&str, &str)]) -> Response {
        let mut all = params.to_vec();
        all.push(("state", &self.state));
        all.push(("iss", &self.issuer));
        redirect_to(&self.redirect_uri, &all)
    }

    /// The redirect that tells the app why not.
    pub(crate) fn redirect_refusal(&self, refusal: &Refusal) -> Response {
        redirect_refusal(&self.redirect_uri, Some(&self.state), &self.issuer, refusal)
    }

    /// Whether `prompt` has this value.
    pub(crate) fn prompts(&self, value: &str) -> bool {
        self.prompt.iter().any(|prompt| prompt == value)
    }

    /// Whether somebody is signed in recently enough for this request (OpenID Connect Core §3.1.2.1).
    pub(crate) fn usable_session(&self, session: &Session, now: Timestamp) -> bool {
        let signed_in_since = session.auth_time().as_millis() >= self.asked_at_ms;
        let young = self.max_age.is_none_or(|seconds| {
            now.millis_since(session.auth_time()) <= seconds.saturating_mul(1000)
        });
        session.user().is_some()
            && (signed_in_since
                || (!self.prompts("login") && !self.prompts("select_account") && young))
    }

    /// Whether the app may still have what it asked for: its registration can change while a person is on the pages.
    pub(crate) fn still_allowed(&self, call: &Call, record: &ClientRecord) -> Result<(), Refusal> {
        within_registration(call, &record.client, &ScopeSet::from_stored(&self.scope))
    }

    /// Whether the person need not be asked (ruling 26).
    pub(crate) fn skips_consent(&self, record: &ClientRecord) -> bool {
        record.client.is_first_party
            && !self.prompts("consent")
            && self
                .scope
                .split(' ')
                .all(|scope| FIRST_PARTY_FREE.contains(&scope))
    }
}

/// Finds client and redirect URI. What fails here is told to the person, not to the app.
pub(super) async fn trust(
    identity: &Identity,
    call: &Call,
    params: &Params,
    sent: &[u8],
) -> Result<Trusted, Untrusted> {
    let untrusted =
        |refusal: Refusal, title: &'static str, record: Option<Arc<ClientRecord>>| Untrusted {
            refusal,
            record,
            comparison: None,
            note: None,
            title,
        };
    // Looked for whatever else is wrong with the parameters: which of two was meant can't be told.
    if let Some(name) = ["client_id", "redirect_uri"]
        .into_iter()
        .find(|name| is_repeated(sent, name))
    {
        let refusal = malformed(&FormError::Duplicate(name.to_owned()));
        return Err(untrusted(refusal, "This request is ambiguous", None));
    }
    let Some(client_id) = params.get("client_id") else {
        return Err(untrusted(
            AuthorizeError::ClientMissing.into(),
            "This request does not say which app it is from",
            None,
        ));
    };
    let id = ClientId::from_text(client_id);
    let record = match identity.world.client(&id).await {
        Ok(record) => record,
        Err(error) => {
            return Err(untrusted(
                server_error(call, &error),
                "The sandbox has a problem",
                None,
            ));
        }
    };
    let Some(record) = record else {
        let refusal = AuthorizeError::ClientUnknown {
            client_id: client_id.to_owned(),
        }
        .into();
        return Err(untrusted(refusal, "This app is not registered here", None));
    };
    call.passed("client_known");
    call.exchange.note(|notes| notes.client = Some(id));
    if !record.client.enabled {
        let refusal = AuthorizeError::ClientDisabled {
            client: &record.client,
        }
        .into();
        return Err(untrusted(refusal, "This app is switched off", Some(record)));
    }
    call.passed("client_enabled");
    if record.client.redirect_uris.is_empty() {
        let refusal = AuthorizeError::ClientIsMachine {
            client: &record.client,
        }
        .into();
        return Err(untrusted(refusal, "This app signs nobody in", Some(record)));
    }
    let comparison = |received: Option<&str>| {
        Some(Comparison {
            parameter: "redirect_uri".to_owned(),
            accepted: record.client.redirect_uris.clone(),
            received: received.map(str::to_owned),
        })
    };
    let Some(redirect_uri) = params.get("redirect_uri") else {
        let refusal = AuthorizeError::RedirectUriMissing {
            client: &record.client,
        }
        .into();
        return Err(Untrusted {
            comparison: comparison(None),
            ..untrusted(
                refusal,
                "This request does not say where to go afterwards",
                Some(record),
            )
        });
    };
    if let Err(mismatch) = redirect::compare(
        &record.client.redirect_uris,
        redirect_uri,
        record.client.app_type,
    ) {
        let note = mismatch
            .difference
            .in_words()
            .map(|words| format!("The only difference is {words}."));
        let refusal = AuthorizeError::RedirectUriUnregistered {
            client: &record.client,
            requested: redirect_uri,
            mismatch,
        }
        .into();
        return Err(Untrusted {
            comparison: comparison(Some(redirect_uri)),
            note,
            ..untrusted(refusal, "This app may not send you there", Some(record))
        });
    }
    call.passed("redirect_uri_registered");
    Ok(Trusted {
        redirect_uri: redirect_uri.to_owned(),
        state: params.get("state").map(str::to_owned),
        issuer: call.issuer(),
        record,
    })
}

fn is_repeated(sent: &[u8], wanted: &str) -> bool {
    form_urlencoded::parse(sent)
        .filter(|(name, value)| name == wanted && !value.is_empty())
        .count()
        > 1
}

/// The checks after that, in order. What fails here is told to the app.
pub(super) fn accept(
    identity: &Identity,
    call: &Call,
    params: &Params,
    trusted: &Trusted,
) -> Result<AuthorizationRequest, Refusal> {
    let client = &trusted.record.client;
    let settings = identity.settings.get();
    call.check("request_object_absent", no_request_object(params))?;
    call.check("response_type_code", response_type(params))?;
    let state = call.check(
        "state_present",
        params
            .get("state")
            .ok_or_else(|| AuthorizeError::StateMissing.into()),
    )?;
    let code_challenge = challenge(call, params)?;
    let scope = call.check("scopes_exist", scopes(params))?;
    call.check("scopes_for_people", {
        let machine = scope.iter().find(|scope| scope.machine_only);
        machine.map_or(Ok(()), |scope| {
            Err(AuthorizeError::ScopeForMachines { scope: scope.name }.into())
        })
    })?;
    within_registration(call, client, &scope)?;
    let nonce = nonce(call, params, &scope, settings.profile)?;
    let prompt = call.check("prompt_known", prompt(params))?;
    let max_age = call.check("max_age_number", max_age(params))?;
    Ok(AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: trusted.redirect_uri.clone(),
        scope: scope.to_string(),
        state: state.to_owned(),
        code_challenge,
        issuer: trusted.issuer.clone(),
        nonce,
        prompt,
        max_age,
        login_hint: params.get("login_hint").map(str::to_owned),
        asked_at_ms: call.exchange.started().sandbox.as_millis(),
    })
}

/// Scopes that the app may ask for, and a signed BAA for those that are PHI.
fn within_registration(call: &Call, client: &Client, scope: &ScopeSet) -> Result<(), Refusal> {
    let over = scope.minus(&client.allowed_scopes);
    call.check(
        "scopes_allowed",
        if over.is_empty() {
            Ok(())
        } else {
            Err(AuthorizeError::ScopesNotAllowed {
                client,
                over: &over,
            }
            .into())
        },
    )?;
    let phi: Vec<&str> = scope
        .iter()
        .filter(|scope| scope.phi)
        .map(|scope| scope.name)
        .collect();
    call.check(
        "baa_signed",
        if phi.is_empty() || client.baa_status == BaaStatus::Signed {
            Ok(())
        } else {
            Err(AuthorizeError::BaaNotSigned { client, phi: &phi }.into())
        },
    )
}

fn no_request_object(params: &Params) -> Result<(), Refusal> {
    if params.get("request").is_some() {
        return Err(AuthorizeError::RequestObject.into());
    }
    if params.get("request_uri").is_some() {
        return Err(AuthorizeError::RequestUri.into());
    }
    Ok(())
}

fn response_type(params: &Params) -> Result<(), Refusal> {
    match params.get("response_type") {
        Some("code") => Ok(()),
        None => Err(AuthorizeError::ResponseTypeMissing.into()),
        Some(other) => Err(AuthorizeError::ResponseTypeUnsupported { sent: other }.into()),
    }
}

fn challenge(call: &Call, params: &Params) -> Result<String, Refusal> {
    let sent = params.get("code_challenge");
    let method = params.get("code_challenge_method");
    let challenge = call.check(
        "code_challenge_present",
        sent.ok_or_else(|| {
            AuthorizeError::ChallengeMissing {
                method_alone: method.is_some(),
            }
            .into()
        }),
    )?;
    call.check(
        "code_challenge_method_s256",
        match method {
            Some("S256") => Ok(()),
            other => Err(AuthorizeError::ChallengeMethod { sent: other }.into()),
        },
    )?;
    call.check(
        "code_challenge_well_formed",
        pkce::check_form(challenge)
            .map_err(|flaw| AuthorizeError::ChallengeMalformed { flaw }.into()),
    )?;
    Ok(challenge.to_owned())
}

fn scopes(params: &Params) -> Result<ScopeSet, Refusal> {
    let set = ScopeSet::parse(params.get("scope").unwrap_or(""))
        .map_err(|error| Refusal::from(AuthorizeError::ScopeUnknown { error }))?;
    if set.is_empty() {
        Err(AuthorizeError::ScopeMissing.into())
    } else {
        Ok(set)
    }
}

fn nonce(
    call: &Call,
    params: &Params,
    scope: &ScopeSet,
    profile: Profile,
) -> Result<Option<String>, Refusal> {
    let nonce = params.get("nonce").map(str::to_owned);
    if nonce.is_none() && scope.contains("openid") {
        if profile == Profile::Strict {
            return call.check("nonce_present", Err(AuthorizeError::NonceMissing.into()));
        }
        call.find(Finding::new(
            "nonce_missing",
            "`openid` was asked without a `nonce`. The security page requires one; the quickstarts send none.",
            Clause::documented("/connect/security"),
        ));
    } else {
        call.passed("nonce_present");
    }
    Ok(nonce)
}

fn prompt(params: &Params) -> Result<Vec<String>, Refusal> {
    let values: Vec<String> = params
        .get("prompt")
        .unwrap_or("")
        .split(' ')
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect();
    let known = ["none", "login", "consent", "select_account"];
    if let Some(unknown) = values.iter().find(|value| !known.contains(&value.as_str())) {
        return Err(AuthorizeError::PromptUnknown { sent: unknown }.into());
    }
    if values.len() > 1 && values.iter().any(|value| value == "none") {
        return Err(AuthorizeError::PromptNoneWithOthers.into());
    }
    Ok(values)
}

fn max_age(params: &Params) -> Result<Option<i64>, Refusal> {
    params
        .get("max_age")
        .map(|text| {
            text.parse::<u32>()
                .map(i64::from)
                .map_err(|_| AuthorizeError::MaxAge { sent: text }.into())
        })
        .transpose()
}
