//! Which check of the server each slip is meant to fail.

/// The kind of app that slips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A web app with a secret.
    Web,
    /// A public app in a browser.
    Spa,
    /// A public app that may come with any loopback port.
    Native,
}

/// Checks of the server, and the slips that are meant to fail them.
const MEANT: &[(&str, &[&str])] = &[
    ("code_challenge_method_s256", &["plain_method", "no_method"]),
    ("code_challenge_present", &["no_challenge"]),
    ("code_challenge_well_formed", &["malformed_challenge"]),
    ("state_present", &["missing_state"]),
    (
        "redirect_uri_registered",
        &[
            "other_redirect_uri_asked",
            "trailing_slash",
            "other_port",
            "localhost_by_another_name",
            "no_redirect_uri_asked",
        ],
    ),
    ("client_known", &["unknown_client", "no_client_id_asked"]),
    (
        "response_type_code",
        &["response_type_token", "no_response_type"],
    ),
    ("scopes_allowed", &["extra_scope"]),
    ("scopes_for_people", &["admin_scope"]),
    (
        "scopes_exist",
        &[
            "unknown_scope",
            "commas_between_scopes",
            "no_scope",
            "refresh_unknown_scope",
            "reuse_more_scope",
        ],
    ),
    (
        "parameters_once",
        &["duplicated_parameter_asked", "duplicated_parameter"],
    ),
    ("nonce_present", &["no_nonce"]),
    ("signed_in", &["prompt_none"]),
    ("prompt_known", &["unknown_prompt"]),
    ("request_object_absent", &["request_object", "request_uri"]),
    ("consent_given", &["person_denies"]),
    (
        "code_verifier_matches",
        &["wrong_verifier", "no_verifier", "challenge_as_verifier"],
    ),
    ("code_verifier_well_formed", &["short_verifier"]),
    (
        "redirect_uri_repeated",
        &["other_redirect_uri", "no_redirect_uri"],
    ),
    ("code_unused", &["code_twice"]),
    ("code_unexpired", &["code_expired"]),
    ("code_of_this_client", &["code_of_another_app"]),
    ("code_known", &["unknown_code", "verifier_as_code"]),
    ("code_present", &["no_code"]),
    (
        "client_secret_present",
        &[
            "no_secret",
            "refresh_no_secret",
            "reuse_no_secret",
            "revoke_no_secret",
        ],
    ),
    (
        "client_secret_correct",
        &[
            "wrong_secret",
            "secret_with_white_space",
            "introspect_wrong_secret",
        ],
    ),
    ("public_client_without_secret", &["secret_of_public_client"]),
    ("one_authentication_method", &["both_authentications"]),
    (
        "client_identified",
        &[
            "no_client_id",
            "introspect_unauthenticated",
            "revoke_unauthenticated",
        ],
    ),
    ("content_type_form", &["json_body"]),
    (
        "grant_type_supported",
        &[
            "wrong_grant_type",
            "no_grant_type",
            "client_credentials_here",
        ],
    ),
    ("parameters_in_body", &["parameters_in_url"]),
    ("method_allowed", &["get_request", "wrong_method"]),
    (
        "token_present",
        &[
            "no_token",
            "basic_scheme",
            "no_scheme",
            "introspect_no_token",
            "revoke_no_token",
        ],
    ),
    ("token_in_header", &["token_in_query"]),
    ("token_in_one_place", &["token_in_two_places"]),
    ("token_unexpired", &["expired_token"]),
    ("token_known", &["altered_token", "id_token_as_bearer"]),
    ("token_is_access_token", &["refresh_token_as_bearer"]),
    ("own_data", &["another_persons_id"]),
    ("route_known", &["unknown_path"]),
    ("scope_held", &["out_of_scope", "write_without_scope"]),
    ("basic_readable", &["introspect_by_bearer"]),
    ("confidential_client", &["introspect_by_another_app"]),
    ("scopes_within_grant", &["refresh_more_scope"]),
    (
        "refresh_token_of_this_client",
        &["refresh_by_another_app", "reuse_by_another_app"],
    ),
    (
        "refresh_token_known",
        &["refresh_access_token", "refresh_unknown_token"],
    ),
    ("refresh_token_unexpired", &["refresh_expired"]),
    ("refresh_token_present", &["refresh_no_token"]),
    ("refresh_token_not_rotated", &["refresh_twice"]),
    ("refresh_token_not_revoked", &["refresh_instead"]),
];

/// Slips that the server lets through, or that the app finds by itself.
const LET_THROUGH: &[&str] = &[
    "altered_state",
    "callback_without_state",
    "other_issuer",
    "callback_without_issuer",
    "missing_code",
    "error_in_callback",
    "basic_authentication",
    "altered_claim",
    "alg_none",
    "key_confusion",
    "unknown_key",
    "other_nonce",
    "other_audience",
    "expired_id_token",
    "introspect_altered_token",
    "introspect_refresh_token",
    "introspect_code",
    "refresh_fewer_scope",
    "newest_token",
    "revoke_by_another_app",
    "revoke_unknown_token",
    "revoke_access_token_only",
    "revoke_wrong_hint",
    "introspect_instead",
    "revoke_again",
];

/// The check on the server's side that refuses the slip; none when it is let through, or the app finds it by itself.
pub(super) fn refusing(tamper: &str, kind: Kind, strict: bool) -> Option<&'static str> {
    let asks_as_public = kind != Kind::Web
        && matches!(
            tamper,
            "introspect_altered_token"
                | "introspect_refresh_token"
                | "introspect_code"
                | "introspect_no_token"
        );
    if asks_as_public {
        return Some("confidential_client");
    }
    let lenient = tamper == "no_nonce" && !strict;
    let any_port = tamper == "other_port" && kind == Kind::Native;
    if lenient || any_port || LET_THROUGH.contains(&tamper) {
        return None;
    }
    let mut meant = MEANT.iter();
    let found = meant.find(|(_, slips)| slips.contains(&tamper));
    let (check, _) = found.unwrap_or_else(|| panic!("nobody said what `{tamper}` is meant to do"));
    Some(check)
}

/// The same for a step as the flow wants it.
pub(super) fn of_step(step: &str, kind: Kind) -> Option<&'static str> {
    match step {
        "introspect" if kind != Kind::Web => Some("confidential_client"),
        "reuse" => Some("refresh_token_not_rotated"),
        "after_revoke" => Some("token_unrevoked"),
        _ => None,
    }
}
