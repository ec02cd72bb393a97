//! Slips in a refresh.

use std::time::Duration;

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Refresh,
        "refresh_more_scope",
        "More scope",
        "A refresh asks for a scope that was never granted.",
        |draft, session, known| {
            let more = edit::further_scope(session, known, true);
            let more = more.or_else(|| edit::further_scope(session, known, false));
            let all = format!("{} {}", session.facts.granted.join(" "), more.unwrap_or_default());
            edit::field(draft, "scope", Some(&all));
        },
    )
    .when(|session, known| {
        let more = edit::further_scope(session, known, true);
        let more = more.or_else(|| edit::further_scope(session, known, false));
        edit::there_is(more, "every scope there is was granted")
    }),
    Tamper::new(
        Step::Refresh,
        "refresh_fewer_scope",
        "Fewer scope",
        "A refresh asks for one of the granted scopes only: allowed, and the access token gets no more.",
        |draft, session, _| {
            edit::field(draft, "scope", session.facts.granted.first().map(String::as_str));
        },
    )
    .when(|session, _| {
        edit::there_is(session.facts.granted.first(), "no scopes are known to be granted")
    }),
    Tamper::new(
        Step::Refresh,
        "refresh_unknown_scope",
        "A scope that does not exist",
        "A refresh asks for `read:biomarker`, misspelt.",
        |draft, _, _| edit::field(draft, "scope", Some("read:biomarker")),
    ),
    Tamper::new(
        Step::Refresh,
        "refresh_by_another_app",
        "Another app refreshes",
        "Another app got hold of the refresh token and presents it as its own.",
        edit::as_another_app,
    )
    .when(edit::another_app),
    Tamper::new(
        Step::Refresh,
        "refresh_no_secret",
        "No secret",
        "The web app refreshes without its secret, as the quickstart's example shows it.",
        |draft, session, _| edit::without_secret(draft, session),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Refresh,
        "refresh_access_token",
        "The access token",
        "The access token is sent in place of the refresh token.",
        |draft, _, _| edit::field(draft, "refresh_token", Some("{{access_token}}")),
    ),
    Tamper::new(
        Step::Refresh,
        "refresh_expired",
        "A refresh token too old",
        "Nobody used the app for 90 days.",
        |draft, _, _| draft.advance = Some(Duration::from_hours(90 * 24 + 1)),
    )
    .moves_clock(),
    Tamper::new(
        Step::Refresh,
        "refresh_unknown_token",
        "A refresh token nobody issued",
        "A made-up refresh token, or one of another environment.",
        |draft, _, _| edit::field(draft, "refresh_token", Some("lph_rt_made_up")),
    ),
    Tamper::new(
        Step::Refresh,
        "refresh_no_token",
        "No refresh token",
        "`refresh_token` is left out, or sent by another name.",
        |draft, _, _| edit::field(draft, "refresh_token", None),
    ),
    Tamper::new(
        Step::Refresh,
        "refresh_twice",
        "Two refreshes at once",
        "Two workers refresh with the same token; the second one comes a moment too late.",
        |draft, session, _| {
            edit::once_before(draft);
            // Both send the one that is the newest now, and the first of them makes it the old one.
            edit::field(draft, "refresh_token", session.facts.refresh_token.as_deref());
        },
    ),
];
