//! Everything that can be changed in a sandbox: the settings, the apps, the people, the keys, the clock. Whatever it is,
//! what is foreseen follows it; what is left out of these lists fails them.

use connect_rpc::COMMANDS;
use serde_json::{Value, json};

use super::table::sandbox;
use super::walker::Walk;
use crate::support::{MAYA, Sandbox, text};

/// A step, and something that goes wrong in it on purpose.
type Try = (&'static str, Option<&'static str>);

/// What a step comes to, in a few words, when it comes as it was foreseen: `200`, `redirect invalid_scope`.
async fn answer(walk: &Walk<'_>, (step, tamper): Try, case: &str) -> String {
    let Some(taken) = walk.try_to_take(step, tamper).await else {
        return "can't be taken".to_owned();
    };
    let came = &taken.run["agreement"]["answered"];
    if came.is_null() {
        return format!("no answer: {}", text(&taken.run["outcome"]["words"]));
    }
    let disagreement = taken.disagreement(walk).await;
    assert_eq!(disagreement, None, "{case}: {step}");
    let status = came["status"].as_u64().map(|status| status.to_string());
    let place = status.unwrap_or_else(|| text(&came["place"]));
    let words = text(&taken.run["prediction"]["words"]);
    let more = match came["error"].as_str() {
        Some(error) => error.to_owned(),
        None if words.contains("\"active\":false") => "inactive".to_owned(),
        None => String::new(),
    };
    format!("{place} {more}").trim().to_owned()
}

/// One change of the settings: what it is changed to, and what a try comes to before and after.
struct Setting {
    name: &'static str,
    value: Value,
    reach: &'static str,
    take: Try,
    /// Taken before, unseen: the first of two.
    first: Option<Try>,
    before: &'static str,
    after: &'static str,
}

impl Setting {
    fn new(name: &'static str, value: Value, take: Try) -> Self {
        Self {
            name,
            value,
            reach: take.0,
            take,
            first: None,
            before: "",
            after: "",
        }
    }

    fn changes(self, before: &'static str, after: &'static str) -> Self {
        Self {
            before,
            after,
            ..self
        }
    }

    fn of_the_second(self, first: Try) -> Self {
        Self {
            first: Some(first),
            ..self
        }
    }
}

