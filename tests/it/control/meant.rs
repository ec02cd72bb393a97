//! A slip is answered with what was probably meant: in words, and for programs.

use connect_rpc::ErrorCode::{BadRequest, Invalid, NotFound, UnknownCommand};
use connect_rpc::RpcError;
use serde_json::{Value, json};

use crate::support::{MAYA, Sandbox, text};

fn instead(error: &RpcError) -> (String, Vec<String>) {
    let words = error.detail["did_you_mean"].as_array();
    let words = words.unwrap_or_else(|| panic!("{error}: {}", error.detail));
    (
        text(&error.detail["field"]),
        words.iter().map(text).collect(),
    )
}

#[tokio::test]
async fn a_command_and_a_member_with_a_slip() {
    let sandbox = Sandbox::start().await;
    let error = sandbox
        .rpc_fails("app_lists", json!({}), UnknownCommand)
        .await;
    assert!(error.message.contains("did you mean apps_list"), "{error}");
    let (field, words) = instead(&error);
    assert_eq!((field.as_str(), words[0].as_str()), ("cmd", "apps_list"));
    let error = sandbox.rpc_fails("zzz", json!({}), UnknownCommand).await;
    assert_eq!(error.detail, Value::Null);
    for (command, payload, said) in [
        (
            "apps_create",
            json!({ "name": "A", "app_type": "web", "scopes": [], "redirect_url": "x" }),
            "unknown field `redirect_url`, ",
        ),
        (
            "apps_create",
            json!({ "name": "A", "app_type": "website", "scopes": [] }),
            "`app_type`: unknown variant `website`, ",
        ),
        (
            "clock_advance",
            json!({ "second": 1 }),
            "unknown field `second`, ",
        ),
    ] {
        let error = sandbox.rpc_fails(command, payload, BadRequest).await;
        assert!(error.message.contains(said), "{error}");
        let meant = ["redirect_uris", "web", "seconds"];
        let meant = meant.map(|word| format!("; did you mean `{word}`? see `connect-sandbox"));
        assert!(
            meant.iter().any(|meant| error.message.contains(meant)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_app_by_its_name_or_with_a_slip_in_its_id() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let name = text(
        &sandbox
            .rpc("apps_get", json!({ "client_id": web.client_id }))
            .await["name"],
    );
    let slip = format!("{}x", web.client_id);
    for wanted in [name.as_str(), &name.to_lowercase(), &slip] {
        for (command, more) in [
            ("apps_get", json!({})),
            ("apps_update", json!({ "name": "Other" })),
            ("apps_rotate_secret", json!({})),
            ("apps_delete", json!({})),
            ("apps_env", json!({})),
        ] {
            let mut payload = more;
            payload["client_id"] = json!(wanted);
            let error = sandbox.rpc_fails(command, payload, NotFound).await;
            let meant = format!("did you mean {} ({name})? See apps_list", web.client_id);
            assert!(error.message.ends_with(&meant), "{command}: {error}");
            assert_eq!(
                instead(&error),
                ("client_id".to_owned(), vec![web.client_id.clone()])
            );
        }
    }
    let error = sandbox
        .rpc_fails("apps_get", json!({ "client_id": "nobody" }), NotFound)
        .await;
    assert_eq!(error.message, "there is no app `nobody`; see apps_list");
}

#[tokio::test]
async fn a_persona_by_their_name_or_with_a_slip_in_their_email() {
    let sandbox = Sandbox::start().await;
    for wanted in [
        "Maya",
        "maya@exmaple.com",
        "mya@example.com",
        "maya lindqvist",
    ] {
        let payload = json!({ "user_id": wanted });
        let error = sandbox.rpc_fails("people_get", payload, NotFound).await;
        assert!(
            error.message.contains("did you mean maya@example.com ("),
            "{error}"
        );
        assert_eq!(
            instead(&error),
            ("user_id".to_owned(), vec![MAYA.to_owned()])
        );
    }
    let nobody = json!({ "user_id": "nobody@example.com" });
    let error = sandbox.rpc_fails("people_get", nobody, NotFound).await;
    assert_eq!(
        error.message,
        "there is no persona `nobody@example.com`; see people_list"
    );
    let payload = json!({ "auto_approve": "mya@example.com" });
    let error = sandbox.rpc_fails("settings_update", payload, Invalid).await;
    assert!(
        error.message.contains("did you mean maya@example.com?"),
        "{error}"
    );
}
