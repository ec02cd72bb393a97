//! Client authentication at token, introspect, revoke and the machine token endpoint (ruling 11, RFC 6749 §2.3).

use std::sync::Arc;

use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::basic;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::Params;
use connect_store::clients::ClientRecord;
use connect_wire::answer::Refused;
use http::header;

use crate::Identity;
use crate::call::{Call, Failure};

/// How a client showed who it is.
struct Presented {
    id: String,
    secret: Option<SecretText>,
    by_basic: bool,
}

/// Finds the client and checks its secret, each step a named check.
pub(crate) async fn authenticate(
    identity: &Identity,
    call: &Call,
    params: &Params,
) -> Result<Arc<ClientRecord>, Failure> {
    let by_basic = call.header(header::AUTHORIZATION).is_some();
    match check(identity, call, params).await {
        // A request too many is no failed authentication: it says how long to wait (ruling 29).
        Err(Failure::Refused(refused)) if refused.refusal.code != ErrorCode::RateLimited => {
            Err(Refused::client_authentication(refused.refusal, by_basic).into())
        }
        other => other,
    }
}

async fn check(
    identity: &Identity,
    call: &Call,
    params: &Params,
) -> Result<Arc<ClientRecord>, Failure> {
    let presented = presented(call, params)?;
    let id = ClientId::from_text(presented.id.clone());
    let record = identity.world.client(&id).await?;
    let record = call.check("client_known", record.ok_or_else(|| unknown(&presented)))?;
    call.exchange.note(|notes| notes.client = Some(id.clone()));
    if let Some(most) = identity.settings.get().rate_limit_per_minute {
        let counted = identity
            .limiter
            .count(id, most, call.exchange.started().sandbox);
        counted.map_err(|exceeded| Refused::retry_after(exceeded.refusal, exceeded.wait))?;
        call.passed("rate_within_limit");
    }
    call.check(
        "client_enabled",
        if record.client.enabled {
            Ok(())
        } else {
            Err(disabled(&record))
        },
    )?;
    if record.client.app_type.is_confidential() {
        let now = identity.env.now();
        let Some(secret) = &presented.secret else {
            return Err(missing(&record).into());
        };
        let hash = secret.hash();
        let Some(found) = record.secret(&hash, now) else {
            return Err(wrong(identity, &record, secret).await?.into());
        };
        call.exchange.note(|notes| notes.credentials.push(hash));
        call.passed("client_secret_correct");
        if let Some(end) = found.expires_at {
            call.find(Finding::new(
                "rotated_secret_used",
                format!("The client secret was rotated; this older one stops working at {end}."),
                Clause::documented("/reference/api/identity, rotate-secret"),
            ));
        }
        if presented.by_basic {
            call.find(Finding::new(
                "basic_authentication",
                "The client secret came by HTTP Basic; the documented method is the form body.",
                Clause::documented("Connect quickstart, step 4"),
            ));
        }
    } else {
        let verdict = if presented.secret.is_none() {
            Ok(())
        } else {
            Err(public_with_secret(&record))
        };
        call.check("public_client_without_secret", verdict)?;
    }
    Ok(record)
}

/// What the client sent, by exactly one method.
fn presented(call: &Call, params: &Params) -> Result<Presented, Refusal> {
    call.check("authorization_header_once", one_authorization(call))?;
    let in_body = params.get("client_id").map(str::to_owned);
    let secret_in_body = params.get("client_secret").map(SecretText::new);
    let Some(authorization) = call.header(header::AUTHORIZATION) else {
        let id = call.check(
            "client_identified",
            in_body.ok_or_else(|| {
                refusal(
                    "client_identified",
                    "The client did not say who it is",
                    Clause::documented("RFC 6749 §3.2.1; Connect quickstart, step 4"),
                )
                .expected("`client_id` in the form body")
                .received(if secret_in_body.is_some() {
                    "`client_secret` alone"
                } else {
                    "no `client_id`"
                })
                .fix("Send `client_id`, and `client_secret` for a web app, in the form body.")
            }),
        )?;
        return Ok(Presented {
            id,
            secret: secret_in_body,
            by_basic: false,
        });
    };
    let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let verdict = if scheme.eq_ignore_ascii_case("basic") {
        basic::decode(value).map_err(|error| {
            refusal(
                "basic_readable",
                "The Authorization header could not be read",
                Clause::standard("RFC 6749 §2.3.1, RFC 7617"),
            )
            .expected("`Basic ` and base64 of client_id:client_secret, each form-encoded")
            .received(error.to_string())
            .fix("Form-encode id and secret, join them with a colon, and base64 the whole.")
        })
    } else {
        Err(refusal(
            "basic_readable",
            "Clients authenticate by form body or HTTP Basic here",
            Clause::standard("RFC 6749 §2.3"),
        )
        .expected("`client_id` and `client_secret` in the form body")
        .received(format!(
            "an Authorization header with the scheme {}",
            scheme.chars().take(20).collect::<String>()
        ))
        .fix(
            "Remove the Authorization header; this endpoint takes client credentials, not tokens.",
        ))
    };
    let (id, secret) = call.check("basic_readable", verdict)?;
    let both = secret_in_body.is_some() || in_body.as_ref().is_some_and(|other| *other != id);
    call.check(
        "one_authentication_method",
        if both {
            Err(Refusal::new(
                "one_authentication_method",
                ErrorCode::InvalidRequest,
                "The client authenticated in two ways at once",
                Clause::standard("RFC 6749 §2.3"),
            )
            .expected("either the form body or HTTP Basic")
            .received("credentials in both")
            .fix("Keep `client_id` and `client_secret` in the form body and remove the Authorization header."))
        } else {
            Ok(())
        },
    )?;
    let secret = (!secret.expose().is_empty()).then_some(secret);
    Ok(Presented {
        id,
        secret,
        by_basic: true,
    })
}