/// Every setting. One that changes no answer has a row too: the answer before is the answer after.
fn settings() -> Vec<Setting> {
    let api = ("api", None);
    let new = Setting::new;
    vec![
        new("profile", json!("strict"), ("sign_in", Some("no_nonce")))
            .changes("redirect", "redirect invalid_request"),
        new(
            "auto_approve",
            json!(MAYA),
            ("sign_in", Some("person_denies")),
        )
        .changes("redirect access_denied", "redirect"),
        // The table's call is not it: the row sends another request (see `reaches`).
        new("userinfo", json!(true), ("api", Some("userinfo"))).changes("404 not_found", "200"),
        new("refresh_grace_seconds", json!(60), ("reuse", None))
            .changes("400 invalid_grant", "200"),
        new("rate_limit_per_minute", json!(1), ("introspect", None))
            .of_the_second(("introspect", None))
            .changes("200", "429 rate_limited"),
        // A day ahead, a token stamped by the wall clock has expired by the sandbox's.
        new("stamp_virtual_time", json!(true), ("id_token", None))
            .changes("app", "app not_expired"),
        new("keep_exchanges", json!(100), api).changes("200", "200"),
        new("keep_days", json!(1), api).changes("200", "200"),
        new("keep_mebibytes", json!(16), api).changes("200", "200"),
        new("survive_power_cut", json!(true), api).changes("200", "200"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_foreseen_follows_every_setting() {
    let sandbox = sandbox().await;
    let rows = settings();
    let known = sandbox.rpc("settings_get", json!({})).await;
    let about = known["about"].as_array().expect("settings");
    let names: Vec<String> = about.iter().map(|it| text(&it["name"])).collect();
    let of_rows: Vec<&str> = rows.iter().map(|row| row.name).collect();
    assert_eq!(of_rows, names, "every setting has a row here");
    sandbox.rpc("clock_pause", json!({})).await;
    sandbox.advance(86_400).await;
    for profile in ["loop", "strict"] {
        for row in &rows {
            sandbox.advance(60).await;
            if row.name != "profile" {
                let settings = json!({ "profile": profile });
                sandbox.rpc("settings_update", settings).await;
            }
            let was = sandbox.rpc("settings_get", json!({})).await["settings"][row.name].clone();
            for (value, wanted) in [(&was, row.before), (&row.value, row.after)] {
                let walk = Walk::start(&sandbox, "Table").await;
                walk.reach(row.reach).await;
                let settings = json!({ row.name: value });
                sandbox.rpc("settings_update", settings).await;
                let case = format!("{profile}, {} {value}", row.name);
                if let Some(first) = row.first {
                    answer(&walk, first, &case).await;
                }
                let came = if row.take.1 == Some("userinfo") {
                    userinfo(&walk, &case).await
                } else {
                    answer(&walk, row.take, &case).await
                };
                assert_eq!(came, wanted, "{case}");
            }
            let settings = json!({ row.name: was });
            sandbox.rpc("settings_update", settings).await;
        }
        sandbox
            .rpc("settings_update", json!({ "profile": "loop" }))
            .await;
    }
}

/// A call of the userinfo endpoint.
async fn userinfo(walk: &Walk<'_>, case: &str) -> String {
    let edit = json!({
        "method": "GET", "url": format!("{}/v1/oauth/userinfo", walk.sandbox.issuer()), "body": "",
        "headers": [{ "name": "Authorization", "value": "Bearer {{access_token}}" }],
    });
    let taken = walk.take("api", None, Some(edit)).await.expect("a run");
    assert_eq!(taken.disagreement(walk).await, None, "{case}");
    let expected = &taken.run["prediction"]["expected"];
    let error = expected["error"].as_str().unwrap_or_default();
    format!("{} {error}", expected["status"]).trim().to_owned()
}

/// What is tried after a change, in a session that was walked to the end of its refresh before it.
const BATTERY: [Try; 9] = [
    ("api", None),
    ("introspect", None),
    ("refresh", None),
    ("id_token", None),
    ("authorization_url", None),
    ("sign_in", None),
    ("callback", None),
    ("token", None),
    ("id_token", None),
];

/// What the battery comes to when nothing was changed.
const AS_EVER: &str = "api 200, introspect 200, refresh 200, id_token app, sign_in redirect, callback app, token 200, id_token app";

/// What a change is about.
struct Ids {
    app: String,
    person: String,
    protocol: Value,
    grant: Value,
    exchange: Value,
}

impl Ids {
    async fn of(sandbox: &Sandbox) -> Self {
        let app = sandbox.app_named("Table").await;
        let people = sandbox.rpc("people_list", json!({})).await;
        let mut people = people["people"].as_array().expect("people").iter();
        let maya = people.find(|it| it["email"] == MAYA).expect("Maya");
        let person = json!({ "user_id": maya["user_id"] });
        let protocols = sandbox.rpc("people_protocols", person).await;
        let grants = sandbox
            .rpc("grants_list", json!({ "client_id": app.client_id }))
            .await;
        let traffic = sandbox.rpc("traffic_list", json!({})).await;
        Self {
            app: app.client_id,
            person: text(&maya["user_id"]),
            protocol: protocols["protocols"][0]["protocol_id"].clone(),
            grant: grants["grants"][0]["grant_id"].clone(),
            exchange: traffic["exchanges"][0]["id"].clone(),
        }
    }
}

/// Every command that changes something, and what of the battery is then answered otherwise.
fn changes(ids: &Ids) -> Vec<(&'static str, Value, &'static str)> {
    let app = || json!({ "client_id": ids.app });
    let of_app = |name: &str, value: Value| json!({ "client_id": ids.app, name: value });
    let person = || json!({ "user_id": ids.person });
    let lab = json!({ "user_id": ids.person, "code": "ferritin", "value": 80.0 });
    let protocol = json!({ "user_id": ids.person, "protocol_id": ids.protocol });
    let check_in = json!({ "user_id": ids.person, "mood": 5, "sleep_quality": 5 });
    let another = json!({ "name": "Another", "app_type": "web", "redirect_uris": ["https://a.example.com/cb"], "scopes": ["openid"] });
    let switched_off = "api 401 invalid_token, introspect 401 invalid_client, refresh 401 invalid_client, id_token app, sign_in 400 unauthorized_client, callback can't be taken, token can't be taken, id_token can't be taken";
    let revoked = "api 401 invalid_token, introspect 200 inactive, refresh 400 invalid_grant, id_token app, sign_in redirect, callback app, token 200, id_token app";
    let unknown = "api 401 invalid_token, introspect 401 invalid_client, refresh 401 invalid_client, id_token app, sign_in 400 invalid_client, callback can't be taken, token can't be taken, id_token can't be taken";
    let without_scope = "api 200, introspect 200, refresh 200, id_token app, sign_in redirect invalid_scope, callback app no_error, token can't be taken, id_token can't be taken";
    vec![
        ("apps_create", another, AS_EVER),
        ("apps_update", of_app("name", json!("Table two")), AS_EVER),
        (
            "apps_update",
            of_app("redirect_uris", json!(["https://elsewhere.example.com/cb"])),
            "api 200, introspect 200, refresh 200, id_token app, sign_in 400 invalid_request, callback can't be taken, token can't be taken, id_token can't be taken",
        ),
        (
            "apps_update",
            of_app("scopes", json!(["openid"])),
            without_scope,
        ),
        (
            "apps_update",
            of_app("allowed_origins", json!(["https://a.example.com"])),
            AS_EVER,
        ),
        (
            "apps_update",
            of_app("webhook_url", json!("https://a.example.com/hook")),
            AS_EVER,
        ),
        (
            "apps_update",
            of_app("client_uri", json!("https://a.example.com")),
            AS_EVER,
        ),
        (
            "apps_update",
            of_app("logo_uri", json!("https://a.example.com/logo.png")),
            AS_EVER,
        ),
        (
            "apps_update",
            of_app("access_token_lifetime_seconds", json!(300)),
            AS_EVER,
        ),
        (
            "apps_update",
            of_app("id_token_alg", json!("RS256")),
            // What the app read of the server before does not name RS256 yet.
            "api 200, introspect 200, refresh 200, id_token app, sign_in redirect, callback app, token 200, id_token app algorithm_allowed",
        ),
        ("apps_rotate_secret", app(), AS_EVER),
        (
            "apps_set_baa",
            of_app("baa_status", json!("none")),
            "api 403 forbidden, introspect 200, refresh 200, id_token app, sign_in redirect invalid_scope, callback app no_error, token can't be taken, id_token can't be taken",
        ),
        ("apps_enable", app(), AS_EVER),
        ("apps_disable", app(), switched_off),
        ("apps_delete", app(), unknown),
        (
            "people_create",
            json!({ "email": "new@example.com", "name": "New" }),
            AS_EVER,
        ),
        (
            "people_update",
            json!({ "user_id": ids.person, "name": "Maya Two" }),
            AS_EVER,
        ),
        (
            "people_delete",
            person(),
            "api 401 invalid_token, introspect 200 inactive, refresh 400 invalid_grant, id_token app, sign_in no answer: The simulator could not go on: nobody on the sign-in page has the address maya@example.com., callback can't be taken, token can't be taken, id_token can't be taken",
        ),
        ("people_add_lab_result", lab, AS_EVER),
        ("people_start_protocol", protocol, AS_EVER),
        ("people_check_in", check_in, AS_EVER),
        ("grants_revoke", json!({ "grant_id": ids.grant }), revoked),
        (
            "traffic_pin",
            json!({ "exchange": ids.exchange, "pinned": true }),
            AS_EVER,
        ),
        (
            "traffic_reveal",
            json!({ "exchange": ids.exchange }),
            AS_EVER,
        ),
        (
            "traffic_copy_as",
            json!({ "exchange": ids.exchange, "format": "curl" }),
            AS_EVER,
        ),
        ("traffic_export", json!({}), AS_EVER),
        ("clock_advance", json!({ "seconds": 1800 }), AS_EVER),
        (
            "clock_advance",
            json!({ "seconds": 3601 }),
            "api 401 invalid_token, introspect 200 inactive, refresh 200, id_token app, sign_in redirect, callback app, token 200, id_token app",
        ),
        (
            "clock_advance",
            json!({ "seconds": 91 * 86_400 }),
            "api 401 invalid_token, introspect 200 inactive, refresh 400 invalid_grant, id_token app, sign_in redirect, callback app, token 200, id_token app",
        ),
        ("clock_cancel", json!({}), AS_EVER),
        ("clock_pause", json!({}), AS_EVER),
        ("clock_resume", json!({}), AS_EVER),
        ("keys_rotate", json!({}), AS_EVER),
        ("keys_rotate", json!({ "alg": "RS256" }), AS_EVER),
    ]
}

/// Commands that have no row above, and why.
const ELSEWHERE: [(&str, &str); 4] = [
    (
        "settings_update",
        "each setting has a row of its own in the first test",
    ),
    (
        "keys_remake",
        "it is refused while the sealing key is there; sessions are lost with it, as sealing.rs has it",
    ),
    (
        "workspace_clear",
        "the sessions go with it unless they are kept, as walk.rs has it",
    ),
    (
        "workspace_factory_reset",
        "the sessions go with it, as ways.rs has it",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_foreseen_follows_every_command_that_changes_something() {
    let rows = {
        let sandbox = sandbox().await;
        changes(&Ids::of(&sandbox).await).len()
    };
    let mut named: Vec<&str> = ELSEWHERE.iter().map(|(name, _)| *name).collect();
    let mut fields: Vec<String> = Vec::new();
    for row in 0..rows {
        let sandbox = sandbox().await;
        let walk = Walk::start(&sandbox, "Table").await;
        walk.reach("revoke").await;
        let (command, payload, wanted) = changes(&Ids::of(&sandbox).await).swap_remove(row);
        named.push(command);
        if command == "apps_update" {
            let members = payload.as_object().expect("an object").keys();
            fields.extend(members.cloned());
        }
        sandbox.rpc(command, payload.clone()).await;
        let case = format!("{command} {payload}");
        let mut came = Vec::new();
        for one in BATTERY {
            let answer = answer(&walk, one, &case).await;
            if one.0 != "authorization_url" {
                came.push(format!("{} {answer}", one.0));
            }
        }
        assert_eq!(came.join(", "), wanted, "{case}");
    }
    let changing = COMMANDS.iter().filter(|it| !it.writes.is_empty());
    for command in changing.filter(|it| it.group != "simulator") {
        assert!(
            named.contains(&command.name),
            "{}: does it change what a walk is answered? Give it a row",
            command.name
        );
    }
    let update = COMMANDS
        .iter()
        .find(|it| it.name == "apps_update")
        .expect("the command");
    let schema = serde_json::to_value((update.request)()).expect("JSON");
    for field in schema["properties"].as_object().expect("fields").keys() {
        assert!(fields.contains(field), "apps_update {field}: give it a row");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_token_of_a_key_that_is_gone_is_foreseen_to_be_dropped() {
    let sandbox = sandbox().await;
    sandbox.rpc("clock_pause", json!({})).await;
    let walk = Walk::start(&sandbox, "Table").await;
    walk.reach("id_token").await;
    sandbox.rpc("keys_rotate", json!({})).await;
    let id_token = ("id_token", None);
    assert_eq!(answer(&walk, id_token, "rotated").await, "app");
    sandbox.advance(2 * 86_400).await;
    let gone = answer(&walk, id_token, "retired").await;
    assert_eq!(gone, "app key_published");
}
