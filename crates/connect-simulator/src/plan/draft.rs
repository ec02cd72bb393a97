//! The draft of each step, as the flow wants it.

use connect_core::domain::walk::{ClientAuthentication, Party, Step};
use serde_json::Value;

use super::{Draft, Planned, Request, library};
use crate::session::{Call, Session, Setup};

/// Why a step can't be taken as things are, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// A step before it has to be taken.
    #[error("{missing} is not known yet: take the step \"{}\" first", .first.title())]
    Before {
        /// What is missing.
        missing: &'static str,
        /// Where it comes from.
        first: Step,
    },
    /// The server's metadata does not name an endpoint.
    #[error("the server's metadata names no `{0}`: this step can't be walked with it")]
    NoEndpoint(&'static str),
    /// An endpoint is no URL.
    #[error(transparent)]
    Url(#[from] library::NotAUrl),
    /// The step does not belong to this walk.
    #[error("{0}")]
    LeftOut(String),
}

/// Why a step does not belong to a session's walk; none when it does.
#[must_use]
pub fn left_out(session: &Session, step: Step) -> Option<String> {
    let setup = &session.setup;
    match step {
        Step::IdToken if !setup.scopes.iter().any(|scope| scope == "openid") => {
            Some("there is an id_token only when `openid` is asked for".to_owned())
        }
        Step::Api if setup.call.is_none() && setup.outside_call.is_none() => {
            Some("no call was chosen".to_owned())
        }
        Step::AfterRevoke if setup.call.is_none() => {
            Some("no call was chosen that could fail afterwards".to_owned())
        }
        _ => None,
    }
}

/// The draft of a step.
///
/// # Errors
/// [`Blocked`], when something is missing for it.
pub fn draft(session: &Session, step: Step) -> Result<Draft, Blocked> {
    if let Some(why) = left_out(session, step) {
        return Err(Blocked::LeftOut(why));
    }
    let mut draft = Draft::of(step);
    match step {
        Step::Configure => {
            let url = format!(
                "{}/.well-known/openid-configuration",
                session.target.base_url
            );
            let request = Request::get(url).with("Accept", "application/json");
            add(&mut draft, "Discovery", Party::Identity, request);
        }
        Step::Pkce => {
            metadata(session)?;
        }
        Step::AuthorizationUrl => {
            let request = Request::get(authorization_url(session)?);
            draft
                .requests
                .push(from_browser("Authorization request", request));
            draft.main = Some(0);
        }
        Step::SignIn => {
            let url = known(
                session.facts.authorization_url.as_ref(),
                "the authorization URL",
                Step::AuthorizationUrl,
            )?;
            let request = Request::get(url.clone()).with("Accept", "text/html");
            draft
                .requests
                .push(from_browser("Authorization request", request));
            draft.main = Some(0);
        }
        Step::Callback => {
            let url = known(
                session.facts.callback_url.as_ref(),
                "the callback",
                Step::SignIn,
            )?;
            draft.callback = Some(url.clone());
        }
        Step::Token => {
            known(session.facts.code.as_ref(), "a code", Step::Callback)?;
            let verifier = known(session.facts.verifier.as_ref(), "the verifier", Step::Pkce)?;
            let request = library::code_exchange(
                &session.setup,
                &endpoints(session)?,
                session.redirect_uri(),
                verifier,
            )?;
            add(&mut draft, "Token request", Party::Identity, request);
        }
        Step::IdToken => {
            let token = known(session.facts.id_token.as_ref(), "an id_token", Step::Token)?;
            let url = endpoint(session, "jwks_uri")?;
            let request = Request::get(url).with("Accept", "application/json");
            let mut planned = planned("Key set", Party::Identity, request);
            planned.hidden = true;
            draft.requests.push(planned);
            draft.id_token = Some(token.clone());
            // What the app expects is what it sent.
            let asked = session.facts.authorization_url.clone();
            draft.expected_nonce = asked.and_then(|url| Request::get(url).parameter("nonce"));
            draft.expected_audience = Some(session.setup.client_id.clone());
        }
        Step::Api => {
            access_token(session)?;
            for (call, label) in [
                (&session.setup.call, "API call"),
                (
                    &session.setup.outside_call,
                    "API call outside of the scopes",
                ),
            ] {
                if let Some(call) = call {
                    draft.requests.push(service_call(session, call, label));
                }
            }
            draft.main = Some(0);
        }
        Step::AfterRevoke => {
            access_token(session)?;
            if let Some(call) = &session.setup.call {
                draft
                    .requests
                    .push(service_call(session, call, "API call once more"));
                draft.main = Some(0);
            }
        }
        Step::Introspect => {
            access_token(session)?;
            let request = library::introspection(&session.setup, &endpoints(session)?)?
                .ok_or(Blocked::NoEndpoint("introspection_endpoint"))?;
            add(&mut draft, "Introspection", Party::Identity, request);
        }
        Step::Refresh => {
            known(
                session.facts.refresh_token.as_ref(),
                "a refresh token",
                Step::Token,
            )?;
            let request =
                library::refresh(&session.setup, &endpoints(session)?, "{{refresh_token}}")?;
            add(&mut draft, "Refresh", Party::Identity, request);
            if let Some(call) = &session.setup.call {
                let call = service_call(session, call, "API call with the new token");
                draft.requests.push(call);
            }
        }
        Step::Reuse => {
            known(
                session.facts.old_refresh_token.as_ref(),
                "a refresh token that was replaced",
                Step::Refresh,
            )?;
            let request = library::refresh(
                &session.setup,
                &endpoints(session)?,
                "{{old_refresh_token}}",
            )?;
            add(
                &mut draft,
                "Refresh with the old token",
                Party::Identity,
                request,
            );
        }
        Step::Revoke => {
            access_token(session)?;
            let url = endpoint(session, "revocation_endpoint")?;
            let kinds: &[(&str, &str)] = match session.facts.refresh_token {
                Some(_) => &[
                    ("refresh_token", "{{refresh_token}}"),
                    ("access_token", "{{access_token}}"),
                ],
                None => &[("access_token", "{{access_token}}")],
            };
            for (kind, value) in kinds {
                let fields = [("token", *value), ("token_type_hint", *kind)];
                let mut request = Request::form_post(url, &fields);
                authenticate(&mut request, &session.setup);
                let label = match *kind {
                    "refresh_token" => "Revocation of the refresh token",
                    _ => "Revocation of the access token",
                };
                draft
                    .requests
                    .push(planned(label, Party::Identity, request));
            }
            draft.main = Some(0);
        }
    }
    Ok(draft)
}

/// The authorization URL as the library builds it from what the app knows.
fn authorization_url(session: &Session) -> Result<String, Blocked> {
    let facts = &session.facts;
    let verifier = known(facts.verifier.as_ref(), "the verifier", Step::Pkce)?;
    let state = known(facts.state.as_ref(), "the state", Step::Pkce)?;
    let url = library::authorization_url(
        &session.setup,
        &endpoints(session)?,
        session.redirect_uri(),
        state,
        verifier,
    )?;
    let mut request = Request::get(url);
    if let Some(nonce) = &facts.nonce {
        request.set_parameter("nonce", Some(nonce));
    }
    if let Some(prompt) = &session.setup.prompt {
        request.set_parameter("prompt", Some(prompt));
    }
    Ok(request.url)
}

/// Says who the app is, as it is set up to.
pub(crate) fn authenticate(request: &mut Request, setup: &Setup) {
    match setup.authentication {
        ClientAuthentication::Basic => {
            request.set_header("Authorization", "Basic {{client_credentials}}");
        }
        ClientAuthentication::Body => {
            request.set_field("client_id", Some(&setup.client_id));
            request.set_field("client_secret", Some("{{client_secret}}"));
        }
        ClientAuthentication::None => request.set_field("client_id", Some(&setup.client_id)),
    }
}

fn service_call(session: &Session, call: &Call, label: &str) -> Planned {
    let url = format!("{}{}", session.target.base_url, call.path);
    let mut request = Request::get(url)
        .with("Authorization", "Bearer {{access_token}}")
        .with("Accept", "application/json");
    request.method.clone_from(&call.method);
    planned(label, Party::Service, request)
}

fn planned(label: &str, to: Party, request: Request) -> Planned {
    Planned {
        label: label.to_owned(),
        from: Party::App,
        to,
        hidden: false,
        request,
    }
}

fn from_browser(label: &str, request: Request) -> Planned {
    Planned {
        from: Party::Browser,
        ..planned(label, Party::Identity, request)
    }
}

fn add(draft: &mut Draft, label: &str, to: Party, request: Request) {
    draft.main = Some(draft.requests.len());
    draft.requests.push(planned(label, to, request));
}

fn known<'s>(
    fact: Option<&'s String>,
    missing: &'static str,
    first: Step,
) -> Result<&'s String, Blocked> {
    fact.ok_or(Blocked::Before { missing, first })
}

fn access_token(session: &Session) -> Result<&String, Blocked> {
    let token = session.facts.access_token.as_ref();
    known(token, "an access token", Step::Token)
}

fn metadata(session: &Session) -> Result<&Value, Blocked> {
    let metadata = session.facts.metadata.as_deref();
    metadata.ok_or(Blocked::Before {
        missing: "the server's metadata",
        first: Step::Configure,
    })
}

/// An endpoint of the server's metadata.
fn endpoint<'s>(session: &'s Session, name: &'static str) -> Result<&'s str, Blocked> {
    let endpoint = metadata(session)?.get(name).and_then(Value::as_str);
    endpoint.ok_or(Blocked::NoEndpoint(name))
}

fn endpoints(session: &Session) -> Result<library::Endpoints<'_>, Blocked> {
    Ok(library::Endpoints {
        authorization: endpoint(session, "authorization_endpoint")?,
        token: endpoint(session, "token_endpoint")?,
        introspection: endpoint(session, "introspection_endpoint").ok(),
    })
}
