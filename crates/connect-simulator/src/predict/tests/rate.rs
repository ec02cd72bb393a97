//! The rate limit, where it is switched on: used up, one left, plenty.

use super::*;
use crate::predict::{counts, happened};

const SLOWED_DOWN: (u16, &str) = (429, "rate_limited");

/// Puts a limit in force, of which so many are used up by this app.
fn limit(stage: &mut Stage, most: u32, used: u32) {
    stage.known.rules.rate_limit_per_minute = Some(most);
    let caller = |service: &str| Caller {
        client_id: WEB.to_owned(),
        service: service.to_owned(),
    };
    let counted = ["identity", "clinical"].map(|service| (caller(service), used));
    stage.known.counted = Counted::at(stage.known.server_now(), counted);
}

fn introspection(stage: &Stage) -> Request {
    stage.form("/v1/oauth/introspect", &[("token", "access")])
}

fn call(path: &str) -> Request {
    Request::get(format!("{BASE}{path}")).with("Authorization", "Bearer access")
}

fn otherwise(stage: &Stage, request: &Request) -> Option<(u16, Option<String>)> {
    let foreseen = predict(request, &stage.session, &stage.known).expect("a prediction");
    let it = foreseen.otherwise?;
    assert!(it.when.ends_with('.') && !it.happened);
    Some((it.expected.status?, it.expected.error))
}

#[test]
fn used_up_one_left_and_plenty_are_told_apart() {
    in_both(|mut stage| {
        let asked = introspection(&stage);
        let requests = [
            (asked, 200),
            (call("/clinical/v1/biomarkers/me"), 200),
            (call("/clinical/v1/biomarkers/me?a=1&a=2"), 400),
        ];
        for (request, status) in &requests {
            stage.known.rules.rate_limit_per_minute = None;
            assert_eq!(stage.says(request).1, Some(*status));
            assert_eq!(otherwise(&stage, request), None);
            limit(&mut stage, 10, 10);
            stage.refuses(request, SLOWED_DOWN.0, SLOWED_DOWN.1);
            let free = otherwise(&stage, request).expect("the minute may end");
            assert_eq!(free.0, *status);
            for used in [0, 9] {
                limit(&mut stage, 10, used);
                assert_eq!(stage.says(request).1, Some(*status));
                let slow = otherwise(&stage, request).expect("others may be first");
                assert_eq!(slow, (SLOWED_DOWN.0, Some(SLOWED_DOWN.1.to_owned())));
            }
        }
    });
}

#[test]
fn what_is_refused_before_the_app_is_known_is_not_counted() {
    in_both(|mut stage| {
        limit(&mut stage, 1, 1);
        let mut unknown = introspection(&stage);
        unknown.set_field("client_id", Some("client_nobody"));
        stage.refuses(&unknown, 401, "invalid_client");
        let mut wrong = introspection(&stage);
        wrong.set_field("client_secret", Some("secret_wrong"));
        stage.refuses(&wrong, SLOWED_DOWN.0, SLOWED_DOWN.1);
        stage.refuses(&call("/clinical/v1/check-ins"), 403, "insufficient_scope");
        stage.answers(&Request::get(format!("{BASE}/.well-known/jwks.json")), 200);
        for free in [unknown, call("/clinical/v1/check-ins")] {
            assert_eq!(counts(&free, &stage.session, &stage.known), None);
        }
        let caller = counts(&wrong, &stage.session, &stage.known).expect("it counts");
        assert_eq!((&*caller.client_id, &*caller.service), (WEB, "identity"));
    });
}

#[test]
fn each_request_takes_one_and_a_new_minute_begins_with_none() {
    in_both(|mut stage| {
        limit(&mut stage, 2, 0);
        let request = introspection(&stage);
        for status in [200, 200, 429, 429] {
            assert_eq!(stage.says(&request).1, Some(status));
            let caller = counts(&request, &stage.session, &stage.known);
            stage.known.count(caller.expect("it counts"));
        }
        // Another service has a count of its own.
        assert_eq!(stage.says(&call("/clinical/v1/biomarkers/me")).1, Some(200));
        let rest = stage.known.rest_of_minute();
        stage.advance(rest.saturating_sub(Duration::from_millis(1)));
        assert_eq!(stage.says(&request).1, Some(429));
        stage.advance(Duration::from_millis(1));
        assert_eq!(stage.says(&request).1, Some(200));
    });
}

#[test]
fn being_slowed_down_spends_nothing() {
    in_both(|mut stage| {
        limit(&mut stage, 1, 1);
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "refresh"),
        ];
        let refresh = stage.form("/v1/oauth/token", &fields);
        stage.refuses(&refresh, SLOWED_DOWN.0, SLOWED_DOWN.1);
        stage.settle(&refresh, None);
        assert_eq!(stage.state("refresh"), CredentialState::Active);
    });
}

#[test]
fn the_other_answer_counts_only_when_what_it_depends_on_has_happened() {
    in_both(|mut stage| {
        let request = introspection(&stage);
        let caller = Caller {
            client_id: WEB.to_owned(),
            service: "identity".to_owned(),
        };
        let other = |stage: &Stage| {
            let foreseen = predict(&request, &stage.session, &stage.known).expect("a prediction");
            foreseen.otherwise.expect("another answer")
        };
        let has = |stage: &Stage, after: &Known| {
            happened(&other(stage), Some(&caller), &stage.known, after)
        };
        // Foreseen to be let through, and slowed down all the same: somebody must have used the minute up.
        limit(&mut stage, 10, 3);
        let before = stage.known.clone();
        limit(&mut stage, 10, 4);
        let quiet = std::mem::replace(&mut stage.known, before.clone());
        assert!(!has(&stage, &quiet), "six are left: that is no reason");
        limit(&mut stage, 10, 10);
        let busy = std::mem::replace(&mut stage.known, before);
        assert!(has(&stage, &busy));
        // Foreseen to be slowed down, and let through all the same: the minute must have ended.
        stage.known = busy.clone();
        assert!(!has(&stage, &busy));
        let mut later = busy;
        later.now.sandbox = later.now.sandbox.plus(later.rest_of_minute());
        assert!(has(&stage, &later));
        // Somebody else changed the limit.
        let mut lifted = stage.known.clone();
        lifted.rules.rate_limit_per_minute = None;
        assert!(has(&stage, &lifted));
    });
}
