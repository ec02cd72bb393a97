//! Slips in a revocation.

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Revoke,
        "revoke_unauthenticated",
        "No authentication",
        "The token alone is sent, as if having it were enough.",
        |draft, _, _| edit::without_authentication(draft),
    ),
    Tamper::new(
        Step::Revoke,
        "revoke_no_secret",
        "No secret",
        "The web app revokes without its secret.",
        |draft, session, _| edit::without_secret(draft, session),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Revoke,
        "revoke_by_another_app",
        "Another app revokes",
        "Another app revokes this app's token: the answer is 200, and nothing happens.",
        edit::as_another_app,
    )
    .when(edit::another_app),
    Tamper::new(
        Step::Revoke,
        "revoke_unknown_token",
        "A token nobody issued",
        "Revoking what does not exist is no error: the answer is 200.",
        |draft, _, _| edit::field(draft, "token", Some("lph_rt_made_up")),
    ),
    Tamper::new(
        Step::Revoke,
        "revoke_no_token",
        "No token",
        "`token` is left out, or sent by another name.",
        |draft, _, _| edit::field(draft, "token", None),
    ),
    Tamper::new(
        Step::Revoke,
        "revoke_access_token_only",
        "The access token alone",
        "Only the access token is revoked: the refresh token lives, and makes new ones.",
        |draft, _, _| {
            edit::field(draft, "token", Some("{{access_token}}"));
            edit::field(draft, "token_type_hint", Some("access_token"));
        },
    ),
    Tamper::new(
        Step::Revoke,
        "revoke_wrong_hint",
        "A wrong hint",
        "`token_type_hint` names the other kind of token: a hint is only a hint (RFC 7009 §2.1).",
        |draft, _, _| {
            edit::main(draft, &["token_type_hint"], |request| {
                let hint = request.field("token_type_hint").unwrap_or_default();
                let other = if hint == "refresh_token" {
                    "access_token"
                } else {
                    "refresh_token"
                };
                request.set_field("token_type_hint", Some(other));
            });
        },
    ),
];
