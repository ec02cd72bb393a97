//! Schemas of fields whose type does not say it all.

use connect_store::services::word::Word;
use schemars::{Schema, SchemaGenerator, json_schema};

/// One word of a closed set.
pub(crate) fn word<T: Word>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": T::WORDS })
}

/// One word of a closed set, or nothing.
pub(crate) fn word_or_null<T: Word>(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<Option<&str>> = T::WORDS.iter().copied().map(Some).chain([None]).collect();
    json_schema!({ "type": ["string", "null"], "enum": words })
}

/// A UUID.
pub(crate) fn uuid(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "uuid" })
}

/// A consent that must be given.
pub(crate) fn agreed(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "boolean", "const": true })
}

/// 30, 60 or 90.
pub(crate) fn day_marker(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "enum": [30, 60, 90] })
}

/// 30, 60, 90 or nothing.
pub(crate) fn day_marker_or_null(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["integer", "null"], "enum": [30, 60, 90, null] })
}
