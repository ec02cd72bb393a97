//! What the app does by itself, without a request: it looks at the answer that came back, and into the id_token. A slip
//! that is the app's to find is made again in the program, and must be found there.

mod take;
mod verify;

use connect_core::domain::walk::Step;

use super::plain;
use crate::session::{Check, Run};

pub(super) use self::take::{Look, Take, take};
pub(super) use self::verify::{Claimed, Verify, verify};

/// The check that the app dropped it for.
fn failed(run: &Run) -> Option<&Check> {
    run.checks.iter().find(|check| !check.passed)
}

/// What the app found and the program does not find again, and why not.
pub(super) fn why_not(run: &Run) -> Option<String> {
    let failed = failed(run)?;
    let name = &failed.name;
    let why = match (run.step, run.tamper.is_some(), name.as_str()) {
        (
            Step::Callback,
            true,
            "state_matches" | "issuer_matches" | "no_error" | "code_present",
        )
        | (
            Step::IdToken,
            true,
            "algorithm_allowed" | "key_published" | "signature_valid" | "audience_matches" | "nonce_matches" | "not_expired",
        )
        // The error that the server gave is checked for.
        | (Step::Callback, false, "no_error") => return None,
        (Step::Callback, ..) => {
            "It came from elsewhere then. The one that this program asks for itself is in order"
        }
        _ => "What came then is not in this program",
    };
    Some(plain(&format!(
        "In the walk the app refused it: {name} failed. {why}."
    )))
}
