//! Slips on the way back: what an app must find by itself before it touches the code.

use connect_core::domain::walk::Step;

use super::Tamper;
use crate::plan::{Draft, Request};

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::of_app(
        Step::Callback,
        "altered_state",
        "Another state",
        "state_matches",
        "The callback of a flow that somebody else began is played into this browser (login CSRF).",
        |draft, _, _| change(draft, "state", Some("another-state")),
    ),
    Tamper::of_app(
        Step::Callback,
        "callback_without_state",
        "No state",
        "state_matches",
        "The callback comes without `state`, so nothing ties it to this browser.",
        |draft, _, _| change(draft, "state", None),
    ),
    Tamper::of_app(
        Step::Callback,
        "other_issuer",
        "Another issuer",
        "issuer_matches",
        "`iss` names another server: an attacker who mixes two servers up wants the code sent to the wrong one (RFC 9207).",
        |draft, _, _| change(draft, "iss", Some("https://identity.example.com")),
    ),
    Tamper::of_app(
        Step::Callback,
        "callback_without_issuer",
        "No issuer",
        "issuer_matches",
        "`iss` is missing though the server's metadata promises it (RFC 9207 §2.4).",
        |draft, _, _| change(draft, "iss", None),
    ),
    Tamper::of_app(
        Step::Callback,
        "missing_code",
        "No code",
        "code_present",
        "The callback has everything but the code: a proxy that cuts what looks like a secret.",
        |draft, _, _| change(draft, "code", None),
    ),
    Tamper::of_app(
        Step::Callback,
        "error_in_callback",
        "An error in place of the code",
        "no_error",
        "The server sends `error=temporarily_unavailable`, and the app has to say so in words people understand.",
        |draft, _, _| {
            change(draft, "code", None);
            change(draft, "error", Some("temporarily_unavailable"));
        },
    ),
];

/// Gives a parameter of the callback another value, or none.
fn change(draft: &mut Draft, name: &str, value: Option<&str>) {
    if let Some(url) = &mut draft.callback {
        let mut request = Request::get(url.clone());
        request.set_parameter(name, value);
        *url = request.url;
        draft.touch(name);
    }
}
