//! What can be wrong with an authorization request, each with its check, code, clause and fix.

use connect_core::domain::app::Client;
use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode as E;
use connect_core::protocol::pkce::PkceFlaw;
use connect_core::protocol::redirect::Mismatch;
use connect_core::protocol::scope::{ScopeError, ScopeSet};
use connect_store::clients::ClientRecord;
use serde_json::json;

/// A failed check of the authorization endpoint.
pub(super) enum AuthorizeError<'a> {
    ClientMissing,
    ClientUnknown {
        client_id: String,
    },
    ClientDisabled {
        client: &'a Client,
    },
    ClientIsMachine {
        client: &'a Client,
    },
    RedirectUriMissing {
        client: &'a Client,
    },
    RedirectUriUnregistered {
        client: &'a Client,
        requested: &'a str,
        mismatch: Mismatch,
    },
    RequestObject,
    RequestUri,
    ResponseTypeMissing,
    ResponseTypeUnsupported {
        sent: &'a str,
    },
    StateMissing,
    ChallengeMissing {
        method_alone: bool,
    },
    ChallengeMethod {
        sent: Option<&'a str>,
    },
    ChallengeMalformed {
        flaw: PkceFlaw,
    },
    ScopeMissing,
    ScopeUnknown {
        error: ScopeError,
    },
    ScopeForMachines {
        scope: &'static str,
    },
    ScopesNotAllowed {
        client: &'a Client,
        over: &'a ScopeSet,
    },
    BaaNotSigned {
        client: &'a Client,
        phi: &'a [&'static str],
    },
    NonceMissing,
    PromptUnknown {
        sent: &'a str,
    },
    PromptNoneWithOthers,
    MaxAge {
        sent: &'a str,
    },
}

fn short(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("`{text}`")
}

