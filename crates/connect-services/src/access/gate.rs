//! Whether a token opens this operation: its scope, a machine's audience and brand, the app's BAA.

use connect_core::domain::app::{BRANDS, BaaStatus};
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::{bearer, scope};
use connect_wire::answer::Refused;
use serde_json::json;

use super::Request;
use super::token::Passed;
use crate::call::{Caller, Subject};
use crate::catalogue::Gate;
use crate::failure::Failure;
use crate::shown::shown;

/// Header in which a machine names its brand (/concepts/brands-and-multi-tenancy).
const BRAND: &str = "x-brand-id";

/// Checks what a token opens, and says on whose behalf the call is made.
pub(super) fn check(request: &Request, passed: Passed) -> Result<Caller, Failure> {
    let operation = request.operation;
    let note = |check: &'static str| request.exchange.note(|notes| notes.passed(check));
    let machine = passed.credential.kind == CredentialKind::M2mToken;
    let own_service = passed.client.client.service.as_deref() == Some(operation.service.name());

    match operation.gate {
        Gate::AnyToken => {}
        Gate::Scope(scope) => held(&passed, scope)?,
        Gate::ScopeOrMachine(scope, machines) => {
            held(&passed, if machine { machines } else { scope })?;
        }
        Gate::Own(scope) if machine => {
            if !own_service {
                return Err(not_own(
                    request,
                    scope,
                    "the token of a machine that is not this service's own",
                )
                .into());
            }
        }
        Gate::Own(scope) => {
            held(&passed, scope)?;
            if !passed.client.client.is_first_party {
                return Err(not_own(request, scope, "the token of a third-party app").into());
            }
        }
    }
    note("scope_held");
    if machine && !matches!(operation.gate, Gate::Own(_)) {
        audience(request, &passed)?;
        note("token_audience");
    }
    if let (false, Some(scope)) = (machine, operation.gate.scope()) {
        baa(&passed, scope)?;
        note("baa_signed");
    }
    let subject = match passed.person {
        Some(person) => {
            if let Some(sent) = request
                .header(BRAND)
                .filter(|sent| *sent != person.brand_id)
            {
                let sent = shown(sent, 64);
                request.exchange.note(|notes| {
                    notes.find(Finding::new(
                        "brand_header_ignored",
                        format!("X-Brand-Id said `{sent}`; the brand of the token, `{}`, is what counts.", person.brand_id),
                        Clause::documented("/concepts/brands-and-multi-tenancy"),
                    ));
                });
            }
            Subject::Person(person)
        }
        None => Subject::Machine {
            brand: brand(request, &passed)?,
        },
    };
    Ok(Caller {
        credential: passed.credential,
        client: passed.client,
        subject,
    })
}

fn held(passed: &Passed, scope: &str) -> Result<(), Failure> {
    bearer::holds(&passed.credential, scope)
        .map_err(|refusal| Refused::missing_scope(refusal, scope).into())
}

fn not_own(request: &Request, scope: &str, received: &'static str) -> Refusal {
    let service = request.operation.service.name();
    Refusal::new(
        "own_app",
        ErrorCode::Forbidden,
        "This operation is for Loop's own apps and services",
        Clause::assumed("no page names a scope for third parties that covers this change"),
    )
    .expected(format!(
        "a first-party app with `{scope}`, or the machine of the {service} service"
    ))
    .received(received)
    .fix(format!(
        "Use the seeded client of the {service} service with client_credentials at /v1/tokens."
    ))
}

/// A machine's token is good for the service it was issued for (RFC 9068 §4).
fn audience(request: &Request, passed: &Passed) -> Result<(), Failure> {
    let service = request.operation.service.name();
    let audience = passed.credential.detail.audience.as_deref();
    if audience.is_none_or(|audience| audience == service) {
        return Ok(());
    }
    Err(Refusal::new(
        "token_audience",
        ErrorCode::InvalidToken,
        "The token was issued for another service",
        Clause::standard("RFC 9068 §4"),
    )
    .expected(format!("a token for `{service}`"))
    .received(format!("a token for `{}`", audience.unwrap_or_default()))
    .fix("Ask /v1/tokens for a token with this service as its `audience`.")
    .into())
}

/// PHI is closed to an app whose BAA ended after the token was issued.
fn baa(passed: &Passed, name: &str) -> Result<(), Failure> {
    let phi = scope::find(name).is_some_and(|scope| scope.phi);
    let status = passed.client.client.baa_status;
    if !phi || status == BaaStatus::Signed {
        return Ok(());
    }
    Err(Refusal::new(
        "baa_signed",
        ErrorCode::Forbidden,
        "The app has no signed business associate agreement",
        Clause::assumed("what happens to tokens issued before is not stated"),
    )
    .expected(format!(
        "a signed BAA, since `{name}` opens health information"
    ))
    .received(format!(
        "`{}` with its BAA at `{}`",
        passed.client.client.name,
        status.as_str()
    ))
    .fix("Sign the BAA of the app again (in production: developers.platform.loop.health/baa).")
    .remedy(Remedy {
        command: "apps_set_baa",
        payload: json!({ "client_id": passed.client.client.id, "baa_status": "signed" }),
        label: format!("Sign the BAA of {}", passed.client.client.name),
    })
    .into())
}

/// The brand a machine works in: what `X-Brand-Id` says, else that of its app.
fn brand(request: &Request, passed: &Passed) -> Result<String, Failure> {
    let Some(sent) = request.header(BRAND) else {
        return Ok(passed.client.client.brand_id.clone());
    };
    if BRANDS.contains(&sent) {
        return Ok(sent.to_owned());
    }
    Err(Refusal::new(
        "brand_known",
        ErrorCode::Forbidden,
        "The brand is not in the catalogue",
        Clause::assumed(
            "/concepts/brands-and-multi-tenancy: the brand must exist; the status is not stated",
        ),
    )
    .expected(BRANDS.join(" or "))
    .received(shown(sent, 64))
    .fix("Send a known brand in X-Brand-Id, or leave the header out.")
    .into())
}
