//! `env`: what an app needs to be told.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::sandbox::{Home, Sandbox};

/// What a real shell has in its environment after running `script`, of the names we give.
fn evaluated(script: &str) -> BTreeMap<String, String> {
    let output = Command::new("sh")
        .args(["-c", &format!("set -eua\n{script}\nexec env -0")])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{script}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .split('\0')
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| name.starts_with("LOOP_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn as_json(sandbox: &Sandbox<'_>, app: &str) -> BTreeMap<String, String> {
    serde_json::from_value(
        sandbox
            .run(&["env", "--app", app, "--format", "json"])
            .json(),
    )
    .unwrap()
}

#[test]
fn every_format_says_the_same_for_every_kind_of_app() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let odd = json!({
        "name": "It's \"odd\" $HOME", "app_type": "native", "scopes": ["openid"],
        "redirect_uris": ["com.example.odd:/it's$(id)`id`;&"]
    });
    sandbox.rpc("apps_create", &odd);
    for app in [
        "Demo Web App",
        "Demo SPA",
        "Demo Native App",
        "clinical service",
        "It's \"odd\" $HOME",
    ] {
        let expected = as_json(&sandbox, app);
        assert!(expected.len() >= 11, "{expected:?}");
        let dotenv = sandbox.run(&["env", "--app", app]).data();
        assert_eq!(evaluated(&dotenv), expected, "{dotenv}");
        let shell = sandbox
            .run(&["env", "--app", app, "--format", "shell"])
            .data();
        assert_eq!(evaluated(&shell), expected, "{shell}");
        assert_eq!(
            shell
                .lines()
                .filter(|line| line.starts_with("export LOOP_"))
                .count(),
            expected.len()
        );
    }
    sandbox.stop();
}

#[test]
fn the_variables_are_those_of_the_quickstarts_and_the_addresses_answer() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let base = sandbox.platform();
    let web = as_json(&sandbox, "Demo Web App");
    let secrets = sandbox.rpc(
        "apps_reveal",
        &json!({ "client_id": web["LOOP_CLIENT_ID"] }),
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut expected: BTreeMap<&str, String> = BTreeMap::from([
        ("LOOP_CLIENT_ID", text(&secrets["client_id"])),
        ("LOOP_CLIENT_SECRET", text(&secrets["client_secret"])),
        (
            "LOOP_WEBHOOK_SECRET",
            text(&secrets["webhook_signing_secret"]),
        ),
        (
            "LOOP_REDIRECT_URI",
            "http://localhost:3000/callback".to_owned(),
        ),
        ("LOOP_ISSUER", base.to_owned()),
        ("LOOP_AUTHORIZE_URL", format!("{base}/v1/oauth/authorize")),
        ("LOOP_TOKEN_URL", format!("{base}/v1/oauth/token")),
        ("LOOP_REVOKE_URL", format!("{base}/v1/oauth/revoke")),
        ("LOOP_IDENTITY_URL", base.to_owned()),
    ]);
    let services = [
        ("LOOP_CLINICAL_URL", "clinical"),
        ("LOOP_PATIENT_GRAPH_URL", "patient-graph"),
        ("LOOP_PAYMENTS_URL", "payments"),
        ("LOOP_MEMBERSHIP_URL", "membership"),
        ("LOOP_COMMUNITY_URL", "community"),
        ("LOOP_COMMS_URL", "comms"),
        ("LOOP_FOLLOWS_URL", "follows"),
    ];
    expected.extend(services.map(|(name, service)| (name, format!("{base}/{service}"))));
    assert_eq!(
        web.iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect::<BTreeMap<_, _>>(),
        expected
    );

    // A public app has no secret, a machine signs nobody in.
    assert!(!as_json(&sandbox, "Demo SPA").contains_key("LOOP_CLIENT_SECRET"));
    let machine = as_json(&sandbox, "clinical service");
    assert_eq!(machine["LOOP_TOKEN_URL"], format!("{base}/v1/tokens"));
    for absent in [
        "LOOP_AUTHORIZE_URL",
        "LOOP_REDIRECT_URI",
        "LOOP_WEBHOOK_SECRET",
    ] {
        assert!(!machine.contains_key(absent), "{absent}");
    }
    sandbox.stop();
}

#[test]
fn an_app_is_named_by_name_or_client_id_and_the_demo_app_need_not_be() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let usual = sandbox.run(&["env"]).data();
    let id = as_json(&sandbox, "Demo Web App")["LOOP_CLIENT_ID"].clone();
    assert_eq!(sandbox.run(&["env", "--app", &id]).data(), usual);
    assert_eq!(sandbox.run(&["env", "--app", "demo web app"]).data(), usual);
    let run = sandbox.run(&["env", "--app", "Demo"]);
    assert_eq!(run.code, 3);
    assert!(
        run.err.contains("there is no app `Demo`; there are Demo ")
            && !run.err.contains(" service"),
        "{}",
        run.err
    );
    for _ in 0..2 {
        let twin = json!({ "name": "Twin", "app_type": "m2m", "scopes": ["admin:clinical"] });
        sandbox.rpc("apps_create", &twin);
    }
    let run = sandbox.run(&["env", "--app", "Twin"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("several apps are called `Twin`; name one of client_"),
        "{}",
        run.err
    );
    sandbox.stop();
}

#[test]
fn in_an_empty_world_the_only_app_is_meant() {
    let home = Home::new();
    let sandbox = home.serve(&["--seed", "empty"]);
    let run = sandbox.run(&["env"]);
    assert_eq!(run.code, 3);
    assert!(run.err.contains("no app is registered"), "{}", run.err);
    let spa = |name: &str| json!({ "name": name, "app_type": "spa", "redirect_uris": ["http://localhost/cb"], "scopes": ["openid"] });
    sandbox.rpc("apps_create", &spa("One"));
    assert!(
        sandbox
            .run(&["env"])
            .data()
            .starts_with("# One (spa) on the sandbox at http://127.0.0.1:")
    );
    sandbox.rpc("apps_create", &spa("Two"));
    let run = sandbox.run(&["env"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("say which app with --app: "),
        "{}",
        run.err
    );
    sandbox.stop();
}
