//! Checks a JSON value against the subset of JSON Schema 2020-12 that wire types use, and names every place that does
//! not fit. Members the schema does not know are left alone.

use connect_core::Timestamp;
use serde_json::{Map, Value};

use super::Violation;
use crate::shown::shown;

/// More than this many are not listed.
const MOST: usize = 20;

/// Everything in `value` that does not fit `schema`, in the order of the schema. Also names members it does not know.
pub(crate) fn check(schema: &Value, value: &Value) -> (Vec<Violation>, Vec<String>) {
    let mut checker = Checker {
        violations: Vec::new(),
        unknown: Vec::new(),
    };
    checker.value(schema, value, "");
    (checker.violations, checker.unknown)
}

struct Checker {
    violations: Vec<Violation>,
    unknown: Vec<String>,
}

impl Checker {
    fn wrong(&mut self, path: &str, expected: impl Into<String>, received: &Value) {
        if self.violations.len() < MOST {
            self.violations.push(Violation {
                path: path.to_owned(),
                expected: expected.into(),
                received: kind(received),
            });
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        if let Some(options) = schema["anyOf"].as_array() {
            let fits = options
                .iter()
                .any(|option| check(option, value).0.is_empty());
            // What was meant is the option of the value's own type, else the first that is not null: its complaints say
            // more than "none of these".
            let meant = options
                .iter()
                .find(|option| {
                    option["type"]
                        .as_str()
                        .is_some_and(|wanted| is(wanted, value))
                })
                .or_else(|| options.iter().find(|option| option["type"] != "null"));
            match meant {
                _ if fits => {}
                Some(option) => self.value(option, value, path),
                None => self.wrong(path, "null", value),
            }
            return;
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|wanted| is(wanted, value)) {
            return self.wrong(path, describe(schema, &types), value);
        }
        if let Some(only) = schema.get("const")
            && value != only
        {
            return self.wrong(path, format!("{only}"), value);
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return self.wrong(path, one_of(words), value);
        }
        match value {
            Value::Object(members) => self.object(schema, members, path),
            Value::Array(items) => self.array(schema, items, value, path),
            Value::String(text) => self.text(schema, text, value, path),
            Value::Number(number) => {
                self.number(schema, number.as_f64().unwrap_or(0.0), value, path);
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn object(&mut self, schema: &Value, members: &Map<String, Value>, path: &str) {
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !members.contains_key(name) && self.violations.len() < MOST {
                let wanted = &schema["properties"][name];
                let types: Vec<&str> = wanted["type"].as_str().into_iter().collect();
                self.violations.push(Violation {
                    path: join(path, name),
                    expected: describe(wanted, &types),
                    received: String::from("nothing: the member is missing"),
                });
            }
        }
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for (name, wanted) in properties {
            if let Some(value) = members.get(name) {
                self.value(wanted, value, &join(path, name));
            }
        }
        for name in members
            .keys()
            .filter(|name| !properties.contains_key(*name))
        {
            let shown = shown(name, 64);
            self.unknown.push(join(path, &shown));
        }
    }

    fn array(&mut self, schema: &Value, items: &[Value], value: &Value, path: &str) {
        if let Some(least) = schema["minItems"].as_u64()
            && (items.len() as u64) < least
        {
            self.wrong(
                path,
                format!(
                    "at least {least} {}",
                    if least == 1 { "item" } else { "items" }
                ),
                value,
            );
        }
        if let Some(most) = schema["maxItems"].as_u64()
            && (items.len() as u64) > most
        {
            self.wrong(path, format!("at most {most} items"), value);
        }
        if schema["items"].is_object() {
            for (index, item) in items.iter().enumerate() {
                self.value(&schema["items"], item, &format!("{path}[{index}]"));
            }
        }
    }

    fn text(&mut self, schema: &Value, text: &str, value: &Value, path: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = schema["minLength"].as_u64()
            && length < least
        {
            self.wrong(
                path,
                format!(
                    "text of at least {least} {}",
                    if least == 1 {
                        "character"
                    } else {
                        "characters"
                    }
                ),
                value,
            );
        }
        if let Some(most) = schema["maxLength"].as_u64()
            && length > most
        {
            self.wrong(path, format!("text of at most {most} characters"), value);
        }
        let (fits, expected) = match schema["format"].as_str() {
            Some("date-time") => (
                text.parse::<Timestamp>().is_ok(),
                "an RFC 3339 time such as 2026-05-22T12:34:56Z",
            ),
            Some("email") => (is_email(text), "an email address"),
            Some("uri") => (is_url(text), "an absolute http or https URL"),
            _ => (true, ""),
        };
        if !fits {
            self.wrong(path, expected, value);
        }
    }

    fn number(&mut self, schema: &Value, number: f64, value: &Value, path: &str) {
        let bound = |name: &str| schema[name].as_f64();
        if let Some(least) = bound("minimum")
            && number < least
        {
            self.wrong(path, format!("at least {least}"), value);
        }
        if let Some(most) = bound("maximum")
            && number > most
        {
            self.wrong(path, format!("at most {most}"), value);
        }
        if let Some(above) = bound("exclusiveMinimum")
            && number <= above
        {
            self.wrong(path, format!("more than {above}"), value);
        }
    }
}

fn is(wanted: &str, value: &Value) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => true,
    }
}

fn describe(schema: &Value, types: &[&str]) -> String {
    if let Some(words) = schema["enum"].as_array() {
        return one_of(words);
    }
    if let Some(only) = schema.get("const") {
        return format!("{only}");
    }
    match schema["format"].as_str() {
        Some("date-time") => return String::from("an RFC 3339 time such as 2026-05-22T12:34:56Z"),
        Some("email") => return String::from("an email address"),
        Some("uri") => return String::from("a URL"),
        _ => {}
    }
    let words: Vec<&str> = types
        .iter()
        .map(|wanted| match *wanted {
            "object" => "an object",
            "array" => "an array",
            "string" => "a string",
            "boolean" => "true or false",
            "number" => "a number",
            "integer" => "a whole number",
            other => other,
        })
        .collect();
    if words.is_empty() {
        String::from("a value")
    } else {
        words.join(" or ")
    }
}

fn one_of(words: &[Value]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| {
            word.as_str()
                .map_or_else(|| word.to_string(), str::to_owned)
        })
        .collect();
    format!("one of {}", words.join(", "))
}

