//! Other things to try with tokens that were given up.

use connect_core::domain::walk::{Party, Step};

use super::Tamper;
use super::edit;
use crate::known::Known;
use crate::plan::{Draft, Request};
use crate::session::Session;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::AfterRevoke,
        "introspect_instead",
        "Introspection instead",
        "The dead token is asked about in place of being used: introspection says `active: false`.",
        |draft, session, _| {
            let fields = [("token", "{{access_token}}")];
            as_form(draft, session, "introspection_endpoint", &fields);
        },
    )
    .when(has_introspection),
    Tamper::new(
        Step::AfterRevoke,
        "refresh_instead",
        "Refresh instead",
        "The app tries to refresh after it revoked: what was given up does not come back.",
        |draft, session, _| {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", "{{refresh_token}}"),
            ];
            as_form(draft, session, "token_endpoint", &fields);
        },
    )
    .when(|session, _| {
        edit::there_is(
            session.facts.refresh_token.as_ref(),
            "the session has no refresh token",
        )
    }),
    Tamper::new(
        Step::AfterRevoke,
        "revoke_again",
        "Revoke once more",
        "The dead token is revoked a second time: the answer is 200 all the same.",
        |draft, session, _| {
            let fields = [("token", "{{access_token}}")];
            as_form(draft, session, "revocation_endpoint", &fields);
        },
    ),
];

fn has_introspection(session: &Session, known: &Known) -> edit::Available {
    edit::confidential(session, known).map_err(|_| "a public app may not introspect".to_owned())
}

/// Makes a form to an endpoint of the main request.
fn as_form(draft: &mut Draft, session: &Session, endpoint: &str, fields: &[(&str, &str)]) {
    let metadata = session.facts.metadata.as_ref();
    let url = metadata.and_then(|it| it.get(endpoint)?.as_str());
    let Some(url) = url else { return };
    let mut request = Request::form_post(url, fields);
    crate::plan::draft::authenticate(&mut request, &session.setup);
    if let Some(planned) = draft.main.and_then(|main| draft.requests.get_mut(main)) {
        planned.request = request;
        planned.to = Party::Identity;
        "Request to the authorization server".clone_into(&mut planned.label);
        draft.touch("path");
    }
}
