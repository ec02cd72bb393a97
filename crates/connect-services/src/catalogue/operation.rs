//! One operation: what it is called, where it is, who may use it, what it takes and gives, and what answers it.

use std::fmt;

use connect_core::domain::standing::Standing;
use connect_core::protocol::error::ErrorCode;
use futures_util::future::BoxFuture;
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::service::Service;

/// An HTTP method that operations use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `GET`, which also answers `HEAD`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Verb {
    /// The method as sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The verb a method is.
    #[must_use]
    pub fn of(method: &Method) -> Option<Self> {
        match method.as_str() {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }

    /// Whether an `Idempotency-Key` belongs with it (/concepts/idempotency-and-retries: POST, PUT, DELETE).
    #[must_use]
    pub const fn wants_key(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Delete)
    }
}

/// How real an operation is here (ruling 35). Operations of tier C are not in the catalogue: see [`super::ABSENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Real reads and writes on rows.
    A,
    /// A small stated rule table over the same rows.
    B,
}

impl Tier {
    /// The letter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// A person's token that holds the scope.
    Scope(&'static str),
    /// A person's token that holds the first, or a machine's that holds the second.
    ScopeOrMachine(&'static str, &'static str),
    /// Any valid token, a person's or a machine's.
    AnyToken,
    /// Loop's own: a first-party app with a person's token that holds the scope, or the machine of Loop's service that
    /// owns the operation. No scope for third parties covers it.
    Own(&'static str),
}

impl Gate {
    /// The scope a person's token must hold.
    #[must_use]
    pub const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Scope(scope) | Self::ScopeOrMachine(scope, _) | Self::Own(scope) => Some(scope),
            Self::AnyToken => None,
        }
    }
}

/// How long an answer is kept under an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyed {
    /// Not at all: the operation changes nothing and has no body.
    No,
    /// 24 hours.
    Day,
    /// 7 days: payments.
    Week,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query string.
    Query,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Text of at most 200 characters.
    Text,
    /// A whole number within bounds, and what it is when absent.
    Whole {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
        /// When absent; none: nothing.
        default: Option<u32>,
    },
    /// An RFC 3339 time.
    Time,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A parameter of a path or query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it holds.
    pub shape: Shape,
    /// Must be there.
    pub required: bool,
    /// What it is for.
    pub about: &'static str,
}

impl Parameter {
    /// A part of the path.
    #[must_use]
    pub const fn path(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            place: Place::Path,
            shape: Shape::Text,
            required: true,
            about,
        }
    }

    /// A parameter of the query that may be left out.
    #[must_use]
    pub const fn query(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            place: Place::Query,
            shape,
            required: false,
            about,
        }
    }

    /// The same, when it must be there.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}

/// Makes a type's JSON Schema.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What answers an operation.
pub type Handler = for<'c> fn(&'c Call) -> BoxFuture<'c, Result<Answer, Failure>>;

/// An operation.
pub struct Operation {
    /// Its name on exchanges and in OpenAPI: `biomarkers_me`.
    pub id: &'static str,
    /// The service that owns it.
    pub service: Service,
    /// Its method.
    pub verb: Verb,
    /// Its path template, without the service: `/v1/protocols/{id}`.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What a reader must know: above all, what is assumed.
    pub notes: &'static str,
    /// Who may use it.
    pub gate: Gate,
    /// How sure the gate is.
    pub gate_standing: Standing,
    /// How real it is.
    pub tier: Tier,
    /// How sure it is that the platform has it, with this shape.
    pub standing: Standing,
    /// Where that is written.
    pub source: &'static str,
    /// Parameters of path and query.
    pub parameters: &'static [Parameter],
    /// Its request body.
    pub request: Option<SchemaOf>,
    /// HTTP status of its answer.
    pub status: u16,
    /// Body of its answer.
    pub response: SchemaOf,
    /// What it refuses, beyond what every operation does.
    pub errors: &'static [ErrorCode],
    /// How long its answer is kept.
    pub keyed: Keyed,
    /// What answers it.
    pub handler: Handler,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({} {}{})",
            self.id,
            self.verb.as_str(),
            self.service.name(),
            self.path
        )
    }
}

impl Operation {
    /// An operation: its place, its name, what it answers with and what answers it. The rest is said with the methods
    /// below; until then it needs `scope`, is documented, of tier A, and answers 200.
    pub(crate) const fn new<Response: JsonSchema>(
        service: Service,
        verb: Verb,
        path: &'static str,
        id: &'static str,
        scope: &'static str,
        handler: Handler,
    ) -> Self {
        Self {
            id,
            service,
            verb,
            path,
            summary: "",
            notes: "",
            gate: Gate::Scope(scope),
            gate_standing: Standing::Assumed,
            tier: Tier::A,
            standing: Standing::Documented,
            source: "",
            parameters: &[],
            request: None,
            status: 200,
            response: SchemaGenerator::subschema_for::<Response>,
            errors: &[],
            keyed: if matches!(verb, Verb::Get) {
                Keyed::No
            } else {
                Keyed::Day
            },
            handler,
        }
    }

    pub(crate) const fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    pub(crate) const fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    pub(crate) const fn gate(self, gate: Gate) -> Self {
        Self { gate, ..self }
    }

    pub(crate) const fn rules(self) -> Self {
        Self {
            tier: Tier::B,
            ..self
        }
    }

    pub(crate) const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    pub(crate) const fn assumed(self, source: &'static str) -> Self {
        Self {
            standing: Standing::Assumed,
            source,
            ..self
        }
    }

    pub(crate) const fn parameters(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    pub(crate) const fn takes<Request: JsonSchema>(self) -> Self {
        Self {
            request: Some(SchemaGenerator::subschema_for::<Request>),
            ..self
        }
    }

    pub(crate) const fn creates(self) -> Self {
        Self {
            status: 201,
            ..self
        }
    }

    pub(crate) const fn refuses(self, errors: &'static [ErrorCode]) -> Self {
        Self { errors, ..self }
    }

    pub(crate) const fn kept_a_week(self) -> Self {
        Self {
            keyed: Keyed::Week,
            ..self
        }
    }
}
