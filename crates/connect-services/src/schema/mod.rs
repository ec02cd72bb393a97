//! What a body must look like, and everything about a given one that does not.
//!
//! The schema that checks a request is the one its OpenAPI document shows: both are made from the wire type.

mod check;
pub(crate) mod words;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

pub(crate) use check::check;

use crate::catalogue::SchemaOf;

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Where: `biomarkers[0].value`, empty for the body as a whole.
    pub path: String,
    /// What the schema wants there.
    pub expected: String,
    /// What is there, by its kind; a value only where it is a word or a small number.
    pub received: String,
}

/// A type's schema with everything written out in place, as [`check`] wants it.
pub(crate) fn whole(of: SchemaOf) -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut generator = SchemaGenerator::new(settings);
    of(&mut generator).to_value()
}
