//! Slips with a refresh token that was already used.

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Reuse,
        "reuse_by_another_app",
        "Another app reuses it",
        "Another app presents the old refresh token. It is not that app's, so nothing is revoked.",
        edit::as_another_app,
    )
    .when(edit::another_app),
    Tamper::new(
        Step::Reuse,
        "reuse_no_secret",
        "No secret",
        "The old refresh token comes without the app's secret: whoever has it is not the app, so nothing is revoked.",
        |draft, session, _| edit::without_secret(draft, session),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Reuse,
        "reuse_more_scope",
        "With more scope",
        "The old refresh token comes with a scope that does not exist: the scope is looked at first.",
        |draft, _, _| edit::field(draft, "scope", Some("read:biomarker")),
    ),
    Tamper::new(
        Step::Reuse,
        "newest_token",
        "The newest token instead",
        "The newest refresh token in place of the old one: that is an ordinary refresh.",
        |draft, _, _| edit::field(draft, "refresh_token", Some("{{refresh_token}}")),
    ),
];
