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

/// The check on the server's side that refuses the slip; none when it is let through, or the app finds it by itself.
pub(super) fn refusing(tamper: &str, kind: Kind, strict: bool) -> Option<&'static str> {
    let public = kind != Kind::Web;
    Some(match tamper {
        "plain_method" | "no_method" => "code_challenge_method_s256",
        "no_challenge" => "code_challenge_present",
        "malformed_challenge" => "code_challenge_well_formed",
        "missing_state" => "state_present",
        "other_port" if kind == Kind::Native => return None,
        "other_redirect_uri_asked"
        | "trailing_slash"
        | "other_port"
        | "localhost_by_another_name"
        | "no_redirect_uri_asked" => "redirect_uri_registered",
        "unknown_client" | "no_client_id_asked" => "client_known",
        "response_type_token" | "no_response_type" => "response_type_code",
        "extra_scope" => "scopes_allowed",
        "admin_scope" => "scopes_for_people",
        "unknown_scope" | "commas_between_scopes" | "no_scope" => "scopes_exist",
        "duplicated_parameter_asked" => "parameters_once",
        "no_nonce" if strict => "nonce_present",
        "prompt_none" => "signed_in",
        "unknown_prompt" => "prompt_known",
        "request_object" | "request_uri" => "request_object_absent",
        "person_denies" => "consent_given",

        "wrong_verifier" | "no_verifier" | "challenge_as_verifier" => "code_verifier_matches",
        "short_verifier" => "code_verifier_well_formed",
        "other_redirect_uri" | "no_redirect_uri" => "redirect_uri_repeated",
        "code_twice" => "code_unused",
        "code_expired" => "code_unexpired",
        "code_of_another_app" => "code_of_this_client",
        "unknown_code" | "verifier_as_code" => "code_known",
        "no_code" => "code_present",
        "no_secret" | "refresh_no_secret" | "reuse_no_secret" | "revoke_no_secret" => {
            "client_secret_present"
        }
        "wrong_secret" | "secret_with_white_space" | "introspect_wrong_secret" => {
            "client_secret_correct"
        }
        "secret_of_public_client" => "public_client_without_secret",
        "both_authentications" => "one_authentication_method",
        "no_client_id" | "introspect_unauthenticated" | "revoke_unauthenticated" => {
            "client_identified"
        }
        "json_body" => "content_type_form",
        "wrong_grant_type" | "no_grant_type" | "client_credentials_here" => "grant_type_supported",
        "duplicated_parameter" => "parameters_once",
        "parameters_in_url" => "parameters_in_body",
        "get_request" | "wrong_method" => "method_allowed",

        "no_token" | "basic_scheme" | "no_scheme" => "token_present",
        "token_in_query" => "token_in_header",
        "token_in_two_places" => "token_in_one_place",
        "expired_token" => "token_unexpired",
        "altered_token" | "id_token_as_bearer" => "token_known",
        "refresh_token_as_bearer" => "token_is_access_token",
        "another_persons_id" => "own_data",
        "unknown_path" => "route_known",
        "out_of_scope" | "change_without_key" => "scope_held",

        "introspect_by_bearer" => "basic_readable",
        "introspect_by_another_app" => "confidential_client",
        "introspect_altered_token"
        | "introspect_refresh_token"
        | "introspect_code"
        | "introspect_no_token"
            if public =>
        {
            "confidential_client"
        }
        "introspect_no_token" | "revoke_no_token" => "token_present",

        "refresh_more_scope" => "scopes_within_grant",
        "refresh_unknown_scope" | "reuse_more_scope" => "scopes_exist",
        "refresh_by_another_app" | "reuse_by_another_app" => "refresh_token_of_this_client",
        "refresh_access_token" | "refresh_unknown_token" => "refresh_token_known",
        "refresh_expired" => "refresh_token_unexpired",
        "refresh_no_token" => "refresh_token_present",
        "refresh_twice" => "refresh_token_not_rotated",
        "refresh_instead" => "refresh_token_not_revoked",
        _ => return None,
    })
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
