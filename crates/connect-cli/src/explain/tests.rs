//! What people read.

use serde_json::json;

use super::*;

fn explanation(refusal: &Value) -> Explanation {
    serde_json::from_value(json!({
        "summary": {
            "seq": 7, "id": "exchange_01", "listener": "platform", "at": "2026-05-22T12:34:56Z",
            "wall": "2026-05-22T12:34:56Z", "method": "GET", "target": "/v1/oauth/authorize?client_id=client_1",
            "host": "127.0.0.1:9400", "status": 400, "service": "identity", "operation": "authorize",
            "client_id": "client_1", "user_id": null, "grant_id": null, "trace": "trace_1", "cause": null,
            "refused_by": "redirect_uri_registered", "error": "invalid_request", "ended": "answered",
            "duration_us": 3210, "request_len": 100, "response_len": 200, "findings": 1, "pinned": false
        },
        "verdict": "Refused with invalid_request (400) by the check `redirect_uri_registered`: no.",
        "passed": ["parameters_once", "client_known"],
        "refusal": refusal,
        "findings": [{
            "name": "nonce_missing", "message": "openid without nonce",
            "clause": { "source": "/connect/security", "standing": "documented" }
        }],
        "facts": [{ "name": "challenge_computed", "value": "E9Melhoa" }],
        "entries": [{
            "seq": 3, "at": "2026-05-22T12:34:56Z", "wall": "2026-05-22T12:34:56Z", "kind": "code.issued",
            "subject": "cred_1", "trace": "trace_1", "cause": null, "exchange": "exchange_01",
            "actor_type": "user", "actor_id": "user_1", "detail": {}
        }]
    }))
    .unwrap()
}

fn shown(explanation: &Explanation) -> String {
    anstream::adapter::strip_str(&text(explanation, " --data-dir /tmp/x")).to_string()
}

#[test]
fn a_refusal_is_explained_from_verdict_to_remedy() {
    let explanation = explanation(&json!({
        "check": "redirect_uri_registered", "code": "invalid_request", "description": "no",
        "expected": "http://localhost:3000/callback", "received": "http://localhost:3000/callback/",
        "difference": { "same_start": 30, "same_end": 0 },
        "clause": "RFC 9700 §2.1", "standing": "standard", "fix": "Register the URI with its slash.",
        "remedy": {
            "command": "apps_update", "label": "Register this redirect URI",
            "payload": { "client_id": "client_1", "redirect_uris": ["http://localhost:3000/it's"] }
        }
    }));
    insta::assert_snapshot!(shown(&explanation), @r#"
    GET /v1/oauth/authorize?client_id=client_1 → 400 invalid_request
    exchange_01  2026-05-22T12:34:56Z  3.2 ms  client_1

    Refused with invalid_request (400) by the check `redirect_uri_registered`: no.

      ✓ parameters_once
      ✓ client_known
      ✗ redirect_uri_registered

      expected http://localhost:3000/callback
      received http://localhost:3000/callback/
                                             ^
      clause   RFC 9700 §2.1 (standard)
      fix      Register the URI with its slash.

    Register this redirect URI:
      connect-sandbox --data-dir /tmp/x rpc apps_update '{"client_id":"client_1","redirect_uris":["http://localhost:3000/it'\''s"]}'

    Facts
      challenge_computed = E9Melhoa

    Accepted, with a remark
      ! nonce_missing: openid without nonce (/connect/security, documented)

    What it changed
      #3 code.issued cred_1

    trace trace_1
    "#);
}

#[test]
fn what_was_accepted_is_explained_too() {
    let mut accepted = explanation(&Value::Null);
    accepted.summary.status = None;
    accepted.summary.error = None;
    accepted.verdict = "Answered with 302; every check passed.".to_owned();
    accepted.facts.clear();
    accepted.entries.clear();
    insta::assert_snapshot!(shown(&accepted), @r#"
    GET /v1/oauth/authorize?client_id=client_1 → no answer
    exchange_01  2026-05-22T12:34:56Z  3.2 ms  client_1

    Answered with 302; every check passed.

      ✓ parameters_once
      ✓ client_known

    Accepted, with a remark
      ! nonce_missing: openid without nonce (/connect/security, documented)

    trace trace_1
    "#);
}

#[test]
fn what_a_caller_sent_cannot_move_the_cursor() {
    let mut hostile = explanation(&json!({
        "check": "x", "code": "x", "description": "x", "expected": "a", "received": "\u{1b}[2Jb\r\n\u{202e}",
        "difference": null, "clause": "x", "standing": "x", "fix": "\u{7}", "remedy": null
    }));
    hostile.summary.target = "/\u{1b}]0;x\u{7}".to_owned();
    let text = text(&hostile, "");
    let styles_out = anstream::adapter::strip_str(&text).to_string();
    // Nothing but our own styles was there to take out.
    assert!(
        styles_out.contains("\u{FFFD}[2Jb\u{FFFD}\u{FFFD}\u{FFFD}"),
        "{styles_out}"
    );
    assert!(!text.contains('\u{7}') && !text.contains("\u{1b}[2J") && !text.contains('\r'));
}
