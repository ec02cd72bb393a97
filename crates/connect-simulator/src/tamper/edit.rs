//! What slips have in common: conditions, and small changes of a request.

use connect_core::protocol::scope;

use crate::known::{Known, Registration};
use crate::plan::{Draft, Planned, Request};
use crate::session::Session;

/// Whether a slip can be tried, or why not.
pub(super) type Available = Result<(), String>;

/// There is, or why there is not.
pub(super) fn there_is<T>(found: Option<T>, why: &str) -> Available {
    found.map(|_| ()).ok_or_else(|| why.to_owned())
}

/// The app keeps a secret.
pub(super) fn confidential(session: &Session, _: &Known) -> Available {
    let secret = session.setup.client_secret.as_ref();
    let secret = secret.filter(|_| session.setup.app_type.is_confidential());
    there_is(secret, "the app is a public one and has no secret")
}

/// The app keeps none.
pub(super) fn public(session: &Session, _: &Known) -> Available {
    let is_public = !session.setup.app_type.is_confidential();
    there_is(
        is_public.then_some(()),
        "the app is a confidential one, which must send its secret",
    )
}

/// The app asked for an id_token.
pub(super) fn openid(session: &Session, _: &Known) -> Available {
    let mut scopes = session.setup.scopes.iter();
    there_is(
        scopes.find(|it| *it == "openid"),
        "`openid` is not asked for, so there is no id_token",
    )
}

/// The clock can be moved.
pub(super) fn own_clock(session: &Session, _: &Known) -> Available {
    let own = session.target.own.then_some(());
    there_is(own, "the clock of another target can't be moved")
}

/// Another app of this sandbox that shows itself by its client id alone.
pub(super) fn other_public<'k>(session: &Session, known: &'k Known) -> Option<&'k Registration> {
    known.apps.iter().find(|app| {
        app.client_id != session.setup.client_id && app.enabled && !app.app_type.is_confidential()
    })
}

/// Another app can present what is this one's.
pub(super) fn another_app(session: &Session, known: &Known) -> Available {
    let why = "no other public app is registered here that could send it";
    there_is(other_public(session, known), why)
}

/// Puts another app into the place of this one: its client id alone.
pub(super) fn as_another_app(draft: &mut Draft, session: &Session, known: &Known) {
    let Some(other) = other_public(session, known) else {
        return;
    };
    with_id_alone(draft, Some(&other.client_id));
}

/// Says who the app is by a client id alone, or not at all.
fn with_id_alone(draft: &mut Draft, client_id: Option<&str>) {
    let touched = ["client_id", "client_secret", "Authorization"];
    main(draft, &touched, |request| {
        request.remove_header("Authorization");
        request.set_field("client_secret", None);
        request.set_field("client_id", client_id);
    });
}

/// A scope that people can give and this session does not ask for.
pub(super) fn further_scope(
    session: &Session,
    known: &Known,
    allowed: bool,
) -> Option<&'static str> {
    let asked = |name: &str| session.setup.scopes.iter().any(|it| it == name);
    let app = known.app(&session.setup.client_id)?;
    let may = |name: &str| app.scopes.iter().any(|it| it == name);
    let mut scopes = scope::CATALOGUE.iter();
    let found = scopes.find(|it| !it.machine_only && !asked(it.name) && may(it.name) == allowed);
    found.map(|scope| scope.name)
}

/// Changes the main request and notes what was touched.
pub(super) fn main(draft: &mut Draft, touched: &[&str], change: impl FnOnce(&mut Request)) {
    if let Some(request) = draft.main_mut() {
        change(request);
        for name in touched {
            draft.touch(*name);
        }
    }
}

/// Gives a field of the form another value, or none.
pub(super) fn field(draft: &mut Draft, name: &str, value: Option<&str>) {
    main(draft, &[name], |request| request.set_field(name, value));
}

/// Gives a parameter of the URL another value, or none.
pub(super) fn parameter(draft: &mut Draft, name: &str, value: Option<&str>) {
    main(draft, &[name], |request| request.set_parameter(name, value));
}

/// Gives a header another value.
pub(super) fn header(draft: &mut Draft, name: &str, value: &str) {
    main(draft, &[name], |request| request.set_header(name, value));
}

/// Sends a field of the form a second time.
pub(super) fn field_twice(draft: &mut Draft, name: &str) {
    main(draft, &[name], |request| {
        let mut fields = request.form();
        let again = fields.iter().find(|(it, _)| it == name).cloned();
        fields.extend(again);
        request.set_form(&fields);
    });
}

/// Leaves out how the app says who it is, its client id apart.
pub(super) fn without_secret(draft: &mut Draft, session: &Session) {
    main(draft, &["client_secret", "Authorization"], |request| {
        request.remove_header("Authorization");
        request.set_field("client_secret", None);
        request.set_field("client_id", Some(&session.setup.client_id));
    });
}

/// Leaves out everything that says who the app is.
pub(super) fn without_authentication(draft: &mut Draft) {
    with_id_alone(draft, None);
}

/// Says who the app is in the body, with this secret.
pub(super) fn with_secret(draft: &mut Draft, session: &Session, secret: &str) {
    main(draft, &["client_secret"], |request| {
        request.remove_header("Authorization");
        request.set_field("client_id", Some(&session.setup.client_id));
        request.set_field("client_secret", Some(secret));
    });
}

/// Says who the app is by HTTP Basic alone.
pub(super) fn by_basic(draft: &mut Draft) {
    main(
        draft,
        &["Authorization", "client_id", "client_secret"],
        |request| {
            request.set_field("client_id", None);
            request.set_field("client_secret", None);
            request.set_header("Authorization", "Basic {{client_credentials}}");
        },
    );
}

/// Says who the app is in both ways at once.
pub(super) fn in_both_ways(draft: &mut Draft, session: &Session) {
    main(draft, &["Authorization", "client_secret"], |request| {
        request.set_field("client_id", Some(&session.setup.client_id));
        request.set_field("client_secret", Some("{{client_secret}}"));
        request.set_header("Authorization", "Basic {{client_credentials}}");
    });
}

/// Sends the form as JSON.
pub(super) fn as_json(draft: &mut Draft) {
    main(draft, &["Content-Type"], |request| {
        let fields = request.form().into_iter();
        let object: serde_json::Map<String, serde_json::Value> =
            fields.map(|(name, value)| (name, value.into())).collect();
        request.set_header("Content-Type", "application/json");
        request.body = serde_json::Value::Object(object).to_string();
    });
}

/// Sends the form as the query of a GET.
pub(super) fn as_get(draft: &mut Draft) {
    main(draft, &["method"], |request| {
        let fields = request.form();
        "GET".clone_into(&mut request.method);
        request.remove_header("Content-Type");
        request.body.clear();
        request.set_query(&fields);
    });
}

/// Sends the main request once before, so that the main one is the second.
pub(super) fn once_before(draft: &mut Draft) {
    if let Some(main) = draft.main().cloned() {
        let label = format!("{}, the first time", main.label);
        draft.before_main(Planned { label, ..main });
    }
}
