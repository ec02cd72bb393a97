//! Input that comes close to what is right, and input that is nowhere near.

use arbtest::arbitrary::{Result, Unstructured};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

/// Text that has broken parsers before, or none at all.
pub(super) const NASTY: [&str; 18] = [
    "",
    " ",
    "\0",
    "%",
    "%zz",
    "%00",
    "a\r\nb: c",
    "\u{202e}",
    "🦀",
    "\u{feff}",
    "../../etc/passwd",
    "<script>",
    "'--",
    "{}",
    "[]",
    "99999999999999999999",
    "-1",
    "null",
];

pub(super) fn value(u: &mut Unstructured<'_>, known: &[String]) -> Result<Vec<u8>> {
    Ok(match u.int_in_range(0..=7)? {
        0..=3 if !known.is_empty() => u.choose(known)?.clone().into_bytes(),
        4 => u.choose(&NASTY)?.as_bytes().to_vec(),
        5 => u.arbitrary::<&[u8]>()?.to_vec(),
        6 => u.arbitrary::<&str>()?.as_bytes().to_vec(),
        _ => "a".repeat(u.int_in_range(0..=300)?).into_bytes(),
    })
}

/// `name=value&…` of known and unknown names, encoded well or not at all.
pub(super) fn form(u: &mut Unstructured<'_>, names: &[&str], known: &[String]) -> Result<Vec<u8>> {
    let mut form = Vec::new();
    for _ in 0..u.int_in_range(0..=14)? {
        let name = if u.ratio(1, 12)? {
            value(u, known)?
        } else {
            u.choose(names)?.as_bytes().to_vec()
        };
        let value = value(u, known)?;
        for part in [name, b"=".to_vec(), value, b"&".to_vec()] {
            if part == b"=" || part == b"&" {
                form.extend_from_slice(&part);
            } else if u.ratio(9, 10)? {
                form.extend_from_slice(
                    percent_encode(&part, NON_ALPHANUMERIC)
                        .to_string()
                        .as_bytes(),
                );
            } else {
                form.extend_from_slice(&part);
            }
        }
    }
    Ok(form)
}

/// As a target: what can't stand in a request line is encoded.
pub(super) fn in_target(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii_graphic() {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02x}")
            }
        })
        .collect()
}

pub(super) fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// JSON of any shape; `strings` are tried where text stands.
pub(super) fn json_value(
    u: &mut Unstructured<'_>,
    strings: &[String],
    depth: u32,
) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 5 } else { 9 })? {
        0 => json!(null),
        1 => json!(u.arbitrary::<bool>()?),
        2 => json!(u.arbitrary::<i64>()?),
        3 => json!(u.arbitrary::<f32>()?),
        4 => json!(String::from_utf8_lossy(&value(u, strings)?)),
        5 => json!(u.choose(strings)?),
        6 | 7 => {
            let length = u.int_in_range(0..=4)?;
            Value::Array(
                (0..length)
                    .map(|_| json_value(u, strings, depth - 1))
                    .collect::<Result<_>>()?,
            )
        }
        _ => {
            let length = u.int_in_range(0..=8)?;
            let pairs = (0..length).map(|_| {
                Ok((
                    u.choose(strings)?.clone(),
                    json_value(u, strings, depth - 1)?,
                ))
            });
            Value::Object(pairs.collect::<Result<_>>()?)
        }
    })
}
