//! Calls that a walk makes: as they are written, and with the scope they need.

use connect_simulator::session::Call;

use super::super::choices::plain_calls;
use super::invalid;
use crate::commands::Answer;

/// `GET /clinical/v1/biomarkers/me`; nothing for no call.
pub(super) fn call(field: &str, text: &str) -> Answer<Option<Call>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        invalid(
            field,
            "a method and a path are needed, such as `GET /clinical/v1/biomarkers/me`",
        )
    };
    let (method, path) = text.split_once(' ').ok_or_else(wrong)?;
    let path_is_one = path.trim().starts_with('/')
        && !path.trim().starts_with("//")
        && !path
            .trim()
            .contains(|c: char| c.is_whitespace() || c.is_control());
    if !path_is_one || !method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(wrong());
    }
    let mut known = plain_calls().map(|(_, call)| call);
    let scope = known.find(|call| call.call == text);
    Ok(Some(parsed(text, scope.and_then(|call| call.scope))))
}

pub(super) fn parsed(text: &str, scope: Option<String>) -> Call {
    let (method, path) = text.split_once(' ').unwrap_or(("GET", text));
    Call {
        method: method.to_ascii_uppercase(),
        path: path.trim().to_owned(),
        scope,
    }
}