impl From<AuthorizeError<'_>> for Refusal {
    fn from(error: AuthorizeError<'_>) -> Self {
        use AuthorizeError as A;
        match error {
            A::ClientMissing => Self::new("client_known", E::InvalidRequest, "client_id is missing", Clause::standard("RFC 6749 §4.1.1"))
                .expected("`client_id`")
                .received("no `client_id`")
                .fix("Add `client_id` to the authorization URL; `connect-sandbox env` shows it."),
            A::ClientUnknown { client_id } => Self::new("client_known", E::InvalidClient, "Unknown client_id", Clause::standard("RFC 6749 §4.1.2.1"))
                .expected("the client_id of an app registered in this workspace")
                .received(short(&client_id))
                .fix("Copy the client_id from `connect-sandbox env`, or register the app here. Ids of production apps are not known to a sandbox."),
            A::ClientDisabled { client } => Self::new("client_enabled", E::UnauthorizedClient, "This client is disabled", Clause::assumed("OAuth client object, `enabled`: what false does is not stated"))
                .expected("an enabled app")
                .received(format!("`{}` is switched off", client.name))
                .fix("Switch the app on again.")
                .remedy(Remedy { command: "apps_enable", payload: json!({ "client_id": client.id }), label: format!("Enable {}", client.name) }),
            A::ClientIsMachine { client } => Self::new("client_signs_people_in", E::UnauthorizedClient, "This client may not use the authorization code grant", Clause::documented("/connect/errors unauthorized_client"))
                .expected("a web, spa, mobile or native app with a redirect URI")
                .received(format!("`{}`, an m2m app", client.name))
                .fix("Use POST /v1/tokens for machine tokens, or register a web app."),
            A::RedirectUriMissing { client } => Self::new("redirect_uri_registered", E::InvalidRequest, "redirect_uri is missing", Clause::documented("/connect/security"))
                .expected(client.redirect_uris.join(" or "))
                .received("no `redirect_uri`")
                .fix("Add `redirect_uri`, exactly as registered."),
            A::RedirectUriUnregistered { client, requested, mismatch } => unregistered(client, requested, &mismatch),
            A::RequestObject => Self::new("request_object_absent", E::RequestNotSupported, "The request parameter is not supported", Clause::standard("OpenID Connect Core §3.1.2.6"))
                .expected("plain parameters")
                .received("`request`")
                .fix("Send the parameters in the query string."),
            A::RequestUri => Self::new("request_object_absent", E::RequestUriNotSupported, "The request_uri parameter is not supported", Clause::standard("OpenID Connect Core §3.1.2.6"))
                .expected("plain parameters")
                .received("`request_uri`")
                .fix("Send the parameters in the query string."),
            A::ResponseTypeMissing => Self::new("response_type_code", E::InvalidRequest, "response_type is missing", Clause::standard("RFC 6749 §4.1.1"))
                .expected("`response_type=code`")
                .received("no `response_type`")
                .fix("Add `response_type=code`."),
            A::ResponseTypeUnsupported { sent } => Self::new("response_type_code", E::UnsupportedResponseType, "Only response_type=code is supported", Clause::documented("/reference/errors unsupported_response_type"))
                .expected("`code`")
                .received(short(sent))
                .fix("Use the authorization code flow with PKCE: `response_type=code`. There is no implicit or hybrid flow."),
            A::StateMissing => Self::new("state_present", E::InvalidRequest, "state is required on every call", Clause::documented("/connect/security"))
                .expected("`state`, a random value of yours")
                .received("no `state`")
                .fix("Make a random `state` for each request, keep it in the session, and compare it in the callback."),
            A::ChallengeMissing { method_alone } => Self::new("code_challenge_present", E::InvalidRequest, "code_challenge is required", Clause::documented("/connect/security; RFC 7636 §4.4.1"))
                .expected("`code_challenge` = BASE64URL(SHA256(verifier)) and `code_challenge_method=S256`")
                .received(if method_alone { "`code_challenge_method` without a challenge" } else { "no `code_challenge`" })
                .fix("PKCE is required for every app, with a secret or without. Make a verifier, send its challenge, keep the verifier for the token request."),
            A::ChallengeMethod { sent } => Self::new("code_challenge_method_s256", E::InvalidRequest, "code_challenge_method must be S256", Clause::documented("/connect/security; RFC 7636 §4.4.1"))
                .expected("`S256`")
                .received(sent.map_or_else(|| "no `code_challenge_method`, which means plain (RFC 7636 §4.3)".to_owned(), short))
                .fix("Send `code_challenge_method=S256` and the SHA-256 challenge; `plain` is refused."),
            A::ChallengeMalformed { flaw } => Self::new("code_challenge_well_formed", E::InvalidRequest, "code_challenge is malformed", Clause::standard("RFC 7636 §4.2"))
                .expected("43 characters of base64url without padding")
                .received(flaw.to_string())
                .fix("Use base64url without `=`; hexadecimal or plain base64 are common mistakes."),
            A::ScopeMissing => Self::new("scopes_exist", E::InvalidScope, "scope is missing", Clause::standard("RFC 6749 §3.3"))
                .expected("`scope`, a space-separated list")
                .received("no `scope`")
                .fix("Ask for what the app needs, for example `openid profile read:biomarkers`."),
            A::ScopeUnknown { error } => Self::new("scopes_exist", E::InvalidScope, "A requested scope does not exist", Clause::documented("/connect/errors invalid_scope"))
                .expected("scopes of the catalogue, separated by spaces")
                .received(error.to_string())
                .fix("Compare with `connect-sandbox rpc scopes_list`; scopes look like `read:biomarkers` and are separated by single spaces."),
            A::ScopeForMachines { scope } => Self::new("scopes_for_people", E::InvalidScope, "A requested scope is for machines only", Clause::documented("/connect/scopes"))
                .expected("scopes that a person can consent to")
                .received(format!("`{scope}`"))
                .fix("Ask for it at POST /v1/tokens with an m2m app."),
            A::ScopesNotAllowed { client, over } => not_allowed(client, over),
            A::BaaNotSigned { client, phi } => Self::new("baa_signed", E::InvalidScope, "A signed BAA is required for the requested scopes", Clause::documented("partner app guide, step 6; /connect/errors invalid_scope"))
                .expected("a signed BAA")
                .received(format!("BAA `{}`, and PHI scopes: {}", client.baa_status.as_str(), phi.join(" ")))
                .fix("Apply for the BAA and have it signed (in production at developers.platform.loop.health/baa, 1 to 3 business days), or leave these scopes out.")
                .remedy(Remedy { command: "apps_set_baa", payload: json!({ "client_id": client.id, "baa_status": "signed" }), label: format!("Sign the BAA of {}", client.name) }),
            A::NonceMissing => Self::new("nonce_present", E::InvalidRequest, "nonce is required with openid", Clause::documented("/connect/security"))
                .expected("`nonce`, a random value of yours")
                .received("no `nonce`")
                .fix("Send a random `nonce` and compare it with the id_token's. The profile `loop` makes this a finding instead."),
            A::PromptUnknown { sent } => Self::new("prompt_known", E::InvalidRequest, "prompt has an unknown value", Clause::standard("OpenID Connect Core §3.1.2.1"))
                .expected("none, login, consent or select_account")
                .received(short(sent))
                .fix("Remove the unknown value."),
            A::PromptNoneWithOthers => Self::new("prompt_known", E::InvalidRequest, "prompt=none can not be combined with other values", Clause::standard("OpenID Connect Core §3.1.2.1"))
                .expected("`none` alone")
                .received("`none` and another value")
                .fix("Send `none` alone."),
            A::MaxAge { sent } => Self::new("max_age_number", E::InvalidRequest, "max_age must be a number of seconds", Clause::standard("OpenID Connect Core §3.1.2.1"))
                .expected("a whole number of seconds")
                .received(short(sent))
                .fix("Send for example `max_age=3600`."),
        }
    }
}

