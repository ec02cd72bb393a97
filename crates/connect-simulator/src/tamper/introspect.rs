//! Slips in an introspection request.

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Introspect,
        "introspect_unauthenticated",
        "No authentication",
        "The token alone is sent, as if anybody might ask about it.",
        |draft, _, _| edit::without_authentication(draft),
    ),
    Tamper::new(
        Step::Introspect,
        "introspect_wrong_secret",
        "Wrong secret",
        "The app authenticates with a secret of another environment.",
        |draft, session, _| edit::with_secret(draft, session, "secret_of_another_environment"),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Introspect,
        "introspect_by_bearer",
        "The token as authentication",
        "The access token is sent as `Bearer` in place of the app's credentials.",
        |draft, _, _| {
            edit::without_authentication(draft);
            edit::header(draft, "Authorization", "Bearer {{access_token}}");
        },
    ),
    Tamper::new(
        Step::Introspect,
        "introspect_altered_token",
        "An altered token",
        "A character too many: nobody was ever given this token.",
        |draft, _, _| edit::field(draft, "token", Some("{{access_token}}x")),
    ),
    Tamper::new(
        Step::Introspect,
        "introspect_refresh_token",
        "The refresh token",
        "The refresh token is asked about: it is a token, too.",
        |draft, _, _| edit::field(draft, "token", Some("{{refresh_token}}")),
    )
    .when(|session, _| {
        edit::there_is(
            session.facts.refresh_token.as_ref(),
            "the session has no refresh token",
        )
    }),
    Tamper::new(
        Step::Introspect,
        "introspect_code",
        "The code",
        "The authorization code is asked about: it is no token.",
        |draft, _, _| edit::field(draft, "token", Some("{{code}}")),
    )
    .when(|session, _| edit::there_is(session.facts.code.as_ref(), "the session has no code")),
    Tamper::new(
        Step::Introspect,
        "introspect_no_token",
        "No token",
        "`token` is left out, or sent by another name.",
        |draft, _, _| edit::field(draft, "token", None),
    ),
    Tamper::new(
        Step::Introspect,
        "introspect_by_another_app",
        "Another app asks",
        "A public app, which can't prove who it is, asks about this app's token.",
        edit::as_another_app,
    )
    .when(edit::another_app),
];
