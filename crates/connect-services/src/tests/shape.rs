//! Compares a body with the documented members, written as the facts write them:
//! `results[]{id,value,reference_low},count`; `[]{…}` for an array at the top.

use std::collections::BTreeSet;

use serde_json::Value;

/// Panics, naming the place, unless `body` has exactly the members of `shape`.
pub(super) fn assert_shape(body: &Value, shape: &str, what: &str) {
    let mut rest = shape;
    if let Some(inner) = shape.strip_prefix("[]") {
        rest = inner;
        array(body, &mut rest, what);
    } else {
        object(body, &mut rest, what);
    }
    assert!(
        rest.is_empty(),
        "{what}: the shape {shape} breaks off at {rest}"
    );
}

fn object(value: &Value, rest: &mut &str, place: &str) {
    let members = value
        .as_object()
        .unwrap_or_else(|| panic!("{place} is no object: {value}"));
    let mut wanted = BTreeSet::new();
    loop {
        let end = rest.find([',', '[', '{', '}']).unwrap_or(rest.len());
        let name = &rest[..end];
        *rest = &rest[end..];
        wanted.insert(name.to_owned());
        let place = format!("{place}.{name}");
        let member = members
            .get(name)
            .unwrap_or_else(|| panic!("{place} is missing"));
        if let Some(inner) = rest.strip_prefix("[]") {
            *rest = inner;
            array(member, rest, &place);
        } else if let Some(inner) = rest.strip_prefix('{') {
            *rest = inner;
            object(member, rest, &place);
            *rest = rest.strip_prefix('}').expect("a closed brace");
        }
        match rest.strip_prefix(',') {
            Some(inner) => *rest = inner,
            None => break,
        }
    }
    let given: BTreeSet<String> = members.keys().cloned().collect();
    assert_eq!(given, wanted, "{place}");
}

fn array(value: &Value, rest: &mut &str, place: &str) {
    let items = value
        .as_array()
        .unwrap_or_else(|| panic!("{place} is no array: {value}"));
    let Some(inner) = rest.strip_prefix('{') else {
        return;
    };
    assert!(
        !items.is_empty(),
        "{place} is empty: its items can't be compared"
    );
    let mut after = inner;
    for item in items {
        after = inner;
        object(item, &mut after, &format!("{place}[]"));
    }
    *rest = after.strip_prefix('}').expect("a closed brace");
}
