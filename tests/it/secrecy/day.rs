//! What a day is made of: the flow, the administration, the console, the services, and a morning without the key.

use std::path::Path;
use std::sync::Arc;

use connect_app::Config;
use connect_core::Env;
use serde_json::json;

use super::{LAB_NAME, LAB_VALUE, Secrets};
use crate::support::{Browser, MAYA, Partner, Request, Sandbox, Tokens, text};

/// Pages with cookies, code, tokens, refresh, introspection, revocation.
pub(super) async fn the_flow(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let mut browser = Browser::new(sandbox);
    for (index, prompt) in ["consent", "login"].into_iter().enumerate() {
        let request = web
            .authorize(sandbox, "openid email profile read:biomarkers")
            .set("prompt", prompt);
        let page = browser.open(&request).await;
        secrets.add("cookie", &browser.cookies[0].1);
        let page = if page.is_sign_in() {
            secrets.add("form token", &page.csrf());
            browser.sign_in(&page, MAYA).await
        } else {
            page
        };
        secrets.add("form token", &page.csrf());
        secrets.add("cookie", &browser.cookies[0].1);
        let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
        let code = request.code_of(&answer);
        secrets.add("code", &code.value);
        let tokens = Tokens::of(&sandbox.exchange(web, &code).await);
        secrets.of_tokens(&format!("of run {index}"), &tokens);
        let second = Tokens::of(&sandbox.refresh(web, &tokens.refresh).await);
        secrets.of_tokens("refreshed", &second);
        for token in [&second.access, &second.refresh, &tokens.refresh] {
            sandbox.introspect(web, token).await.expect(200);
        }
        sandbox
            .exchange(web, &code)
            .await
            .is_oauth_error(400, "invalid_grant");
        sandbox.revoke(web, &second.refresh).await.expect(200);
    }
    let denied = web.authorize(sandbox, "openid");
    let page = browser.consent_page(&denied, MAYA).await;
    secrets.add("form token", &page.csrf());
    browser.submit(&page, &[("decision", "deny")]).await;
}

/// The administration API, whose answers carry secrets, and whose token is a JWT.
pub(super) async fn administration(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let machine = sandbox
        .register_machine("Portal", &["admin:oauth_clients"])
        .await;
    secrets.of_partner("the machine", &machine);
    let token = sandbox.machine_token(&machine, "admin:oauth_clients").await;
    secrets.add("machine's token", &token);
    let create = json!({ "client_name": "Made", "redirect_uris": ["https://made.example.com/cb"], "allowed_scopes": ["openid"] });
    let made = sandbox
        .send(
            &Request::post("/v1/admin/oauth-clients")
                .bearer(&token)
                .json(&create),
        )
        .await
        .expect(201)
        .json();
    secrets.add("secret of an API answer", &text(&made["client_secret"]));
    let path = format!("/v1/admin/oauth-clients/{}/rotate-secret", web.client_id);
    let rotated = sandbox
        .send(&Request::post(path).bearer(&token))
        .await
        .expect(200)
        .json();
    secrets.add(
        "rotated secret of an API answer",
        &text(&rotated["client_secret"]),
    );
    sandbox.revoke(&machine, &token).await.expect(200);
    sandbox.introspect(&machine, &token).await.expect(200);
    let leaked = json!({ "client_name": token, "redirect_uris": [format!("https://x.example/{token}")], "allowed_scopes": [token] });
    sandbox
        .send(
            &Request::post("/v1/admin/oauth-clients")
                .bearer(&token)
                .json(&leaked),
        )
        .await;
}

