//! Token requests, introspection, revocation, and what is concluded from the answers.

use serde_json::json;

use super::*;

fn exchange(stage: &Stage) -> Request {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", "code"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    stage.form("/v1/oauth/token", &fields)
}

fn refresh(stage: &Stage, token: &str) -> Request {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    stage.form("/v1/oauth/token", &fields)
}

fn with(mut request: Request, name: &str, value: Option<&str>) -> Request {
    request.set_field(name, value);
    request
}

#[test]
fn a_code_is_exchanged_once_with_everything_beside_it() {
    in_both(|mut stage| {
        let good = exchange(&stage);
        stage.answers(&good, 200);
        for (name, value, status, error) in [
            ("grant_type", None, 400, "invalid_request"),
            (
                "grant_type",
                Some("password"),
                400,
                "unsupported_grant_type",
            ),
            (
                "grant_type",
                Some("client_credentials"),
                400,
                "unsupported_grant_type",
            ),
            ("client_id", Some("x"), 401, "invalid_client"),
            ("client_id", None, 401, "invalid_client"),
            ("client_id", Some(SPA), 401, "invalid_client"),
            ("client_secret", None, 401, "invalid_client"),
            ("client_secret", Some("secret_x"), 401, "invalid_client"),
            ("code", None, 400, "invalid_request"),
            ("code", Some("lph_ac_made_up"), 400, "invalid_grant"),
            ("code", Some("refresh"), 400, "invalid_grant"),
            ("redirect_uri", None, 400, "invalid_grant"),
            ("code_verifier", None, 400, "invalid_grant"),
            ("code_verifier", Some("short"), 400, "invalid_grant"),
            ("code_verifier", Some(CHALLENGE), 400, "invalid_grant"),
        ] {
            stage.refuses(&with(good.clone(), name, value), status, error);
        }
        let mut twice = good.clone();
        twice.body.push_str("&code=x");
        stage.refuses(&twice, 400, "invalid_request");
        let mut in_url = good.clone();
        in_url.set_parameter("code", Some("x"));
        stage.refuses(&in_url, 400, "invalid_request");
        stage.refuses(
            &good.clone().with("Content-Type", "application/json"),
            400,
            "invalid_request",
        );
        stage.refuses(
            &good.clone().with("Authorization", "Basic eDp5"),
            400,
            "invalid_request",
        );
        let mut get = good.clone();
        "GET".clone_into(&mut get.method);
        stage.refuses(&get, 405, "method_not_allowed");
        stage.advance(Duration::from_mins(1));
        stage.refuses(&good, 400, "invalid_grant");
    });
}

#[test]
fn a_code_of_this_form_that_the_session_never_saw_may_be_anybodys() {
    let stage = Stage::new(Profile::Loop);
    let code = format!("lph_ac_{}", "Z".repeat(43));
    let request = with(exchange(&stage), "code", Some(&code));
    assert!(predict(&request, &stage.session, &stage.known).is_none());
}

#[test]
fn tokens_are_noted_and_what_gave_them_is_spent() {
    in_both(|mut stage| {
        let body = json!({
            "access_token": "new access", "refresh_token": "new refresh", "expires_in": 600, "scope": "openid",
        });
        stage.settle(&exchange(&stage), Some(&body));
        assert_eq!(stage.state("code"), CredentialState::Used);
        assert_eq!(stage.state("refresh"), CredentialState::Replaced);
        let mut credentials = stage.session.credentials.iter();
        let access = credentials.rfind(|it| it.value == "new access");
        let access = access.expect("it is noted");
        assert_eq!(access.expires_at, Some(NOW.plus(Duration::from_mins(10))));
        assert_eq!(
            (access.family, &*access.scopes),
            (1, &["openid".to_owned()][..])
        );

        let body =
            json!({ "access_token": "third", "refresh_token": "third refresh", "expires_in": 600 });
        stage.settle(&refresh(&stage, "new refresh"), Some(&body));
        assert_eq!(stage.state("new refresh"), CredentialState::Rotated);
        // The code again: everything that came of it dies.
        stage.settle(&exchange(&stage), None);
        assert_eq!(stage.state("third"), CredentialState::Revoked);
        assert_eq!(stage.state("third refresh"), CredentialState::Revoked);
    });
}

#[test]
fn a_failed_proof_spends_the_code() {
    in_both(|mut stage| {
        stage.settle(&with(exchange(&stage), "code_verifier", None), None);
        assert_eq!(stage.state("code"), CredentialState::Revoked);
        stage.refuses(&exchange(&stage), 400, "invalid_grant");
        assert_eq!(stage.state("access"), CredentialState::Active);
    });
}

