//! What each claim means, and where that is written.

use serde_json::Value;

use super::readable;
use crate::session::{Check, Claim};

/// A claim: its meaning, the scope that brings it, the check that is made of it, where it is written.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    &'static str,
);

const SECTION_2: &str = "OpenID Connect Core 1.0 §2";
const STANDARD_CLAIMS: &str = "OpenID Connect Core 1.0 §5.1";

const CLAIMS: [Row; 17] = [
    (
        "iss",
        "Who made the token.",
        None,
        Some("issuer_matches"),
        SECTION_2,
    ),
    (
        "sub",
        "Whom it is about: the person's id, the same for this app every time.",
        Some("openid"),
        Some("subject_present"),
        SECTION_2,
    ),
    (
        "aud",
        "Whom it is for: this app's client id.",
        None,
        Some("audience_matches"),
        SECTION_2,
    ),
    ("exp", "When it ends.", None, Some("not_expired"), SECTION_2),
    (
        "iat",
        "When it was made.",
        None,
        Some("issued_in_the_past"),
        SECTION_2,
    ),
    (
        "nbf",
        "When it begins to count.",
        None,
        None,
        "RFC 7519 §4.1.5",
    ),
    (
        "auth_time",
        "When the person signed in.",
        None,
        None,
        SECTION_2,
    ),
    (
        "nonce",
        "The value that the app sent: it ties the token to that request.",
        None,
        Some("nonce_matches"),
        SECTION_2,
    ),
    (
        "azp",
        "The app that it was issued to.",
        None,
        Some("authorized_party_matches"),
        SECTION_2,
    ),
    (
        "at_hash",
        "Half of the hash of the access token that came with it.",
        None,
        None,
        "OpenID Connect Core 1.0 §3.1.3.6",
    ),
    ("jti", "The token's own id.", None, None, "RFC 7519 §4.1.7"),
    (
        "email",
        "The person's address.",
        Some("email"),
        None,
        STANDARD_CLAIMS,
    ),
    (
        "email_verified",
        "Whether the address was checked.",
        Some("email"),
        None,
        STANDARD_CLAIMS,
    ),
    (
        "name",
        "The person's name.",
        Some("profile"),
        None,
        STANDARD_CLAIMS,
    ),
    (
        "locale",
        "The person's language.",
        Some("profile"),
        None,
        STANDARD_CLAIMS,
    ),
    (
        "updated_at",
        "When the person's profile last changed.",
        Some("profile"),
        None,
        STANDARD_CLAIMS,
    ),
    (
        "brand",
        "The brand that the person belongs to.",
        None,
        None,
        "/connect/tokens",
    ),
];

pub(super) fn claim(name: &str, value: &Value, checks: &[Check]) -> Claim {
    let row = CLAIMS.iter().find(|row| row.0 == name);
    let is_time = matches!(name, "exp" | "iat" | "nbf" | "auth_time" | "updated_at");
    let check = row.and_then(|row| row.3);
    let check = check.and_then(|name| checks.iter().find(|check| check.name == name));
    Claim {
        name: name.to_owned(),
        value: value.to_string(),
        meaning: row
            .map_or("A claim of this server's own.", |row| row.1)
            .to_owned(),
        readable: value.as_i64().filter(|_| is_time).map(readable),
        scope: row.and_then(|row| row.2).map(str::to_owned),
        passed: check.map(|check| check.passed),
        source: row.map_or("", |row| row.4).to_owned(),
    }
}
