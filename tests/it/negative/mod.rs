//! The negative tests: what a strict authorization server must refuse, numbered 1 to 48.
//!
//! [`RULES`] lists every number with its tests, or with the reason why it does not apply. A number without a row fails,
//! and a row can only name tests that exist. Where the contract of the platform says something else than the RFC's
//! general rule, the contract is what is tested.

mod authorize;
mod authorize_flow;
mod authorize_redirect;
mod id_token;
mod limits;
mod metadata;
mod pages;
mod resource;
mod token;
mod token_client;
mod token_code;
mod token_refresh;

/// A rule and what shows that it is kept.
struct Rule {
    number: u8,
    says: &'static str,
    shown: Shown,
}

enum Shown {
    /// By these tests.
    By(&'static [(&'static str, fn())]),
    /// It does not apply.
    Not(&'static str),
}

macro_rules! by {
    ($($test:path),+ $(,)?) => { Shown::By(&[$((stringify!($test), $test as fn())),+]) };
}

macro_rules! rules {
    ($($number:literal $says:literal => $shown:expr;)*) => {
        const RULES: &[Rule] = &[$(Rule { number: $number, says: $says, shown: $shown }),*];
    };
}

rules! {
    1 "an unknown client_id gets a page, never a redirect (RFC 6749 §4.1.2.1)" => by![authorize_redirect::n01_an_unknown_client_gets_a_page_and_never_a_redirect];
    2 "an unregistered or missing redirect_uri gets a page (RFC 6749 §3.1.2.4, RFC 9700 §2.1)" => by![
        authorize_redirect::n02_an_unregistered_redirect_uri_gets_a_page_and_no_code,
        authorize_redirect::n02_a_missing_redirect_uri_gets_a_page,
    ];
    3 "redirect URIs match as exact strings (RFC 9700 §4.1)" => by![authorize_redirect::n03_nothing_but_the_exact_string_is_taken];
    4 "only native apps may come with another loopback port (RFC 8252 §7.3, ruling 8)" => by![
        authorize_redirect::n04_a_native_app_may_come_with_another_loopback_port_but_not_another_path_or_host,
        authorize_redirect::n04_a_web_app_may_not_and_is_told_that_the_port_is_the_difference,
    ];
    // A registered query would be kept by the RFC; the platform refuses queries at registration (/connect/security).
    5 "fragments and queries are refused at registration and request (RFC 6749 §3.1.2, /connect/security)" => by![
        authorize_redirect::n05_a_fragment_or_a_query_is_refused_at_registration_and_request,
    ];
    6 "response_type is code (RFC 6749 §4.1.2.1)" => by![authorize::n06_a_missing_or_foreign_response_type_is_told_to_the_app];
    7 "no parameter twice (RFC 6749 §3.1)" => by![
        authorize::n07_a_parameter_sent_twice_is_invalid_request,
        authorize::n07_client_id_or_redirect_uri_sent_twice_gets_a_page,
    ];
    8 "an empty parameter is an omitted one, unknown ones are ignored (RFC 6749 §3.1)" => by![
        authorize::n08_an_empty_parameter_counts_as_omitted,
        authorize::n08_unknown_parameters_are_ignored,
    ];
    9 "PKCE is required (RFC 7636 §4.4.1, /connect/security)" => by![authorize::n09_a_request_without_a_challenge_is_refused_for_every_kind_of_app];
    10 "only S256 (RFC 7636 §4.4.1)" => by![authorize::n10_plain_unknown_or_absent_methods_are_refused];
    11 "a challenge is 43 to 128 characters of its alphabet (RFC 7636 §4.2)" => by![authorize::n11_a_malformed_challenge_is_refused];
    12 "scopes are in the grammar, known, allowed; what is granted is stated (RFC 6749 §3.3)" => by![
        authorize::n12_a_scope_outside_grammar_catalogue_or_registration_is_invalid_scope,
        authorize::n12_the_token_answer_always_states_what_was_granted,
    ];
    13 "state comes back byte for byte (RFC 6749 §4.1.2)" => by![authorize_flow::n13_state_comes_back_byte_for_byte_on_success_and_error];
    14 "iss comes with every answer and is the metadata's issuer (RFC 9207 §2)" => by![authorize_flow::n14_iss_comes_with_code_and_error_and_is_the_issuer_as_addressed];
    15 "denied consent is access_denied, and nothing is issued (RFC 6749 §4.1.2.1)" => by![pages::n15_deny_is_told_to_the_app_and_leaves_no_code];
    16 "prompt=none never shows a page (OpenID Connect Core §3.1.2.1)" => by![
        authorize_flow::n16_prompt_none_without_a_session_is_login_required,
        authorize_flow::n16_prompt_none_without_consent_is_consent_required,
        authorize_flow::n16_prompt_none_with_another_value_is_invalid_request,
    ];
    17 "max_age makes an old sign-in do again (OpenID Connect Core §3.1.2.1)" => by![
        authorize_flow::n17_a_sign_in_older_than_max_age_is_done_again_and_auth_time_tells,
        authorize_flow::n17_without_max_age_an_old_sign_in_is_good_and_no_auth_time_is_told,
    ];
    18 "no CORS, no framing, no 307 at the authorization endpoint (RFC 9700 §2.6, §4.12, §4.16)" => by![pages::n18_the_pages_can_not_be_framed_nor_read_by_other_origins_and_redirect_by_302_or_303];
    19 "forms are tied to the browser (RFC 6749 §10.12)" => by![
        pages::n19_a_form_without_the_token_of_its_page_is_refused,
        pages::n19_a_form_from_another_site_or_browser_is_refused,
        pages::n19_a_form_sent_again_issues_no_second_code,
    ];
    20 "what is reflected is escaped, descriptions keep their alphabet (RFC 6749 §4.1.2.1)" => by![
        pages::n20_names_and_parameters_are_escaped_on_every_page,
        authorize_flow::n20_every_description_stays_in_its_alphabet,
    ];
    21 "the token endpoint takes POST, forms and two grant types (RFC 6749 §3.2, §5.2)" => by![
        token::n21_other_methods_are_405,
        token::n21_a_json_body_is_refused,
        token::n21_a_missing_or_unknown_grant_type_is_refused,
    ];
    22 "no parameter twice at the token endpoint (RFC 6749 §3.2)" => by![token::n22_a_parameter_sent_twice_is_invalid_request_and_issues_nothing];
    23 "an unknown client or wrong secret is 401 invalid_client (RFC 6749 §5.2)" => by![token_client::n23_an_unknown_client_or_a_wrong_secret_is_401];
    24 "one way of client authentication at once (RFC 6749 §2.3)" => by![token_client::n24_basic_and_body_together_are_invalid_request];
    25 "Basic values are form-decoded (RFC 6749 §2.3.1)" => by![
        token_client::n25_basic_values_are_form_decoded,
        token_client::n25_malformed_basic_is_401,
    ];
    26 "credentials in the URL are refused (RFC 6749 §2.3.1)" => by![token_client::n26_parameters_in_the_url_are_refused_and_nothing_is_issued];
    27 "confidential clients authenticate, public ones have no secret (RFC 6749 §2.3)" => by![
        token_client::n27_a_confidential_client_without_its_secret_is_401,
        token_client::n27_a_public_client_that_sends_a_secret_is_refused,
    ];
    28 "a code works once (RFC 6749 §4.1.2)" => by![token_code::n28_a_code_used_twice_is_invalid_grant];
    29 "a replay kills what the code issued (RFC 6749 §4.1.2, §10.5)" => by![
        token_code::n29_a_replayed_code_kills_its_tokens_at_once,
        token_code::n29_a_replay_kills_the_tokens_of_later_refreshes_too,
        token_code::n29_a_replay_by_another_client_kills_nothing,
    ];
    30 "one of many parallel exchanges wins (ruling 4)" => by![crate::race::of_fifty_parallel_exchanges_of_one_code_exactly_one_wins];
    31 "an expired or foreign code is invalid_grant (RFC 6749 §4.1.3)" => by![
        token_code::n31_an_expired_code_is_invalid_grant,
        token_code::n31_a_code_of_another_client_is_invalid_grant_and_stays_good_for_its_own,
    ];
    32 "the redirect_uri is repeated (RFC 6749 §4.1.3)" => by![token_code::n32_a_missing_or_different_redirect_uri_is_invalid_grant];
    33 "the verifier can not be left out (RFC 7636 §4.6, RFC 9700 §2.1.1)" => by![token_code::n33_a_missing_verifier_is_invalid_grant];
    34 "a verifier without a challenge is refused (RFC 9700 §2.1.1)" => Shown::Not("no code without a challenge exists: PKCE is required of every client, so such a request ends at rule 9");
    35 "a wrong verifier spends the code (RFC 7636 §4.1, §4.6)" => by![token_code::n35_a_wrong_or_malformed_verifier_is_invalid_grant_and_leaves_no_second_guess];
    36 "token answers are JSON and not to be stored (RFC 6749 §5.1)" => by![token::n36_every_answer_is_json_and_not_to_be_stored];
    37 "a refresh token is bound to its client, alive and known (RFC 6749 §6)" => by![token_refresh::n37_a_foreign_revoked_expired_or_made_up_refresh_token_is_invalid_grant];
    38 "a refresh can narrow the scope but not widen it (RFC 6749 §6)" => by![
        token_refresh::n38_a_refresh_that_asks_for_more_is_invalid_scope,
        token_refresh::n38_a_refresh_that_asks_for_less_narrows_the_access_token_alone,
    ];
    39 "reuse of a rotated refresh token kills the grant (RFC 9700 §4.14.2, ruling 3)" => by![
        token_refresh::n39_a_rotated_refresh_token_presented_again_kills_the_whole_grant,
        crate::race::of_fifty_parallel_refreshes_one_wins_and_the_grant_dies,
    ];
    40 "revocation (RFC 7009 §2.1, §2.2)" => by![
        token_refresh::n40_revoking_a_refresh_token_kills_its_access_tokens,
        token_refresh::n40_revoking_an_unknown_or_foreign_token_is_200_and_changes_nothing,
        token_refresh::n40_a_wrong_hint_is_ignored,
    ];
    41 "introspection (RFC 7662 §2.1 to §2.3, ruling 13)" => by![
        resource::n41_introspection_without_client_authentication_is_401,
        resource::n41_a_dead_foreign_or_unknown_token_is_exactly_inactive,
        resource::n41_a_public_client_may_not_introspect,
    ];
    42 "bearer challenges (RFC 6750 §2, §3, §3.1)" => by![
        resource::n42_no_token_is_challenged_without_an_error_code,
        resource::n42_a_bad_token_is_invalid_token,
        resource::n42_a_missing_scope_is_named,
        resource::n42_a_token_in_two_places_is_400,
    ];
    43 "only access tokens open APIs" => by![resource::n43_refresh_tokens_id_tokens_and_codes_open_nothing];
    44 "discovery (RFC 8414 §3, OpenID Connect Discovery §4.3)" => by![
        metadata::n44_discovery_names_the_issuer_it_was_asked_at,
        metadata::n44_everything_advertised_works_and_nothing_else_is_advertised,
    ];
    45 "id_tokens (OpenID Connect Core §2, §3.1.3.6, §12.2)" => by![
        id_token::n45_an_id_token_holds_what_it_must_and_verifies,
        id_token::n45_a_refreshed_id_token_speaks_of_the_same_sign_in,
        id_token::n45_no_private_member_is_published,
        id_token::n45_each_algorithm_a_client_can_choose_verifies,
    ];
    46 "key rotation (OpenID Connect Core §10.1.1)" => by![id_token::n46_after_a_rotation_old_tokens_verify_and_the_new_key_was_there_first];
    47 "logout" => Shown::Not("the platform documents no logout endpoint, so there is none (seed overview: no undocumented endpoints)");
    48 "limits and hostile bytes" => by![
        limits::n48_a_body_above_one_mebibyte_is_413,
        limits::n48_a_flood_of_headers_is_431,
        limits::n48_a_scope_of_eight_kilobytes_is_answered_in_order,
        limits::n48_a_slow_head_ends_with_its_connection,
        limits::n48_a_foreign_host_is_turned_away_everywhere,
        limits::n48_nul_and_overlong_utf_8_are_refused,
        limits::n48_a_clock_that_jumps_back_revives_nothing_that_was_refused,
    ];
}

#[test]
fn every_number_from_1_to_48_has_a_row() {
    let numbers: Vec<u8> = RULES.iter().map(|rule| rule.number).collect();
    assert_eq!(numbers, (1..=48).collect::<Vec<u8>>());
    for rule in RULES {
        assert!(rule.says.len() > 5, "{}", rule.number);
        match rule.shown {
            Shown::By(tests) => {
                assert!(!tests.is_empty(), "{}", rule.number);
                for (name, _) in tests {
                    let own = format!("n{:02}_", rule.number);
                    assert!(
                        name.contains(&own) || name.contains("race::"),
                        "{name} is not numbered {}",
                        rule.number
                    );
                }
            }
            Shown::Not(reason) => assert!(reason.len() > 20, "{}", rule.number),
        }
    }
}
