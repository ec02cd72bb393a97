//! Slips in the token request.

use std::time::Duration;

use connect_core::domain::walk::Step;

use super::Tamper;
use super::edit;

pub(super) const SLIPS: &[Tamper] = &[
    Tamper::new(
        Step::Token,
        "wrong_verifier",
        "Wrong verifier",
        "The verifier of another flow: a second tab has overwritten the session.",
        |draft, _, _| {
            edit::field(
                draft,
                "code_verifier",
                Some("a-verifier-of-another-flow-that-was-never-sent"),
            );
        },
    ),
    Tamper::new(
        Step::Token,
        "no_verifier",
        "No verifier",
        "`code_verifier` is left out: the session was lost between the two requests.",
        |draft, _, _| edit::field(draft, "code_verifier", None),
    ),
    Tamper::new(
        Step::Token,
        "short_verifier",
        "A verifier too short",
        "A verifier of 32 characters; it takes 43 at least.",
        |draft, _, _| {
            edit::field(
                draft,
                "code_verifier",
                Some("abcdefghijklmnopqrstuvwxyz012345"),
            );
        },
    ),
    Tamper::new(
        Step::Token,
        "challenge_as_verifier",
        "The challenge as verifier",
        "The two were mixed up, and the challenge is sent where the verifier belongs.",
        |draft, session, _| {
            edit::field(draft, "code_verifier", session.facts.challenge.as_deref());
        },
    ),
    Tamper::new(
        Step::Token,
        "other_redirect_uri",
        "Another redirect URI",
        "The token request names another redirect URI than the authorization request did.",
        |draft, _, _| {
            edit::field(
                draft,
                "redirect_uri",
                Some("https://your-app.example.com/other"),
            );
        },
    ),
    Tamper::new(
        Step::Token,
        "no_redirect_uri",
        "No redirect URI",
        "`redirect_uri` is left out of the token request.",
        |draft, _, _| edit::field(draft, "redirect_uri", None),
    ),
    Tamper::new(
        Step::Token,
        "code_twice",
        "The code twice",
        "The callback was loaded again, and the code is exchanged a second time.",
        |draft, _, _| {
            edit::once_before(draft);
            draft.touch("code");
        },
    ),
    Tamper::new(
        Step::Token,
        "code_expired",
        "A code too old",
        "The code waited in a queue for more than 60 seconds.",
        |draft, _, _| draft.advance = Some(Duration::from_secs(61)),
    )
    .moves_clock(),
    Tamper::new(
        Step::Token,
        "code_of_another_app",
        "Another app's code",
        "Another app got hold of the code and presents it as its own.",
        edit::as_another_app,
    )
    .when(edit::another_app),
    Tamper::new(
        Step::Token,
        "unknown_code",
        "A code nobody issued",
        "A made-up code, or one of another environment.",
        |draft, _, _| edit::field(draft, "code", Some("lph_ac_made_up")),
    ),
    Tamper::new(
        Step::Token,
        "no_code",
        "No code",
        "`code` is left out: the callback's parameter was read by another name.",
        |draft, _, _| edit::field(draft, "code", None),
    ),
    Tamper::new(
        Step::Token,
        "verifier_as_code",
        "The verifier as code",
        "The fields were mixed up, and the verifier is sent as the code.",
        |draft, session, _| edit::field(draft, "code", session.facts.verifier.as_deref()),
    ),
    Tamper::new(
        Step::Token,
        "no_secret",
        "No secret",
        "The web app sends its verifier and thinks that PKCE takes the place of the secret.",
        |draft, session, _| edit::without_secret(draft, session),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Token,
        "wrong_secret",
        "Wrong secret",
        "A secret of another environment.",
        |draft, session, _| edit::with_secret(draft, session, "secret_of_another_environment"),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Token,
        "secret_with_white_space",
        "A secret with a line break",
        "The secret was read from a file and still has the line break of its end.",
        |draft, session, _| edit::with_secret(draft, session, "{{client_secret}}\n"),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Token,
        "secret_of_public_client",
        "A secret from a public app",
        "A public app sends a secret that it should never have had.",
        |draft, session, _| edit::with_secret(draft, session, "secret_in_a_public_app"),
    )
    .when(edit::public),
    Tamper::new(
        Step::Token,
        "both_authentications",
        "Authenticated twice",
        "The secret in the body and by HTTP Basic at once: a library adds one by itself.",
        |draft, session, _| edit::in_both_ways(draft, session),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Token,
        "basic_authentication",
        "HTTP Basic",
        "The secret by HTTP Basic: standard and accepted, but not the documented way.",
        |draft, _, _| edit::by_basic(draft),
    )
    .when(edit::confidential),
    Tamper::new(
        Step::Token,
        "no_client_id",
        "No client id",
        "Nothing says which app asks: an environment variable that is not set.",
        |draft, _, _| edit::without_authentication(draft),
    ),
    Tamper::new(
        Step::Token,
        "json_body",
        "A JSON body",
        "The parameters as JSON, the way most APIs take them.",
        |draft, _, _| edit::as_json(draft),
    ),
    Tamper::new(
        Step::Token,
        "wrong_grant_type",
        "Another grant type",
        "`grant_type=password`, which does not exist here.",
        |draft, _, _| edit::field(draft, "grant_type", Some("password")),
    ),
    Tamper::new(
        Step::Token,
        "no_grant_type",
        "No grant type",
        "`grant_type` is left out, because the code seems to say it all.",
        |draft, _, _| edit::field(draft, "grant_type", None),
    ),
    Tamper::new(
        Step::Token,
        "client_credentials_here",
        "client_credentials here",
        "A machine's grant at the endpoint for people; machines ask at /v1/tokens.",
        |draft, _, _| edit::field(draft, "grant_type", Some("client_credentials")),
    ),
    Tamper::new(
        Step::Token,
        "duplicated_parameter",
        "A parameter twice",
        "`code` is appended where it should have been set, and stands there twice.",
        |draft, _, _| edit::field_twice(draft, "code"),
    ),
    Tamper::new(
        Step::Token,
        "parameters_in_url",
        "Parameters in the URL",
        "The code stands in the URL of the token request, where logs will keep it.",
        |draft, _, _| edit::parameter(draft, "code", Some("{{code}}")),
    ),
    Tamper::new(
        Step::Token,
        "get_request",
        "Asked by GET",
        "The token endpoint is asked by GET.",
        |draft, _, _| edit::as_get(draft),
    ),
];
