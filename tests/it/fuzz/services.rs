//! Every operation of every Loop service.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::json;

use super::input::{form, in_target, json_value, texts, value};
use super::target::Target;
use crate::support::{MAYA, Request, people_scopes};

#[test]
fn services_answer_any_call_in_order() {
    let target = Target::new(true);
    let (token, person) = target.runtime.block_on(async {
        let own = target
            .sandbox
            .register(json!({
                "name": "Loop Home", "app_type": "web", "redirect_uris": ["https://home.example.com/cb"],
                "scopes": people_scopes(), "baa_status": "signed", "is_first_party": true,
            }))
            .await;
        let token = target.sandbox.tokens(&own, &people_scopes().join(" ")).await.access;
        (token, target.sandbox.person(MAYA).await)
    });
    let mut words = texts(&[
        "patient_id",
        "brand_id",
        "loop",
        "loopbio",
        "source",
        "biomarkers",
        "code",
        "name",
        "value",
        "unit",
        "collected_at",
        "2026-01-02T03:04:05Z",
        "reference_low",
        "vendor",
        "labcorp",
        "raw_payload",
        "results",
        "goals",
        "intake",
        "consent",
        "protocol_id",
        "day_marker",
        "mood",
        "sleep_quality",
        "wins",
        "blockers",
        "enrolled_at",
        "channel",
        "email",
        "template_key",
        "welcome",
        "recipient",
        "person_id",
        "dedup_key",
        "scheduled_at",
        "variables",
        "kind",
        "heart",
        "content",
        "author_id",
        "target_type",
        "post",
        "target_id",
        "reason",
        "slug",
        "return_url",
        "https://x.example/",
        "provider",
        "oura",
        "metric",
        "show_on_optimize",
        "tier",
        "follower_id",
        "followee_id",
        "category",
        "enabled",
        "link_token",
    ]);
    words.push(person.clone());
    let queries = [
        "limit",
        "offset",
        "user_id",
        "brand_id",
        "enrolled_at",
        "from",
        "to",
        "granularity",
        "event_type",
        "status",
        "q",
        "state",
    ];
    arbtest::arbtest(|u| {
        let operation = u.choose(connect_services::catalogue::CATALOGUE)?;
        let mut path = String::new();
        for part in operation.path.split('/').skip(1) {
            path.push('/');
            if part.starts_with('{') {
                let filled = if u.ratio(1, 2)? {
                    person.clone().into_bytes()
                } else {
                    value(u, &words)?
                };
                path.push_str(&in_target(
                    percent_encode(&filled, NON_ALPHANUMERIC)
                        .to_string()
                        .as_bytes(),
                ));
            } else {
                path.push_str(part);
            }
        }
        let query = if u.ratio(1, 2)? {
            format!("?{}", in_target(&form(u, &queries, &words)?))
        } else {
            String::new()
        };
        let method = if u.ratio(9, 10)? {
            operation.verb.as_str()
        } else {
            *u.choose(&["GET", "POST", "PUT", "PATCH", "DELETE"])?
        };
        let mut request = Request::new(
            method,
            format!("/{}{path}{query}", operation.service.name()),
        )
        .bearer(&token);
        if u.ratio(1, 3)? {
            let key: String = String::from_utf8_lossy(&value(u, &words)?)
                .chars()
                .filter(char::is_ascii_graphic)
                .collect();
            request = request.header("Idempotency-Key", key);
        }
        if method != "GET" || u.ratio(1, 8)? {
            request = if u.ratio(9, 10)? {
                request.json(&json_value(u, &words, 4)?)
            } else {
                request
                    .header("Content-Type", "application/json")
                    .body(u.arbitrary::<&[u8]>()?)
            };
        }
        let bytes = request.bytes(&target.sandbox.authority);
        let answer = target.send(&bytes);
        // A vendor that does not answer is part of the documented play; everything else of that class is ours.
        let silent_vendor = answer.status == 502 && answer.text().contains("upstream_error");
        assert!(
            answer.status < 500 || silent_vendor,
            "{answer}\n\nto {}",
            String::from_utf8_lossy(&bytes)
        );
        // A target that no HTTP parser takes never becomes a request.
        let never_a_request = matches!(answer.status, 400 | 414 | 431) && answer.body.is_empty();
        if answer.status >= 400 && !never_a_request {
            let code = answer.json()["error"]
                .as_str()
                .map(str::to_owned)
                .unwrap_or_default();
            answer.is_service_error(answer.status, &code);
        }
        Ok(())
    })
    .size_min(512);
}