/// The console: rotation, revealing, over TCP too.
pub(super) async fn console(sandbox: &Sandbox, secrets: &mut Secrets, web: &Partner) {
    let app = json!({ "client_id": web.client_id });
    secrets.add(
        "rotated secret",
        &text(&sandbox.rpc("apps_rotate_secret", app.clone()).await["client_secret"]),
    );
    sandbox.rpc("keys_rotate", json!({})).await;
    let control = sandbox.app.control().expect("asked for");
    let authority = control.url.strip_prefix("http://").expect("plain");
    for command in ["apps_reveal", "apps_rotate_secret"] {
        let call = Request::post("/rpc")
            .bearer(&control.token)
            .json(&json!({ "cmd": command, "payload": app }));
        let answer = crate::support::http::send(authority, &call)
            .await
            .expect(200)
            .json();
        secrets.add("secret over TCP", &text(&answer["client_secret"]));
    }
    for (command, payload) in [
        ("apps_env", app.clone()),
        (
            "apps_code",
            json!({ "client_id": web.client_id, "language": "node" }),
        ),
    ] {
        let call = Request::post("/rpc")
            .bearer(&control.token)
            .json(&json!({ "cmd": command, "payload": payload }));
        crate::support::http::send(authority, &call)
            .await
            .expect(200);
    }
    let wrong = Request::post("/rpc")
        .bearer("ctl_wrong")
        .json(&json!({ "cmd": "apps_list" }));
    crate::support::http::send(authority, &wrong)
        .await
        .expect(401);
    sandbox
        .rpc("workspace_export", json!({ "with_secrets": true }))
        .await;
    sandbox.advance(2 * 24 * 3600).await;
}

/// Health data, sent and read.
pub(super) async fn services(sandbox: &Sandbox, tokens: &Tokens) {
    let person = sandbox.person(MAYA).await;
    let web = sandbox.web().await;
    let _ = sandbox.refresh(&web, &tokens.refresh).await;
    let value: f64 = LAB_VALUE.parse().expect("a number");
    let added = json!({ "user_id": MAYA, "code": "zebrafish", "name": LAB_NAME, "value": value, "unit": "mg" });
    sandbox.rpc("people_add_lab_result", added).await;
    let result = json!({ "code": "zebrafish", "name": LAB_NAME, "value": value, "unit": "mg", "collected_at": "2026-01-02T03:04:05Z" });
    let upload = json!({ "patient_id": person, "brand_id": "loop", "source": "lab", "biomarkers": [result] });
    for body in [
        upload.clone(),
        json!({ "patient_id": person, "biomarkers": upload["biomarkers"] }),
    ] {
        sandbox
            .send(
                &Request::post("/v1/biomarkers/parse")
                    .bearer(&tokens.access)
                    .json(&body),
            )
            .await;
    }
    sandbox.biomarkers(&tokens.access).await;
}

/// Everything that needs the sealing key fails, and its failure is logged.
pub(super) async fn a_morning_without_the_key(data: &Path) {
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::at(data)
    };
    let (key, aside) = (data.join("sealing.key"), data.join("aside"));
    std::fs::rename(&key, &aside).expect("there is a key");
    let sandbox = Sandbox::of(config, Arc::new(Env::system())).await;
    let apps = sandbox.rpc("apps_list", json!({})).await;
    let app = apps["apps"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|app| app["name"] == "Demo SPA")
        .expect("a demo app");
    let spa = Partner {
        client_id: text(&app["client_id"]),
        secret: None,
        webhook_secret: None,
        redirect_uri: text(&app["redirect_uris"][0]),
    };
    let answer = sandbox
        .send(&spa.authorize(&sandbox, "openid").request())
        .await;
    assert_eq!(
        answer.redirected("error").as_deref(),
        Some("server_error"),
        "{answer}"
    );
    assert!(
        sandbox
            .refresh(&spa, "lph_rt_3q2-7wABCDEFghijklmnop")
            .await
            .status
            >= 400
    );
    let basic = spa
        .refresh("x")
        .post("/v1/oauth/token")
        .basic(&spa.client_id, "hunter2-correct-horse-battery-staple");
    assert!(sandbox.send(&basic).await.status >= 400);
    sandbox.app.stop().await;
    std::fs::rename(&aside, &key).expect("it is still there");
}