#[test]
fn an_old_refresh_token_ends_the_grant_and_others_do_not() {
    in_both(|mut stage| {
        stage.answers(&refresh(&stage, "refresh"), 200);
        stage.refuses(&refresh(&stage, "access"), 400, "invalid_grant");
        let more = with(refresh(&stage, "refresh"), "scope", Some("profile"));
        stage.refuses(&more, 400, "invalid_scope");
        stage.answers(
            &with(refresh(&stage, "refresh"), "scope", Some("openid")),
            200,
        );
        stage.settle(&refresh(&stage, "old"), None);
        assert_eq!(stage.state("refresh"), CredentialState::Revoked);
        assert_eq!(stage.state("access"), CredentialState::Revoked);
        stage.refuses(&refresh(&stage, "refresh"), 400, "invalid_grant");
        assert_eq!(stage.state("old"), CredentialState::Rotated);
    });
}

#[test]
fn within_the_grace_period_the_old_one_may_come_again() {
    let mut stage = Stage::new(Profile::Loop);
    stage.known.rules.refresh_grace_seconds = 10;
    let body = json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 60 });
    stage.settle(&refresh(&stage, "refresh"), Some(&body));
    stage.advance(Duration::from_secs(9));
    let body = json!({ "access_token": "a3", "refresh_token": "r3", "expires_in": 60 });
    stage.settle(&refresh(&stage, "refresh"), Some(&body));
    assert_eq!(stage.state("r2"), CredentialState::Replaced);
    stage.advance(Duration::from_secs(1));
    stage.refuses(&refresh(&stage, "refresh"), 400, "invalid_grant");
}

#[test]
fn revocation_ends_what_belongs_together() {
    in_both(|mut stage| {
        let revoke = |stage: &Stage, token| stage.form("/v1/oauth/revoke", &[("token", token)]);
        stage.settle(&revoke(&stage, "access"), None);
        assert_eq!(stage.state("access"), CredentialState::Revoked);
        assert_eq!(stage.state("refresh"), CredentialState::Active);
        stage.hold(
            "access 2",
            CredentialKind::AccessToken,
            CredentialState::Active,
        );
        stage.settle(&revoke(&stage, "refresh"), None);
        assert_eq!(stage.state("access 2"), CredentialState::Revoked);
        stage.answers(&revoke(&stage, "nonsense"), 200);
        stage.refuses(
            &with(revoke(&stage, "x"), "token", None),
            400,
            "invalid_request",
        );
    });
}

#[test]
fn a_revocation_that_is_answered_settles_what_was_unsure() {
    in_both(|mut stage| {
        for credential in &mut stage.session.credentials {
            credential.state = CredentialState::Unsure;
        }
        let revoke = |stage: &Stage, token| stage.form("/v1/oauth/revoke", &[("token", token)]);
        let calls = |stage: &Stage| {
            let call = Request::get(format!("{BASE}/clinical/v1/biomarkers/me"))
                .with("Authorization", "Bearer access");
            predict(&call, &stage.session, &stage.known).map(|it| it.expected.status)
        };
        assert_eq!(calls(&stage), None, "nobody can tell");
        // Another app's request is answered alike, and ends nothing.
        let by_another = with(revoke(&stage, "access"), "client_secret", None);
        stage.settle(&with(by_another, "client_id", Some(SPA)), None);
        assert_eq!(stage.state("access"), CredentialState::Unsure);
        // One that was refused settles nothing either.
        let refused = with(revoke(&stage, "access"), "client_secret", Some("wrong"));
        stage.settle(&refused, None);
        assert_eq!(stage.state("access"), CredentialState::Unsure);
        stage.settle(&revoke(&stage, "code"), None);
        assert_eq!(stage.state("code"), CredentialState::Unsure);

        stage.settle(&revoke(&stage, "access"), None);
        assert_eq!(stage.state("access"), CredentialState::Revoked);
        assert_eq!(stage.state("refresh"), CredentialState::Unsure);
        assert_eq!(calls(&stage), Some(Some(401)), "it is dead afterwards");
        stage.settle(&revoke(&stage, "refresh"), None);
        assert_eq!(stage.state("refresh"), CredentialState::Revoked);
        stage.refuses(&refresh(&stage, "refresh"), 400, "invalid_grant");
    });
}

#[test]
fn introspection_is_for_confidential_apps_and_their_own_tokens() {
    in_both(|stage| {
        let ask = |token: &str| stage.form("/v1/oauth/introspect", &[("token", token)]);
        let words = |token: &str| {
            let foreseen = predict(&ask(token), &stage.session, &stage.known);
            foreseen.expect("a prediction").words
        };
        assert!(words("access").contains("`active` true"));
        assert!(words("old").contains("\"active\":false"));
        assert!(words("code").contains("\"active\":false"));
        let public = with(ask("access"), "client_secret", None);
        stage.refuses(&with(public, "client_id", Some(SPA)), 403, "forbidden");
        stage.refuses(
            &with(ask("access"), "client_secret", None),
            401,
            "invalid_client",
        );
    });
}
