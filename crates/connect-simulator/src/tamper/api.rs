//! Slips in a call to a service.

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit::{self, there_is};
use crate::known::{Known, Operation};
use crate::plan::Draft;
use crate::session::{CredentialKind, Session};

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Api,
        "no_token",
        "No token",
        "The Authorization header is left out.",
        |draft, _, _| edit::main(draft, &["Authorization"], |it| it.remove_header("Authorization")),
    ),
    Tamper::new(
        Step::Api,
        "token_in_query",
        "Token in the URL",
        "The access token stands in the URL, where every log on the way keeps it.",
        |draft, _, _| {
            edit::main(draft, &["Authorization"], |it| it.remove_header("Authorization"));
            edit::parameter(draft, "access_token", Some("{{access_token}}"));
        },
    ),
    Tamper::new(
        Step::Api,
        "token_in_two_places",
        "Token in two places",
        "The access token stands in the header and in the URL: a library adds one by itself.",
        |draft, _, _| edit::parameter(draft, "access_token", Some("{{access_token}}")),
    ),
    Tamper::new(
        Step::Api,
        "expired_token",
        "An expired token",
        "The access token is older than its life: the app did not refresh in time.",
        |draft, session, known| {
            // A second more than what is left of it.
            let token = session.facts.access_token.as_ref();
            let mut credentials = session.credentials.iter();
            let found = credentials.find(|it| Some(&it.value) == token);
            let end = found.and_then(|it| it.expires_at);
            let left = end.map_or(3_600_000, |end| end.millis_since(known.server_now()));
            let left = u64::try_from(left).unwrap_or(0);
            draft.advance = Some(std::time::Duration::from_millis(left + 1000));
        },
    )
    .moves_clock(),
    Tamper::new(
        Step::Api,
        "altered_token",
        "An altered token",
        "A character too many: the token was cut or joined where it was stored.",
        |draft, _, _| edit::header(draft, "Authorization", "Bearer {{access_token}}x"),
    ),
    Tamper::new(
        Step::Api,
        "id_token_as_bearer",
        "id_token as bearer",
        "The id_token is sent in place of the access token: it looks more like one.",
        |draft, _, _| edit::header(draft, "Authorization", "Bearer {{id_token}}"),
    )
    .when(|session, _| there_is(session.facts.id_token.as_ref(), "the session has no id_token")),
    Tamper::new(
        Step::Api,
        "refresh_token_as_bearer",
        "Refresh token as bearer",
        "The two tokens were stored under each other's names.",
        |draft, _, _| edit::header(draft, "Authorization", "Bearer {{refresh_token}}"),
    )
    .when(|session, _| there_is(session.facts.refresh_token.as_ref(), "the session has no refresh token")),
    Tamper::new(
        Step::Api,
        "basic_scheme",
        "Another scheme",
        "The access token behind `Basic` in place of `Bearer`.",
        |draft, _, _| edit::header(draft, "Authorization", "Basic {{access_token}}"),
    ),
    Tamper::new(
        Step::Api,
        "no_scheme",
        "No scheme",
        "The access token alone, without `Bearer` before it.",
        |draft, _, _| edit::header(draft, "Authorization", "{{access_token}}"),
    ),
    Tamper::new(
        Step::Api,
        "another_persons_id",
        "Another person's id",
        "The call asks about somebody else: identity comes from the token alone, so nobody else is there.",
        |draft, session, known| {
            let path = of_a_person(session, known).map(|it| it.path.clone());
            let path = path.unwrap_or_default();
            let (head, tail) = path.split_once('{').unwrap_or((&path, ""));
            let tail = tail.split_once('}').map_or("", |(_, tail)| tail);
            call(draft, session, "GET", &format!("{head}user_somebody_else{tail}"));
        },
    )
    .when(|session, known| {
        let why = "none of the granted scopes opens a call that names a person";
        there_is(of_a_person(session, known), why)
    }),
    Tamper::new(
        Step::Api,
        "unknown_path",
        "A path that does not exist",
        "A path from an older guide, or with a letter missing.",
        |draft, session, _| call(draft, session, "GET", "/clinical/v1/biomarker/me"),
    ),
    Tamper::new(
        Step::Api,
        "wrong_method",
        "Another method",
        "The path is right, the method is not.",
        |draft, _, _| edit::main(draft, &["method"], |it| "DELETE".clone_into(&mut it.method)),
    ),
    Tamper::new(
        Step::Api,
        "out_of_scope",
        "Out of scope",
        "A call that none of the granted scopes opens.",
        |draft, session, known| {
            if let Some(operation) = outside(session, known) {
                call(draft, session, &operation.method, &operation.path);
            }
        },
    )
    .when(|session, known| {
        let why = "the granted scopes open every call that needs nothing else";
        there_is(outside(session, known), why)
    }),
    Tamper::new(
        Step::Api,
        "write_without_scope",
        "A change without its scope",
        "A check-in is recorded with a token that may not write: reading is another scope than writing.",
        |draft, session, _| call(draft, session, "POST", "/clinical/v1/check-ins"),
    )
    .when(|session, _| {
        let may_write = granted(session).iter().any(|it| it == "write:check_ins");
        there_is((!may_write).then_some(()), "the token may record check-ins")
    }),
];

/// Makes another call of the main request.
fn call(draft: &mut Draft, session: &Session, method: &str, path: &str) {
    let url = format!("{}{path}", session.target.base_url);
    edit::main(draft, &["path"], |request| {
        method.clone_into(&mut request.method);
        request.url = url;
    });
}

/// Scopes of the access token, as far as the session knows.
fn granted(session: &Session) -> &[String] {
    let token = session.facts.access_token.as_ref();
    let mut newest = session.credentials.iter().rev();
    let found =
        newest.find(|it| it.kind == CredentialKind::AccessToken && Some(&it.value) == token);
    found.map_or(&*session.facts.granted, |it| &*it.scopes)
}

/// A call that the scopes open and that names a person in its path.
fn of_a_person<'k>(session: &Session, known: &'k Known) -> Option<&'k Operation> {
    let granted = granted(session);
    known.operations.iter().find(|it| {
        let person = ["{patient_id}", "{user_id}"]
            .iter()
            .any(|part| it.path.contains(part));
        let open = it
            .scope
            .as_ref()
            .is_none_or(|scope| granted.contains(scope));
        it.method == "GET" && person && open
    })
}

/// A call without anything to fill in that the scopes do not open.
fn outside<'k>(session: &Session, known: &'k Known) -> Option<&'k Operation> {
    let granted = granted(session);
    known.operations.iter().find(|it| {
        let closed = it
            .scope
            .as_ref()
            .is_some_and(|scope| !granted.contains(scope));
        it.method == "GET" && closed && !it.path.contains('{')
    })
}
