//! Authorization requests.

use super::*;

fn request() -> Request {
    let mut request =
        Request::get(format!("{BASE}/v1/oauth/authorize")).with("Accept", "text/html");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", WEB),
        ("redirect_uri", REDIRECT),
        ("scope", "openid read:biomarkers"),
        ("state", "af0ifjsldkj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("nonce", "n-0S6"),
    ] {
        request.set_parameter(name, Some(value));
    }
    request
}

fn changed(name: &str, value: Option<&str>) -> Request {
    let mut request = request();
    request.set_parameter(name, value);
    request
}

fn sent_back(error: &str) -> (Place, Option<u16>, Option<String>) {
    (Place::Redirect, None, Some(error.to_owned()))
}

fn page(error: &str) -> (Place, Option<u16>, Option<String>) {
    (Place::Page, Some(400), Some(error.to_owned()))
}

#[test]
fn a_request_in_order_comes_back_with_a_code() {
    in_both(|mut stage| {
        assert_eq!(stage.says(&request()), (Place::Redirect, None, None));
        stage.session.setup.allow = false;
        assert_eq!(stage.says(&request()), sent_back("access_denied"));
        stage.known.rules.auto_approve = true;
        assert_eq!(stage.says(&request()), (Place::Redirect, None, None));
    });
}

#[test]
fn until_app_and_redirect_uri_are_trusted_only_the_person_is_told() {
    in_both(|mut stage| {
        assert_eq!(
            stage.says(&changed("client_id", None)),
            page("invalid_request")
        );
        assert_eq!(
            stage.says(&changed("client_id", Some("x"))),
            page("invalid_client")
        );
        assert_eq!(
            stage.says(&changed("redirect_uri", None)),
            page("invalid_request")
        );
        let slash = format!("{REDIRECT}/");
        assert_eq!(
            stage.says(&changed("redirect_uri", Some(&slash))),
            page("invalid_request")
        );
        let mut twice = request();
        twice.url.push_str("&client_id=x");
        assert_eq!(stage.says(&twice), page("invalid_request"));
        let json = changed("client_id", None).with("Accept", "application/json");
        stage.refuses(&json, 400, "invalid_request");
        stage.known.apps[0].enabled = false;
        assert_eq!(stage.says(&request()), page("unauthorized_client"));
    });
}

#[test]
fn after_that_the_app_is_told_and_the_first_check_that_fails_counts() {
    in_both(|mut stage| {
        for (name, value, error) in [
            ("response_type", Some("token"), "unsupported_response_type"),
            ("response_type", None, "invalid_request"),
            ("state", None, "invalid_request"),
            ("code_challenge", None, "invalid_request"),
            ("code_challenge", Some("short"), "invalid_request"),
            ("code_challenge_method", Some("plain"), "invalid_request"),
            ("code_challenge_method", None, "invalid_request"),
            ("scope", None, "invalid_scope"),
            ("scope", Some("read:moon"), "invalid_scope"),
            ("scope", Some("admin:clinical"), "invalid_scope"),
            ("scope", Some("read:payments"), "invalid_scope"),
            ("prompt", Some("always"), "invalid_request"),
            ("prompt", Some("none login"), "invalid_request"),
            ("prompt", Some("none"), "login_required"),
            ("max_age", Some("soon"), "invalid_request"),
            ("request", Some("x"), "request_not_supported"),
            ("request_uri", Some("x"), "request_uri_not_supported"),
        ] {
            assert_eq!(
                stage.says(&changed(name, value)),
                sent_back(error),
                "{name} {value:?}"
            );
        }
        let mut several = changed("state", None);
        several.set_parameter("scope", Some("read:moon"));
        assert_eq!(stage.says(&several), sent_back("invalid_request"));
        several.url.push_str("&scope=openid");
        assert_eq!(stage.says(&several), sent_back("invalid_request"));
        stage.known.apps[0].baa_signed = false;
        assert_eq!(stage.says(&request()), sent_back("invalid_scope"));
    });
}

#[test]
fn a_missing_nonce_is_refused_by_the_profile_strict_alone() {
    let request = changed("nonce", None);
    let lenient = Stage::new(Profile::Loop);
    assert_eq!(lenient.says(&request), (Place::Redirect, None, None));
    let strict = Stage::new(Profile::Strict);
    assert_eq!(strict.says(&request), sent_back("invalid_request"));
}

#[test]
fn what_another_host_is_asked_can_not_be_foreseen() {
    let stage = Stage::new(Profile::Loop);
    let elsewhere = Request::get("http://localhost:1/v1/oauth/authorize");
    assert!(predict(&elsewhere, &stage.session, &stage.known).is_none());
    let hint = changed("login_hint", Some("maya@example.com"));
    assert_eq!(stage.says(&hint), (Place::Redirect, None, None));
}