/// What a value is, without saying what it holds: it may be about somebody's health.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => String::from("null"),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) if number.is_f64() => String::from("a number"),
        Value::Number(_) => String::from("a whole number"),
        Value::String(text) if text.is_empty() => String::from("an empty string"),
        Value::String(text) => format!("a string of {} characters", text.chars().count()),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => String::from("an object"),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && c != '@')
    };
    text.split_once('@')
        .is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}

fn is_url(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| {
            !rest.is_empty()
                && !rest.starts_with(['/', '?', '#'])
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn complaints(schema: &Value, value: &Value) -> Vec<String> {
        check(schema, value)
            .0
            .into_iter()
            .map(|it| format!("{}: {} / {}", it.path, it.expected, it.received))
            .collect()
    }

    #[test]
    fn every_place_that_does_not_fit_is_named() {
        let schema = json!({
            "type": "object",
            "required": ["id", "rows"],
            "properties": {
                "id": { "type": "string", "minLength": 1 },
                "rows": { "type": "array", "minItems": 1, "items": {
                    "type": "object", "required": ["value"],
                    "properties": { "value": { "type": "number", "minimum": 0 }, "at": { "type": "string", "format": "date-time" } } } },
                "kind": { "anyOf": [{ "type": "string", "enum": ["a", "b"] }, { "type": "null" }] },
            },
        });
        let value = json!({ "id": "", "rows": [{ "value": "x", "at": "yesterday" }, {}], "kind": "c", "more": 1 });
        assert_eq!(
            complaints(&schema, &value),
            [
                "id: text of at least 1 character / an empty string",
                "rows[0].value: a number / a string of 1 characters",
                "rows[0].at: an RFC 3339 time such as 2026-05-22T12:34:56Z / a string of 9 characters",
                "rows[1].value: a number / nothing: the member is missing",
                "kind: one of a, b / a string of 1 characters",
            ]
        );
        assert_eq!(check(&schema, &value).1, ["more"]);
        assert_eq!(
            complaints(&schema, &json!([])),
            [": an object / an array of 0"]
        );
        assert!(
            complaints(
                &schema,
                &json!({ "id": "x", "rows": [{ "value": 1 }], "kind": null })
            )
            .is_empty()
        );
    }

    #[test]
    fn formats_are_checked() {
        let is = |format: &str, text: &str| {
            complaints(&json!({ "type": "string", "format": format }), &json!(text)).is_empty()
        };
        assert!(is("email", "a@b.example") && !is("email", "a@b") && !is("email", "@b.example"));
        assert!(
            is("uri", "https://a.example/x")
                && !is("uri", "javascript:alert(1)")
                && !is("uri", "http:///x")
        );
        assert!(is("date-time", "2026-05-22T12:34:56+02:00") && !is("date-time", "2026-05-22"));
    }
}