fn unregistered(client: &Client, requested: &str, mismatch: &Mismatch) -> Refusal {
    let fix = match (mismatch.difference.in_words(), &mismatch.nearest) {
        (Some(words), Some(nearest)) => format!(
            "The only difference to `{nearest}` is {words}. Redirect URIs are compared as exact strings: register this one too, or send the registered one."
        ),
        _ => "Redirect URIs are compared as exact strings: register this one, or send a registered one.".to_owned(),
    };
    let mut uris = client.redirect_uris.clone();
    uris.push(requested.to_owned());
    Refusal::new(
        "redirect_uri_registered",
        E::InvalidRequest,
        "redirect_uri is not registered for this client",
        Clause::documented("/connect/security; RFC 9700 §2.1"),
    )
    .expected(mismatch.nearest.clone().unwrap_or_default())
    .received(requested.chars().take(600).collect::<String>())
    .fix(fix)
    .remedy(Remedy {
        command: "apps_update",
        payload: json!({ "client_id": client.id, "redirect_uris": uris }),
        label: format!("Register this redirect URI for {}", client.name),
    })
}

fn not_allowed(client: &Client, over: &ScopeSet) -> Refusal {
    let all = client.allowed_scopes.union(over);
    Refusal::new(
        "scopes_allowed",
        E::InvalidScope,
        "A requested scope is not allowed to this client",
        Clause::assumed("OAuth client object, `allowed_scopes`"),
    )
    .expected(format!(
        "scopes registered for `{}`: {}",
        client.name, client.allowed_scopes
    ))
    .received(over.to_string())
    .fix("Add the scope to the app's registration, or ask for less.")
    .remedy(Remedy {
        command: "apps_update",
        payload: json!({ "client_id": client.id, "scopes": all.names() }),
        label: format!("Allow {over} to {}", client.name),
    })
}

/// Nobody is signed in and `prompt=none` (OpenID Connect Core §3.1.2.6).
pub(super) fn login_required() -> Refusal {
    Refusal::new(
        "signed_in",
        E::LoginRequired,
        "Nobody is signed in",
        Clause::standard("OpenID Connect Core §3.1.2.6"),
    )
    .expected("a browser that is signed in recently enough")
    .received("no usable sign-in, and `prompt=none`")
    .fix("Send the person through the flow without `prompt=none`.")
}

/// Consent is needed and `prompt=none`.
pub(super) fn consent_required(record: &ClientRecord) -> Refusal {
    Refusal::new(
        "consent_not_needed",
        E::ConsentRequired,
        "Consent is required",
        Clause::documented("/getting-started/first-party-app"),
    )
    .expected("a first-party app that asks only for openid, profile, email, read:account")
    .received(format!(
        "`{}`, for which consent is always shown",
        record.client.name
    ))
    .fix("Send the person through the flow without `prompt=none`.")
}

/// The person said no.
pub(super) fn access_denied() -> Refusal {
    Refusal::new("consent_given", E::AccessDenied, "The user denied access", Clause::documented("/reference/errors access_denied"))
        .expected("Allow")
        .received("Deny")
        .fix("Handle `error=access_denied` in the callback: show what the app can do without, and let the person try again.")
}

/// `--auto-approve` or `login_hint` names nobody.
pub(super) fn no_such_person(email: &str) -> Refusal {
    Refusal::new(
        "auto_approve_person_known",
        E::AccessDenied,
        "The persona to approve as does not exist",
        Clause::assumed("auto-approve is the sandbox's own"),
    )
    .expected("the email of a persona of this workspace")
    .received(short(email))
    .fix("See `connect-sandbox rpc people_list`; `login_hint` wins over --auto-approve.")
}
