//! Slips with the id_token: what an app must find by itself before it believes a claim.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::domain::walk::Step;
use serde_json::{Value, json};

use super::Tamper;
use super::edit::{Available, there_is};
use crate::known::Known;
use crate::plan::Draft;
use crate::session::Session;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::of_app(
        Step::IdToken,
        "altered_claim",
        "An altered claim",
        "signature_valid",
        "Somebody changed `sub` on the way; the signature is still that of the claims before.",
        |draft, _, _| rewrite(draft, |_, claims| claims["sub"] = json!("user_somebody_else")),
    ),
    Tamper::of_app(
        Step::IdToken,
        "alg_none",
        "No signature",
        "algorithm_allowed",
        "The header says `alg: none` and there is no signature: a library that believes it takes anything (RFC 8725 §2.1).",
        |draft, _, _| {
            rewrite(draft, |header, _| *header = json!({ "alg": "none" }));
            if let Some((body, _)) = draft.id_token.as_deref().and_then(|it| it.rsplit_once('.')) {
                draft.id_token = Some(format!("{body}."));
            }
        },
    ),
    Tamper::of_app(
        Step::IdToken,
        "key_confusion",
        "The public key as secret",
        "algorithm_allowed",
        "The header says HS256: a library that takes the published key for a shared secret would verify what anybody can sign (RFC 8725 §2.1).",
        |draft, _, _| rewrite(draft, |header, _| header["alg"] = json!("HS256")),
    ),
    Tamper::of_app(
        Step::IdToken,
        "unknown_key",
        "An unpublished key",
        "key_published",
        "The header names a key that the server never published.",
        |draft, _, _| rewrite(draft, |header, _| header["kid"] = json!("key_of_nobody")),
    ),
    Tamper::of_app(
        Step::IdToken,
        "other_nonce",
        "Another nonce",
        "nonce_matches",
        "An id_token of another sign-in is played in: it is genuine, but does not answer this request.",
        |draft, _, _| {
            draft.expected_nonce = Some("the-nonce-of-this-request".to_owned());
            draft.touch("nonce");
        },
    )
    .when(has_nonce),
    Tamper::of_app(
        Step::IdToken,
        "other_audience",
        "Another audience",
        "audience_matches",
        "An id_token that was issued to another app is played into this one.",
        |draft, _, _| {
            draft.expected_audience = Some("client_01HXYTHISAPP".to_owned());
            draft.touch("aud");
        },
    ),
    Tamper::of_app(
        Step::IdToken,
        "expired_id_token",
        "An id_token too old",
        "not_expired",
        "The id_token lay about for six minutes before the app looked at it; it lives for five.",
        |draft, _, _| draft.advance = Some(Duration::from_mins(6)),
    ),
];

fn has_nonce(session: &Session, _: &Known) -> Available {
    let nonce = session.facts.nonce.as_ref();
    there_is(
        nonce,
        "the session sends no nonce, so there is none to compare",
    )
}

/// Changes header and claims of the id_token, and leaves the signature as it was.
fn rewrite(draft: &mut Draft, change: impl FnOnce(&mut Value, &mut Value)) {
    let Some(token) = &draft.id_token else { return };
    let pieces: Vec<&str> = token.split('.').collect();
    let read = |at: usize| -> Option<Value> {
        let bytes = URL_SAFE_NO_PAD.decode(pieces.get(at)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let (Some(mut header), Some(mut claims)) = (read(0), read(1)) else {
        return;
    };
    change(&mut header, &mut claims);
    let written = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = pieces.get(2).copied().unwrap_or_default();
    draft.id_token = Some(format!(
        "{}.{}.{signature}",
        written(&header),
        written(&claims)
    ));
    draft.touch("id_token");
}
