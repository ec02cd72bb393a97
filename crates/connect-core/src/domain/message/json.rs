//! JSON for reading and for comparing, every number and every text as it was written.

use serde::de::IgnoredAny;
use serde_json::Value;

/// Most fields that are told apart.
const MOST_FIELDS: usize = 5000;

/// Whether it is JSON.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The same JSON with a line for each member, two blanks deeper for each level; none when it is no JSON.
#[must_use]
pub fn pretty(text: &str) -> Option<String> {
    if !is_json(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut characters = text.chars().filter(not_blank_outside_texts()).peekable();
    let mut in_text = false;
    let mut escaped = false;
    while let Some(character) = characters.next() {
        if in_text {
            out.push(character);
            in_text = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                if let Some(end @ ('}' | ']')) = characters.peek().copied() {
                    characters.next();
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => {
                in_text = other == '"';
                out.push(other);
            }
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Says of each character in turn whether it counts: blanks between the parts of JSON do not.
fn not_blank_outside_texts() -> impl FnMut(&char) -> bool {
    let (mut in_text, mut escaped) = (false, false);
    move |character| {
        if in_text {
            in_text = escaped || *character != '"';
            escaped = !escaped && *character == '\\';
            return true;
        }
        in_text = *character == '"';
        !matches!(character, ' ' | '\t' | '\r' | '\n')
    }
}

/// Every value that is no list and no object, with its path: `results[0].value`. At most 5,000 of them; none when it is
/// no JSON.
#[must_use]
pub fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    walk(&value, String::new(), &mut found);
    Some(found)
}

fn walk(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    if found.len() >= MOST_FIELDS {
        return;
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                walk(member, path, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{path}[{index}]"), found);
            }
        }
        Value::String(text) => found.push((path, text.clone())),
        other => found.push((path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_set_out_and_nothing_in_it_changes() {
        let text = r#"{"a" : 1.50, "b":[ {}, [], "x: {\"y\"} \\" ],"c":12345678901234567890123}"#;
        assert_eq!(
            pretty(text).as_deref(),
            Some(
                "{\n  \"a\": 1.50,\n  \"b\": [\n    {},\n    [],\n    \"x: {\\\"y\\\"} \\\\\"\n  ],\n  \"c\": 12345678901234567890123\n}"
            )
        );
        assert_eq!(pretty("{"), None);
        assert_eq!(pretty(" true "), Some("true".to_owned()));
    }

    #[test]
    fn what_is_set_out_is_the_same_json() {
        arbtest::arbtest(|u| {
            const PARTS: &[&str] = &[
                "{", "}", "[", "]", ",", ":", "\"", "\\", "a", " ", "1", "null", "\"k\":", "\n",
            ];
            let mut text = String::new();
            for _ in 0..u.int_in_range(0..=16)? {
                text.push_str(u.choose(PARTS)?);
            }
            if let Some(set_out) = pretty(&text) {
                let same = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
                assert_eq!(same(&set_out), same(&text));
                assert_eq!(pretty(&set_out).as_ref(), Some(&set_out));
            }
            Ok(())
        });
    }

    #[test]
    fn fields_have_paths() {
        let found = fields(r#"{"results":[{"code":"ferritin","value":61.5}],"count":1,"none":[]}"#);
        let expected = [
            ("results[0].code", "ferritin"),
            ("results[0].value", "61.5"),
            ("count", "1"),
            ("none", "[]"),
        ];
        let expected = expected.map(|(path, value)| (path.to_owned(), value.to_owned()));
        assert_eq!(found, Some(expected.to_vec()));
        assert_eq!(fields("no"), None);
    }
}
