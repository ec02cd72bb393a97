//! What can be wrong with a form of the pages.

use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::clients::ClientRecord;

fn refused(check: &'static str, description: &'static str) -> Refusal {
    Refusal::new(
        check,
        ErrorCode::OAuthForbidden,
        description,
        Clause::standard("RFC 6749 §10.12"),
    )
}

pub(super) fn foreign_browser(has_session: bool) -> Refusal {
    refused("interaction_of_this_browser", "The request belongs to another browser")
        .expected("the browser in which the authorization request was made")
        .received(if has_session { "another browser, or another sign-in since" } else { "a browser without our cookie" })
        .fix(if has_session {
            "This browser has signed in again since this page was opened, perhaps in another tab, or the page was opened in another browser. Go back to the app and start again there."
        } else {
            "This sign-in was started in another browser or window. Go back to the app and start again there; cookies for this address must be allowed."
        })
}

pub(super) fn foreign_form() -> Refusal {
    refused("form_from_our_page", "The form came from another site")
        .expected("`Origin` of this server")
        .received("another origin")
        .fix("The form was sent from another site. Open the page from the app again.")
}

pub(super) fn wrong_csrf(missing: bool) -> Refusal {
    refused("csrf_matches", "The form is not the one that was shown")
        .expected("the token of the page that was shown to this browser")
        .received(if missing { "no token" } else { "another token" })
        .fix("The form is older than this sign-in, or was not made by this page. Reload the page and answer again.")
}

pub(super) fn no_such_person() -> Refusal {
    refused("person_known", "The persona does not exist")
        .expected("a persona of this workspace")
        .received("an unknown user_id")
        .fix("The persona was removed meanwhile. Reload the page and choose another.")
}

pub(super) fn no_answer() -> Refusal {
    Refusal::new(
        "decision_given",
        ErrorCode::InvalidRequest,
        "The form holds no answer",
        Clause::assumed("our pages"),
    )
    .expected("`user_id` or `decision`")
    .received("neither")
    .fix("Use the buttons of the page.")
}

pub(super) fn disabled(record: &ClientRecord) -> Refusal {
    Refusal::new(
        "client_enabled",
        ErrorCode::OAuthForbidden,
        "The client was disabled meanwhile",
        Clause::assumed("OAuth client object, `enabled`: what false does is not stated"),
    )
    .expected("an enabled app")
    .received(format!(
        "`{}`, which was switched off since the request began",
        record.client.name
    ))
    .fix("Switch the app on again with `apps_enable`, and start from the app.")
}
