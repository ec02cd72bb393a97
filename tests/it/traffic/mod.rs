//! The traffic panel's commands over a real flow: what is filtered, found, explained, compared, copied and taken away.

mod copied;
mod exported;
mod found;
mod read;

use serde_json::{Value, json};

use crate::support::{Partner, Sandbox, Tokens, text};

/// A partner's flow, an API call with its token, and a refused exchange of a code.
async fn flow() -> (Sandbox, Partner, Tokens) {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.biomarkers(&tokens.access).await.expect(200);
    let code = sandbox.code(&web, "openid").await;
    let wrong = web
        .exchange(&code)
        .set("redirect_uri", "http://localhost:1/wrong");
    sandbox
        .token(&wrong)
        .await
        .is_oauth_error(400, "invalid_grant");
    (sandbox, web, tokens)
}

async fn list(sandbox: &Sandbox, query: &str) -> Value {
    sandbox
        .rpc("traffic_list", json!({ "query": query, "limit": 1000 }))
        .await
}

/// Operations of the exchanges that fit, newest first.
async fn operations(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let list = list(sandbox, query).await;
    let rows = list["exchanges"].as_array().expect("a list");
    assert_eq!(list["matching"], rows.len(), "{query}");
    rows.iter().map(|row| text(&row["operation"])).collect()
}

/// What stands between two texts, the credential itself never among it.
fn holds_none(what: &str, text: &str, tokens: &Tokens, web: &Partner) {
    for secret in [
        &tokens.access,
        &tokens.refresh,
        web.secret.as_ref().expect("it has one"),
    ] {
        assert!(!text.contains(&secret[10..]), "{what} holds a credential");
    }
}
