//! `export`, `clear`, `completions` and the schema of `connect.toml`.

use serde_json::json;

use crate::sandbox::{Home, http};

#[test]
fn an_exported_world_is_a_configuration_that_makes_it_again() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let spa = json!({ "name": "Mine", "app_type": "spa", "redirect_uris": ["http://localhost:1/cb"], "scopes": ["openid"] });
    sandbox.rpc("apps_create", &spa);
    let env = sandbox.run(&["env"]).data();
    let plain = sandbox.run(&["export"]).data();
    assert!(!plain.contains("secret_") && !plain.contains("client_id"));
    let toml = sandbox.run(&["export", "--with-secrets"]).data();
    std::fs::write(home.path().join("connect.toml"), &toml).unwrap();
    let base = sandbox.platform().to_owned();
    sandbox.stop();

    let copy = home.serve_on("copy", &["--seed", "empty", "--config", "connect.toml"]);
    let there = copy.run(&["env", "--app", "Demo Web App"]).data();
    assert_eq!(
        there.replace(copy.platform(), &base),
        env,
        "the copy answers to the same .env"
    );
    assert_eq!(
        copy.rpc("people_list", &json!({}))["people"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    copy.stop();
}

#[test]
fn clearing_takes_activity_and_leaves_the_rest() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    http(sandbox.platform(), "GET /.well-known/openid-configuration");
    let count = || {
        sandbox.run(&["status", "--json"]).json()["counts"]["exchanges"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(count(), 1);
    let before = sandbox.run(&["env"]).data();
    let run = sandbox.run(&["clear"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.starts_with("Cleared: "), "{}", run.err);
    assert_eq!(count(), 0);
    assert_eq!(sandbox.run(&["env"]).data(), before);
    sandbox.stop();
}

#[test]
fn every_shell_gets_its_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.run(&["completions", shell]).data();
        assert!(
            script.contains("connect-sandbox") && script.contains("auto-approve"),
            "{shell}"
        );
    }
}

#[test]
fn the_schema_of_the_configuration_is_printed() {
    let schema = Home::new().run(&["config-schema"]).json();
    assert_eq!(schema["title"], "connect.toml");
    assert_eq!(schema["additionalProperties"], false);
}
