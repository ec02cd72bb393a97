//! Which of the app's own checks an id_token will fail: by what is known of the server's keys, its metadata and the time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::id_token::LEEWAY;
use crate::known::Known;
use crate::plan::Draft;
use crate::session::Session;

/// The checks that can be foreseen here, in the order in which the app makes them (OpenID Connect Core 1.0 §3.1.3.7).
const ORDER: [&str; 8] = [
    "algorithm_allowed",
    "key_published",
    "signature_valid",
    "issuer_matches",
    "audience_matches",
    "not_expired",
    "issued_in_the_past",
    "nonce_matches",
];

/// The first check that fails; `meant` is the one that tampering is about.
pub(super) fn failing(
    draft: &Draft,
    session: &Session,
    known: &Known,
    meant: Option<&'static str>,
) -> Option<&'static str> {
    let unmeant = unmeant(draft, session, known);
    let place = |check: &&'static str| ORDER.iter().position(|it| it == check);
    [meant, unmeant].into_iter().flatten().min_by_key(place)
}

/// Why a check fails that nobody made fail.
pub(super) fn because(check: &str) -> Option<&'static str> {
    Some(match check {
        "algorithm_allowed" => {
            "the app was set to another algorithm after the server's metadata was read"
        }
        "key_published" => "the key that signed it was retired, and is not published any more",
        "not_expired" => {
            "id_tokens live for five minutes, and this one has been lying about for longer"
        }
        "issued_in_the_past" => {
            "it was stamped by another clock than the one that it is judged by now"
        }
        _ => return None,
    })
}

fn unmeant(draft: &Draft, session: &Session, known: &Known) -> Option<&'static str> {
    let mut parts = draft.id_token.as_deref()?.split('.');
    let (header, payload) = (part(parts.next()?)?, part(parts.next()?)?);
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let metadata = session.facts.metadata.as_ref();
    let allowed = metadata.and_then(|it| {
        it.get("id_token_signing_alg_values_supported")?
            .as_array()
            .cloned()
    });
    if allowed.is_some_and(|it| !it.iter().any(|alg| alg.as_str() == text("alg"))) {
        return Some("algorithm_allowed");
    }
    let published = known.keys.as_ref();
    if published.is_some_and(|kids| !kids.iter().any(|kid| Some(&**kid) == text("kid"))) {
        return Some("key_published");
    }
    let now = if known.rules.virtual_time {
        known.server_now()
    } else {
        known.now.wall
    };
    let now = now.plus(draft.advance.unwrap_or_default()).as_secs();
    let second = |name: &str| payload.get(name).and_then(Value::as_i64);
    if second("exp")?.saturating_add(LEEWAY) <= now {
        return Some("not_expired");
    }
    (second("iat")?.saturating_sub(LEEWAY) > now).then_some("issued_in_the_past")
}

fn part(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}
