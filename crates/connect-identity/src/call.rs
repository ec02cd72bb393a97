//! One request on its way through an endpoint: its exchange, headers, body, and the checks it passes.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use connect_core::domain::actor::Actor;
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::{Origin, Seq};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::TraceId;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::form::{FormError, Params};
use connect_store::StoreError;
use connect_wire::ExchangeHandle;
use connect_wire::answer::{self, Refused};
use http::header;
use http::request::Parts;

use crate::Identity;

/// A request, whole.
pub(crate) struct Call {
    pub(crate) exchange: ExchangeHandle,
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
}

impl FromRequest<Arc<Identity>> for Call {
    type Rejection = Response;

    async fn from_request(
        request: http::Request<Body>,
        state: &Arc<Identity>,
    ) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let exchange = ExchangeHandle::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| {
            answer::refuse(
                &exchange,
                Refusal::new(
                    "body_readable",
                    ErrorCode::InvalidRequest,
                    "The request body could not be read to its end",
                    Clause::standard("RFC 9112 §6"),
                )
                .expected("a whole body")
                .received("a body that broke off")
                .fix("Send the body again."),
            )
        })?;
        exchange.note(|notes| notes.service = Some("identity"));
        Ok(Self {
            exchange,
            parts,
            body,
        })
    }
}

impl Call {
    /// Names the operation, once, at the top of a handler.
    pub(crate) fn operation(&self, name: &'static str) {
        self.exchange.note(|notes| notes.operation = Some(name));
    }

    /// A header's value, when it is there once and is text.
    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        let mut values = self.parts.headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then_some(())?;
        first.to_str().ok()
    }

    /// The name the request was addressed to, as the listener checked it.
    pub(crate) fn authority(&self) -> &str {
        match self.parts.extensions.get::<connect_wire::Addressed>() {
            Some(addressed) => addressed.authority(),
            None => self.header(header::HOST).unwrap_or("127.0.0.1"),
        }
    }

    /// The issuer: scheme and authority as addressed (ruling 15).
    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.authority())
    }

    /// Whether the caller reads JSON rather than pages.
    pub(crate) fn wants_json(&self) -> bool {
        let accept = self.header(header::ACCEPT).unwrap_or("");
        accept.contains("application/json") && !accept.contains("text/html")
    }

    /// Parameters of the query string.
    pub(crate) fn query(&self) -> (Params, Result<(), FormError>) {
        Params::parse(self.parts.uri.query().unwrap_or("").as_bytes())
    }

    /// Notes a passed check, or hands the refusal on.
    pub(crate) fn check<T>(
        &self,
        name: &'static str,
        verdict: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if verdict.is_ok() {
            self.exchange.note(|notes| notes.passed(name));
        }
        verdict
    }

    /// Notes a passed check.
    pub(crate) fn passed(&self, name: &'static str) {
        self.exchange.note(|notes| notes.passed(name));
    }

    /// Notes a finding.
    pub(crate) fn find(&self, finding: Finding) {
        self.exchange.note(|notes| notes.find(finding));
    }

    /// Notes a fact.
    pub(crate) fn fact(&self, name: &'static str, value: impl Into<String>) {
        self.exchange.note(|notes| notes.fact(name, value));
    }

    /// Puts the exchange into a trace.
    pub(crate) fn trace(&self, trace: &TraceId, cause: Option<Seq>) {
        self.exchange.note(|notes| {
            notes.trace = Some(trace.clone());
            notes.cause = cause;
        });
    }

    /// The origin of a change made by this request.
    pub(crate) fn origin(&self, actor: Actor, trace: TraceId, cause: Option<Seq>) -> Origin {
        Origin {
            at: self.exchange.started(),
            actor,
            trace,
            cause,
            exchange: Some(self.exchange.id().clone()),
        }
    }

    /// The answer to a refusal.
    pub(crate) fn refuse(&self, refused: impl Into<Refused>) -> Response {
        answer::refuse(&self.exchange, refused)
    }

    /// The parameters of a form body (RFC 6749 §3.2, appendix B), after the checks every form endpoint makes.
    pub(crate) fn form(&self) -> Result<Params, Refusal> {
        let sent = self.header(header::CONTENT_TYPE).unwrap_or("");
        let essence = sent.split(';').next().unwrap_or("").trim();
        self.check(
            "content_type_form",
            if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                Ok(())
            } else {
                Err(Refusal::new(
                    "content_type_form",
                    ErrorCode::InvalidRequest,
                    "The request body must be application/x-www-form-urlencoded",
                    Clause::documented("RFC 6749 §3.2; Connect quickstart, step 4"),
                )
                .expected("Content-Type: application/x-www-form-urlencoded")
                .received(if sent.is_empty() { "no Content-Type".to_owned() } else { format!("Content-Type: {sent}") })
                .fix("Send the parameters as a form body: URLSearchParams in JavaScript, data={…} in Python requests, -d in curl."))
            },
        )?;
        let in_query = self.query().0.iter().find_map(|(name, _)| {
            [
                "client_secret",
                "client_id",
                "code",
                "refresh_token",
                "grant_type",
                "code_verifier",
                "token",
            ]
            .into_iter()
            .find(|known| name == *known)
        });
        self.check(
            "parameters_in_body",
            match in_query {
                None => Ok(()),
                Some(name) => Err(Refusal::new(
                    "parameters_in_body",
                    ErrorCode::InvalidRequest,
                    "Parameters must be sent in the request body, not in the URL",
                    Clause::standard("RFC 6749 §2.3.1"),
                )
                .expected("no OAuth parameter in the query string")
                .received(format!("`{name}` in the query string"))
                .fix("Move it to the form body: URLs end up in logs and histories.")),
            },
        )?;
        let (params, verdict) = Params::parse(&self.body);
        self.check(
            "parameters_once",
            verdict.map_err(|error| malformed(&error)),
        )?;
        Ok(params)
    }
}

