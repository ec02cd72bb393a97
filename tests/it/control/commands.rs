//! Every command: what it answers, what it refuses, what it journals.

use std::collections::BTreeSet;

use connect_rpc::COMMANDS;
use connect_rpc::ErrorCode::{
    BadRequest, Conflict, Invalid, NotConfirmed, NotFound, UnknownCommand,
};
use serde_json::json;

use super::rows::ground;
use crate::support::{MAYA, Sandbox};

#[test]
fn codes_and_statuses_are_one_to_one_where_programs_need_it() {
    for (code, status) in [
        (BadRequest, 400),
        (Invalid, 400),
        (NotFound, 404),
        (UnknownCommand, 404),
        (Conflict, 409),
        (NotConfirmed, 409),
    ] {
        assert_eq!(code.status(), status);
    }
}

#[tokio::test]
async fn every_command_has_a_row_and_works_and_refuses_what_is_wrong() {
    let (sandbox, rows) = ground().await;
    let listed: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let with_row: BTreeSet<&str> = rows.iter().map(|row| row.command).collect();
    assert_eq!(with_row.len(), rows.len(), "a command stands twice");
    assert_eq!(listed, with_row);
    for row in rows {
        let error = sandbox.rpc_fails(row.command, row.bad, row.code).await;
        assert!(!error.message.is_empty(), "{}", row.command);
        if let Some(good) = row.good {
            sandbox.rpc(row.command, good).await;
        }
    }
    let error = sandbox
        .rpc_fails("apps_explode", json!({}), UnknownCommand)
        .await;
    assert!(
        error.message.contains("apps_list"),
        "what is near is named: {error}"
    );
}

#[tokio::test]
async fn a_payload_that_is_not_right_is_told_where_it_is_not() {
    let sandbox = Sandbox::start().await;
    let app = json!({ "name": "A", "app_type": "web", "redirect_uris": [], "scopes": ["openid"] });
    let mut said = Vec::new();
    for (member, value) in [
        ("redirect_uris", json!(["http://localhost:3000/cb", 7])),
        ("app_type", json!("website")),
        ("scopes", json!("openid")),
        ("redirect_url", json!("http://localhost:3000/cb")),
    ] {
        let mut wrong = app.clone();
        wrong[member] = value;
        let error = sandbox.rpc_fails("apps_create", wrong, BadRequest).await;
        let (_, why) = error.message.split_once("payload: ").expect("the reason");
        said.push(why.split_once(',').expect("what was expected").0.to_owned());
    }
    let none = sandbox
        .rpc_fails("apps_create", json!({}), BadRequest)
        .await;
    assert!(none.message.contains("missing field `name`"), "{none}");
    assert_eq!(
        said,
        [
            "`redirect_uris[1]`: invalid type: integer `7`",
            "`app_type`: unknown variant `website`",
            "`scopes`: invalid type: string \"openid\"",
            "unknown field `redirect_url`",
        ]
    );
}

#[tokio::test]
async fn settings_can_be_changed_when_the_persona_of_auto_approve_is_gone() {
    let sandbox = Sandbox::approving().await;
    sandbox
        .rpc("people_delete", json!({ "user_id": MAYA }))
        .await;
    let changed = sandbox
        .rpc("settings_update", json!({ "keep_days": 3 }))
        .await;
    assert_eq!(changed["settings"]["keep_days"], 3);
    let again = json!({ "auto_approve": MAYA });
    sandbox.rpc_fails("settings_update", again, Invalid).await;
}

/// A persona found by email a moment ago is not remembered under an email that has moved to somebody else.
#[tokio::test]
async fn whoever_is_approved_automatically_is_looked_up_by_the_email_they_have_now() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let hinted = |email: &str| {
        let request = web.authorize(&sandbox, "openid");
        request.set("login_hint", email)
    };
    let as_whom = async |email: &str| {
        let request = hinted(email);
        let answer = sandbox.send(&request.request()).await;
        let tokens = sandbox.exchange(&web, &request.code_of(&answer)).await;
        let grants = sandbox
            .rpc("grants_list", json!({ "client_id": web.client_id }))
            .await;
        assert_eq!(tokens.status, 200);
        grants["grants"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|grant| grant["user_id"].clone())
            .collect::<Vec<_>>()
    };
    let first = as_whom("MAYA@example.com").await;
    assert_eq!(first.len(), 1);
    let moved = json!({ "user_id": MAYA, "email": "maya@elsewhere.example" });
    sandbox.rpc("people_update", moved).await;
    let refused = hinted(MAYA);
    let answer = sandbox.send(&refused.request()).await;
    answer.is_redirect_error(&sandbox, &refused, "access_denied");
    assert_eq!(as_whom("maya@elsewhere.example").await, first);
    let taken = json!({ "user_id": "jonas@example.com", "email": MAYA });
    sandbox.rpc("people_update", taken).await;
    assert_eq!(as_whom(MAYA).await.len(), 2, "somebody else");
}

#[tokio::test]
async fn a_change_of_a_persona_is_journalled_by_what_differs_and_none_is_not() {
    let sandbox = Sandbox::start().await;
    let maya = |name: &str| json!({ "user_id": MAYA, "name": name, "locale": "sv-SE" });
    let first = sandbox.rpc("people_update", maya("Maya L")).await;
    let again = sandbox.rpc("people_update", maya("Maya L")).await;
    assert_eq!(first, again);
    let journal = sandbox.journal("person.updated").await;
    assert_eq!(journal.len(), 1);
    assert_eq!(
        journal[0]["detail"],
        json!({
            "name": { "from": "Maya Lindqvist", "to": "Maya L" },
            "locale": { "from": "en-US", "to": "sv-SE" },
        })
    );
}