fn one_authorization(call: &Call) -> Result<(), Refusal> {
    if call
        .parts
        .headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .count()
        <= 1
    {
        return Ok(());
    }
    Err(Refusal::new(
        "authorization_header_once",
        ErrorCode::InvalidRequest,
        "The Authorization header was sent more than once",
        Clause::standard("RFC 6749 §2.3"),
    )
    .expected("at most one Authorization header")
    .received("several")
    .fix("Send one, or better none: the documented method is the form body."))
}

/// `invalid_client`.
fn refusal(check: &'static str, description: &'static str, clause: Clause) -> Refusal {
    Refusal::new(check, ErrorCode::InvalidClient, description, clause)
}

fn unknown(presented: &Presented) -> Refusal {
    refusal("client_known", "Unknown client", Clause::documented("/connect/errors invalid_client"))
        .expected("the client_id of an app registered in this workspace")
        .received(shown(&presented.id))
        .fix("Register the app here, or copy its client_id from `connect-sandbox env`. Ids of production apps are not known to a sandbox.")
}

fn disabled(record: &ClientRecord) -> Refusal {
    refusal(
        "client_enabled",
        "The client is disabled",
        Clause::assumed("OAuth client object, `enabled`: what false does is not stated"),
    )
    .expected("an enabled app")
    .received(format!("`{}` is switched off", record.client.name))
    .fix("Switch the app on again.")
    .remedy(Remedy {
        command: "apps_enable",
        payload: serde_json::json!({ "client_id": record.client.id }),
        label: format!("Enable {}", record.client.name),
    })
}

fn missing(record: &ClientRecord) -> Refusal {
    refusal(
        "client_secret_present",
        "This client must send its client_secret",
        Clause::documented("/connect/glossary confidential client; partner app guide, step 2f"),
    )
    .expected(format!("`client_secret` of `{}`, which is a confidential {} app", record.client.name, record.client.app_type.as_str()))
    .received("no client_secret")
    .fix("Add `client_secret` to the form body. The refresh example of the quickstart's step 6 leaves it out; a web app needs it there too.")
}

async fn wrong(
    identity: &Identity,
    record: &ClientRecord,
    secret: &SecretText,
) -> Result<Refusal, Failure> {
    let now = identity.env.now();
    let received = match identity.world.find_credential(secret).await? {
        Some(found) if found.client_id.as_ref() == Some(&record.client.id) => {
            match found.expires_at {
                Some(end) if end <= now => {
                    format!("an older secret of this app, which stopped working at {end}")
                }
                _ => format!(
                    "a credential of this app that is {} ({})",
                    found.state_at(now).as_str(),
                    found.kind.as_str()
                ),
            }
        }
        Some(found) => format!("a {} of another app", found.kind.as_str()),
        None => describe(secret.expose()),
    };
    Ok(refusal(
        "client_secret_correct",
        "The client_secret is wrong",
        Clause::documented("/connect/errors invalid_client"),
    )
    .expected(format!("the current client_secret of `{}`", record.client.name))
    .received(received)
    .fix("Copy the secret again from `connect-sandbox env`, or rotate it; look for a stray space or line break around it."))
}

/// What a wrong secret looks like, without showing it.
fn describe(secret: &str) -> String {
    let mut text = format!("an unknown value of {} characters", secret.chars().count());
    if secret.trim() != secret {
        text.push_str(", with white space around it");
    }
    if !secret.trim().starts_with("secret_") {
        text.push_str(", which does not begin with `secret_`");
    }
    text
}

fn public_with_secret(record: &ClientRecord) -> Refusal {
    refusal(
        "public_client_without_secret",
        "A public client must not send a client_secret",
        Clause::documented("/connect/security"),
    )
    .expected(format!(
        "`client_id` alone: `{}` is a public {} app",
        record.client.name,
        record.client.app_type.as_str()
    ))
    .received("a client_secret")
    .fix("Remove `client_secret`. If the app runs on a server, register it as a web app instead.")
}

fn shown(id: &str) -> String {
    let short: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
    if connect_core::domain::redaction::is_clean(&short) {
        format!("`{short}`")
    } else {
        String::from("a value that looks like a credential")
    }
}