/// The refusal of parameters that could not be read.
pub(crate) fn malformed(error: &FormError) -> Refusal {
    let (expected, fix) = match error {
        FormError::Duplicate(_) => (
            "each parameter at most once",
            "Send the parameter once. Libraries that append instead of set are a common cause.",
        ),
        FormError::NotUtf8(_) => (
            "values in UTF-8",
            "Percent-encode the UTF-8 bytes of the value.",
        ),
        FormError::Control(_) => ("values without NUL", "Remove the NUL byte from the value."),
    };
    Refusal::new(
        "parameters_once",
        ErrorCode::InvalidRequest,
        match error {
            FormError::Duplicate(_) => "A parameter was sent more than once",
            FormError::NotUtf8(_) => "A parameter is not valid UTF-8",
            FormError::Control(_) => "A parameter holds a control character",
        },
        Clause::standard("RFC 6749 §3.1, §3.2"),
    )
    .expected(expected)
    .received(error.to_string())
    .fix(fix)
}

/// The answer when our own part failed. The cause goes to the log, which never holds a credential.
pub(crate) fn server_error(call: &Call, error: &dyn std::error::Error) -> Refusal {
    tracing::error!(exchange = %call.exchange.id(), error = %chain(error), "a request could not be answered");
    Refusal::new(
        "sandbox_works",
        ErrorCode::ServerError,
        "The sandbox could not answer; its log says why",
        Clause::documented("/reference/errors"),
    )
    .expected("a working sandbox")
    .received(chain(error))
    .fix("See the message; `connect-sandbox status` says what is wrong with the workspace.")
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// What an endpoint's steps fail with: a refusal, or a failure of the store that becomes one.
pub(crate) enum Failure {
    /// The request is at fault.
    Refused(Box<Refused>),
    /// We are.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// What to answer with.
    pub(crate) fn into_refused(self, call: &Call) -> Refused {
        match self {
            Self::Refused(refused) => *refused,
            Self::Broken(error) => server_error(call, &*error).into(),
        }
    }

    /// The answer itself.
    pub(crate) fn answer(self, call: &Call) -> Response {
        call.refuse(self.into_refused(call))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal.into()))
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Broken(Box::new(error))
    }
}

impl From<connect_store::sealing::KeyError> for Failure {
    fn from(error: connect_store::sealing::KeyError) -> Self {
        Self::Broken(Box::new(error))
    }
}

impl From<crate::keys::KeyError> for Failure {
    fn from(error: crate::keys::KeyError) -> Self {
        Self::Broken(Box::new(error))
    }
}
