//! Calls to services.

use super::*;

fn get(path: &str) -> Request {
    Request::get(format!("{BASE}{path}"))
        .with("Accept", "application/json")
        .with("Authorization", "Bearer access")
}

const ME: &str = "/clinical/v1/biomarkers/me";

#[test]
fn a_token_opens_what_its_scopes_open() {
    in_both(|mut stage| {
        stage.answers(&get(ME), 200);
        stage.answers(&get("/v1/biomarkers/me?limit="), 200);
        stage.refuses(&get("/clinical/v1/check-ins"), 403, "insufficient_scope");
        stage.refuses(&get("/clinical/v1/nothing"), 404, "not_found");
        let mut delete = get(ME);
        "DELETE".clone_into(&mut delete.method);
        stage.refuses(&delete, 405, "method_not_allowed");
        stage.known.apps[0].baa_signed = false;
        stage.refuses(&get(ME), 403, "forbidden");
        stage.known.apps[0].enabled = false;
        stage.refuses(&get(ME), 401, "invalid_token");
    });
}

#[test]
fn a_token_comes_in_one_place_and_is_an_access_token_that_lives() {
    in_both(|mut stage| {
        let with = |value: &str| get(ME).with("Authorization", value);
        let mut none = get(ME);
        none.remove_header("authorization");
        stage.refuses(&none, 401, "unauthenticated");
        none.set_parameter("access_token", Some("access"));
        stage.refuses(&none, 401, "unauthenticated");
        let mut two = get(ME);
        two.set_parameter("access_token", Some("access"));
        stage.refuses(&two, 400, "invalid_request");
        stage.refuses(&with("Basic access"), 401, "unauthenticated");
        stage.refuses(&with("access"), 401, "unauthenticated");
        stage.refuses(&with("Bearer refresh"), 401, "invalid_token");
        stage.refuses(&with("Bearer accessx"), 401, "invalid_token");
        stage.advance(Duration::from_hours(1));
        stage.refuses(&get(ME), 401, "invalid_token");
    });
}

#[test]
fn nobody_else_is_there_and_rows_decide_the_rest() {
    in_both(|stage| {
        stage.refuses(&get("/clinical/v1/red-flags/somebody"), 404, "not_found");
        let mut post = get("/clinical/v1/biomarkers/parse").with("Idempotency-Key", "k");
        "POST".clone_into(&mut post.method);
        assert!(predict(&post, &stage.session, &stage.known).is_none());
        post.remove_header("idempotency-key");
        let foreseen = predict(&post, &stage.session, &stage.known);
        if stage.known.rules.profile == Profile::Strict {
            stage.refuses(&post, 400, "validation_error");
        } else {
            assert!(foreseen.is_none());
        }
    });
}

#[test]
fn userinfo_is_absent_unless_it_is_switched_on() {
    in_both(|mut stage| {
        stage.refuses(&get("/v1/oauth/userinfo"), 404, "not_found");
        stage.known.rules.userinfo = true;
        stage.answers(&get("/v1/oauth/userinfo"), 200);
        stage.refuses(&get("/v1/me/grants"), 403, "insufficient_scope");
    });
}
