//! Slips in the authorization request, and a person who says no.

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit::{Available, further_scope, main, openid, parameter, there_is};
use crate::known::Known;
use crate::plan::{Draft, Request};
use crate::session::Session;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::SignIn,
        "plain_method",
        "PKCE method plain",
        "`code_challenge_method=plain`: a library that falls back when it finds no SHA-256.",
        |draft, _, _| parameter(draft, "code_challenge_method", Some("plain")),
    ),
    Tamper::new(
        Step::SignIn,
        "no_method",
        "No PKCE method",
        "`code_challenge_method` is left out, which means `plain`: an older example was followed.",
        |draft, _, _| parameter(draft, "code_challenge_method", None),
    ),
    Tamper::new(
        Step::SignIn,
        "no_challenge",
        "No PKCE challenge",
        "Neither challenge nor method: a web app that thinks its secret is enough.",
        |draft, _, _| {
            parameter(draft, "code_challenge", None);
            parameter(draft, "code_challenge_method", None);
        },
    ),
    Tamper::new(
        Step::SignIn,
        "malformed_challenge",
        "Challenge in plain base64",
        "The digest was written in base64 with `+`, `/` and `=` in place of base64url.",
        |draft, _, _| parameter(draft, "code_challenge", Some("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEj+/AAA=")),
    ),
    Tamper::new(
        Step::SignIn,
        "missing_state",
        "No state",
        "`state` is left out: nothing then ties the callback to the browser that began.",
        |draft, _, _| parameter(draft, "state", None),
    ),
    Tamper::new(
        Step::SignIn,
        "other_redirect_uri_asked",
        "Unregistered redirect URI",
        "The redirect URI of another environment, which nobody registered.",
        |draft, _, _| parameter(draft, "redirect_uri", Some("https://staging.example.com/callback")),
    ),
    Tamper::new(
        Step::SignIn,
        "trailing_slash",
        "A slash too many",
        "The redirect URI has a slash at its end that the registered one has not.",
        |draft, session, _| {
            let uri = &session.setup.redirect_uri;
            let other = uri.strip_suffix('/').map_or_else(|| format!("{uri}/"), str::to_owned);
            parameter(draft, "redirect_uri", Some(&other));
        },
    ),
    Tamper::new(
        Step::SignIn,
        "other_port",
        "Another port",
        "The development server came up on another port. Only native and mobile apps may do that.",
        |draft, session, _| {
            let other = on_port(&session.setup.redirect_uri, 4999);
            parameter(draft, "redirect_uri", other.as_deref());
        },
    )
    .when(loopback_redirect),
    Tamper::new(
        Step::SignIn,
        "localhost_by_another_name",
        "localhost by its other name",
        "`127.0.0.1` where `localhost` is registered, or the other way round.",
        |draft, session, _| {
            let uri = &session.setup.redirect_uri;
            let other = if uri.contains("//localhost") {
                uri.replacen("//localhost", "//127.0.0.1", 1)
            } else {
                uri.replacen("//127.0.0.1", "//localhost", 1)
            };
            parameter(draft, "redirect_uri", Some(&other));
        },
    )
    .when(loopback_redirect),
    Tamper::new(
        Step::SignIn,
        "no_redirect_uri_asked",
        "No redirect URI",
        "`redirect_uri` is left out because only one is registered.",
        |draft, _, _| parameter(draft, "redirect_uri", None),
    ),
    Tamper::new(
        Step::SignIn,
        "unknown_client",
        "Unknown client",
        "The client id of another environment: a sandbox knows no apps of production.",
        |draft, _, _| parameter(draft, "client_id", Some("client_01HXYNOBODY")),
    ),
    Tamper::new(
        Step::SignIn,
        "no_client_id_asked",
        "No client id",
        "`client_id` is left out: an environment variable that is not set.",
        |draft, _, _| parameter(draft, "client_id", None),
    ),
    Tamper::new(
        Step::SignIn,
        "response_type_token",
        "The implicit flow",
        "`response_type=token`: an example from before PKCE.",
        |draft, _, _| parameter(draft, "response_type", Some("token")),
    ),
    Tamper::new(
        Step::SignIn,
        "no_response_type",
        "No response type",
        "`response_type` is left out, in the hope of a default.",
        |draft, _, _| parameter(draft, "response_type", None),
    ),
    Tamper::new(
        Step::SignIn,
        "extra_scope",
        "A scope of no registration",
        "One scope more than the app is registered with.",
        |draft, session, known| add_scope(draft, further_scope(session, known, false)),
    )
    .when(|session, known| {
        let why = "the app is registered with every scope there is";
        there_is(further_scope(session, known, false), why)
    }),
    Tamper::new(
        Step::SignIn,
        "admin_scope",
        "A scope for machines",
        "`admin:clinical` in a flow for people.",
        |draft, _, _| add_scope(draft, Some("admin:clinical")),
    ),
    Tamper::new(
        Step::SignIn,
        "unknown_scope",
        "A scope that does not exist",
        "`read:biomarker`, misspelt.",
        |draft, _, _| add_scope(draft, Some("read:biomarker")),
    ),
    Tamper::new(
        Step::SignIn,
        "commas_between_scopes",
        "Commas between scopes",
        "Scopes joined by commas in place of spaces.",
        |draft, session, _| {
            let joined = session.setup.scopes.join(",");
            parameter(draft, "scope", Some(&joined));
        },
    )
    .when(|session, _| {
        let several = (session.setup.scopes.len() > 1).then_some(());
        there_is(several, "there is one scope only, and nothing to join")
    }),
    Tamper::new(
        Step::SignIn,
        "no_scope",
        "No scope",
        "`scope` is left out, in the hope of a default.",
        |draft, _, _| parameter(draft, "scope", None),
    ),
    Tamper::new(
        Step::SignIn,
        "duplicated_parameter_asked",
        "A parameter twice",
        "`state` is appended where it should have been set, and stands there twice.",
        |draft, _, _| {
            main(draft, &["state"], |request: &mut Request| {
                let mut parameters = request.query();
                parameters.push(("state".to_owned(), "another".to_owned()));
                request.set_query(&parameters);
            });
        },
    ),
    Tamper::new(
        Step::SignIn,
        "no_nonce",
        "openid without a nonce",
        "`nonce` is left out, as the quickstarts do. The profile strict refuses it; the other lets it pass with a finding.",
        |draft, _, _| parameter(draft, "nonce", None),
    )
    .when(openid),
    Tamper::new(
        Step::SignIn,
        "prompt_none",
        "prompt=none without consent",
        "A silent sign-in, which third-party apps can never have here.",
        |draft, _, _| parameter(draft, "prompt", Some("none")),
    ),
    Tamper::new(
        Step::SignIn,
        "unknown_prompt",
        "An unknown prompt",
        "`prompt=always`, which exists nowhere.",
        |draft, _, _| parameter(draft, "prompt", Some("always")),
    ),
    Tamper::new(
        Step::SignIn,
        "request_object",
        "A request object",
        "The parameters came once more as a JWT in `request`.",
        |draft, _, _| parameter(draft, "request", Some("eyJhbGciOiJub25lIn0.e30.")),
    ),
    Tamper::new(
        Step::SignIn,
        "request_uri",
        "A request by reference",
        "`request_uri`, as pushed authorization requests use it; the platform has none.",
        |draft, _, _| parameter(draft, "request_uri", Some("urn:example:request")),
    ),
    Tamper::new(
        Step::SignIn,
        "person_denies",
        "The person says no",
        "Deny in place of Allow: the app must be able to live with it.",
        |draft, _, _| draft.deny = true,
    ),
];

fn add_scope(draft: &mut Draft, scope: Option<&str>) {
    main(draft, &["scope"], |request| {
        let asked = request.parameter("scope").unwrap_or_default();
        let more = format!("{asked} {}", scope.unwrap_or_default());
        request.set_parameter("scope", Some(more.trim()));
    });
}

fn loopback_redirect(session: &Session, _: &Known) -> Available {
    let why = "the redirect URI is not one of this machine's own addresses";
    there_is(on_port(&session.setup.redirect_uri, 1), why)
}

/// A loopback URI with another port.
fn on_port(uri: &str, port: u16) -> Option<String> {
    let start = ["http://localhost", "http://127.0.0.1"];
    let start = start.into_iter().find(|it| uri.starts_with(it))?;
    let rest = &uri[start.len()..];
    let path = &rest[rest.find('/').unwrap_or(rest.len())..];
    Some(format!("{start}:{port}{path}"))
}
