//! Parameters of the query string, after they were found to fit what the operation declares.

use connect_core::Timestamp;
use connect_core::domain::finding::Finding;
use connect_core::domain::standing::Clause;
use connect_core::protocol::form::{FormError, Params};
use connect_wire::ExchangeHandle;

use crate::body::misfit;
use crate::catalogue::{Operation, Parameter, Place, Shape};
use crate::failure::Failure;
use crate::schema::Violation;
use crate::shown::shown;

/// Longest text a parameter may hold, in characters.
const LONGEST: usize = 200;
/// Most rows of one page, and how many when it is not said.
pub(crate) const LIMIT: Parameter = Parameter::query(
    "limit",
    Shape::Whole {
        min: 1,
        max: 200,
        default: Some(50),
    },
    "Most rows in the answer.",
);
/// How many rows to skip.
pub(crate) const OFFSET: Parameter = Parameter::query(
    "offset",
    Shape::Whole {
        min: 0,
        max: 1_000_000,
        default: Some(0),
    },
    "Rows to skip.",
);

/// The parameters of a call.
#[derive(Debug, Default)]
pub(crate) struct Query {
    sent: Params,
    declared: &'static [Parameter],
}

impl Query {
    /// Reads the query string of a call of `operation`; what does not fit is refused, what is not declared is a finding.
    pub(crate) fn read(
        operation: &'static Operation,
        text: &str,
        exchange: &ExchangeHandle,
    ) -> Result<Self, Failure> {
        let (sent, verdict) = Params::parse(text.as_bytes());
        let declared = operation.parameters;
        let mut violations = Vec::new();
        if let Err(error) = verdict {
            let (FormError::Duplicate(name) | FormError::NotUtf8(name) | FormError::Control(name)) =
                &error;
            violations.push(Violation {
                path: shown(name, 64),
                expected: String::from("once, in UTF-8, without control characters"),
                received: shown(&error.to_string(), 120),
            });
        }
        for parameter in declared
            .iter()
            .filter(|parameter| parameter.place == Place::Query)
        {
            match sent.get(parameter.name) {
                Some(value) => {
                    if let Err(expected) = fits(parameter.shape, value) {
                        violations.push(Violation {
                            path: parameter.name.to_owned(),
                            expected,
                            received: format!("text of {} characters", value.chars().count()),
                        });
                    }
                }
                None if parameter.required => violations.push(Violation {
                    path: parameter.name.to_owned(),
                    expected: String::from("a value"),
                    received: String::from("nothing: the parameter is missing"),
                }),
                None => {}
            }
        }
        if !violations.is_empty() {
            return Err(misfit("query_fits", "query", violations));
        }
        exchange.note(|notes| notes.passed("query_fits"));
        let unknown: Vec<&str> = sent
            .iter()
            .map(|(name, _)| name)
            .filter(|name| {
                declared
                    .iter()
                    .all(|parameter| parameter.place != Place::Query || parameter.name != *name)
            })
            .collect();
        if !unknown.is_empty() {
            let names: Vec<String> = unknown.iter().map(|name| shown(name, 64)).collect();
            let finding = Finding::new(
                "unknown_parameters",
                format!(
                    "The query holds parameters that the operation does not know, which were ignored: {}.",
                    names.join(", ")
                ),
                Clause::assumed("unknown parameters are ignored"),
            );
            exchange.note(|notes| notes.find(finding));
        }
        Ok(Self { sent, declared })
    }

    /// A text, or a word out of a set.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.sent.get(name)
    }

    /// A whole number: as sent, else as declared for its absence.
    pub(crate) fn whole(&self, name: &str) -> u32 {
        let declared = self
            .declared
            .iter()
            .find(|parameter| parameter.name == name);
        let default = match declared.map(|parameter| parameter.shape) {
            Some(Shape::Whole { default, .. }) => default.unwrap_or(0),
            _ => 0,
        };
        self.sent
            .get(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    }

    /// A time.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.sent.get(name).and_then(|value| value.parse().ok())
    }
}

fn fits(shape: Shape, value: &str) -> Result<(), String> {
    match shape {
        Shape::Text if value.chars().count() > LONGEST => {
            Err(format!("text of at most {LONGEST} characters"))
        }
        Shape::Text => Ok(()),
        Shape::Whole { min, max, .. } => match value.parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Ok(()),
            _ => Err(format!("a whole number from {min} to {max}")),
        },
        Shape::Time => match value.parse::<Timestamp>() {
            Ok(_) => Ok(()),
            Err(_) => Err(String::from(
                "an RFC 3339 time such as 2026-05-22T12:34:56Z (write `+` as %2B)",
            )),
        },
        Shape::Word(words) if words.contains(&value) => Ok(()),
        Shape::Word(words) => Err(format!("one of {}", words.join(", "))),
    }
}
