//! Every command with a request that works, and one that does not.

use connect_rpc::ErrorCode;
use connect_rpc::ErrorCode::{BadRequest, Conflict, Invalid, NotConfirmed, NotFound};
use serde_json::{Value, json};

use crate::support::{MAYA, Sandbox};

/// A command with a request that works, and one that fails with a code.
pub(super) struct Row {
    pub(super) command: &'static str,
    /// None for a command that works in a state of its own only, which another file shows.
    pub(super) good: Option<Value>,
    pub(super) bad: Value,
    pub(super) code: ErrorCode,
}

fn row(command: &'static str, good: Value, bad: Value, code: ErrorCode) -> Row {
    Row {
        command,
        good: Some(good),
        bad,
        code,
    }
}

/// Every command, in an order in which all of them work.
async fn rows(sandbox: &Sandbox) -> Vec<Row> {
    let scratch = sandbox.register_web("Scratch").await;
    let app = json!({ "client_id": scratch.client_id });
    let nobody = json!({ "client_id": "client_made_up" });
    let with = |mut value: Value, member: &str, more: Value| {
        value[member] = more;
        value
    };
    sandbox.tokens(&scratch, "openid").await;
    let exchange = sandbox.newest_exchange("token").await;
    let grant = sandbox.rpc("grants_list", json!({})).await["grants"][0]["grant_id"].clone();
    let create = json!({ "name": "Made", "app_type": "spa", "redirect_uris": ["https://made.example.com/cb"], "scopes": ["openid"] });
    let person = json!({ "email": "scratch@example.com", "name": "Scratch", "without_data": true });
    let lab = json!({ "user_id": "scratch@example.com", "code": "ferritin", "value": 61.5 });
    let maya = json!({ "user_id": MAYA });
    let no_one = json!({ "user_id": "user_made_up" });
    let this = json!({ "exchange": exchange["id"] });
    let no_exchange = json!({ "exchange": "exchange_made_up" });
    let extra = json!({ "surprise": true });
    vec![
        row("sandbox_status", json!({}), extra.clone(), BadRequest),
        row("sandbox_health", json!({}), extra.clone(), BadRequest),
        row(
            "trace_list",
            json!({ "limit": 3, "query": "scratch", "began": "authorize" }),
            json!({ "before": "yesterday" }),
            BadRequest,
        ),
        row(
            "logs_list",
            json!({ "level": "warn", "limit": 5 }),
            json!({ "level": "loud" }),
            BadRequest,
        ),
        row("apps_list", json!(null), extra.clone(), BadRequest),
        row("apps_get", app.clone(), nobody.clone(), NotFound),
        row(
            "apps_create",
            create.clone(),
            with(create, "name", json!("")),
            Invalid,
        ),
        row(
            "apps_update",
            with(app.clone(), "name", json!("Renamed")),
            with(app.clone(), "redirect_uris", json!(["/cb"])),
            Invalid,
        ),
        row(
            "apps_rotate_secret",
            app.clone(),
            json!({ "client_id": sandbox.spa().await.client_id }),
            Conflict,
        ),
        row("apps_reveal", app.clone(), nobody.clone(), NotFound),
        row(
            "apps_set_baa",
            with(app.clone(), "baa_status", json!("applied")),
            with(app.clone(), "baa_status", json!("perhaps")),
            BadRequest,
        ),
        row(
            "apps_check",
            json!({ "app_type": "spa", "redirect_uris": ["http://elsewhere.example/cb"] }),
            json!({ "name": "Without a type" }),
            BadRequest,
        ),
        row(
            "apps_env",
            with(app.clone(), "format", json!("shell")),
            nobody.clone(),
            NotFound,
        ),
        row(
            "apps_code",
            with(app.clone(), "language", json!("python")),
            with(app.clone(), "language", json!("cobol")),
            BadRequest,
        ),
        row("apps_button", json!({}), nobody.clone(), NotFound),
        row("apps_disable", app.clone(), nobody.clone(), NotFound),
        row("apps_enable", app.clone(), nobody.clone(), NotFound),
        row("people_list", json!({}), extra.clone(), BadRequest),
        row("people_counts", json!({}), extra.clone(), BadRequest),
        row("people_biomarkers", json!({}), extra.clone(), BadRequest),
        row(
            "people_get",
            json!({ "user_id": MAYA }),
            json!({ "user_id": "user_made_up" }),
            NotFound,
        ),
        row(
            "people_create",
            person,
            json!({ "email": MAYA, "name": "Another Maya" }),
            Conflict,
        ),
        row(
            "people_update",
            json!({ "user_id": "scratch@example.com", "name": "S" }),
            json!({ "user_id": MAYA, "email": "none" }),
            Invalid,
        ),
        row(
            "people_add_lab_result",
            lab.clone(),
            with(lab, "user_id", json!("nobody@example.com")),
            NotFound,
        ),
        row("people_health", maya.clone(), no_one.clone(), NotFound),
        row("people_protocols", maya.clone(), no_one.clone(), NotFound),
        row(
            "people_start_protocol",
            json!({ "user_id": "scratch@example.com", "protocol_id": "lipid-lowering" }),
            json!({ "user_id": MAYA, "protocol_id": "levitation" }),
            NotFound,
        ),
        row(
            "people_check_in",
            json!({ "user_id": MAYA, "mood": 7, "sleep_quality": 6 }),
            json!({ "user_id": MAYA, "mood": 11, "sleep_quality": 6 }),
            Invalid,
        ),
        row(
            "people_connected_apps",
            maya.clone(),
            no_one.clone(),
            NotFound,
        ),
        row("people_reads", maya.clone(), no_one.clone(), NotFound),
        row("people_alerts", maya, no_one, NotFound),
        row(
            "people_delete",
            json!({ "user_id": "scratch@example.com" }),
            json!({ "user_id": "nobody@example.com" }),
            NotFound,
        ),
        row(
            "grants_list",
            json!({ "with_revoked": true }),
            extra.clone(),
            BadRequest,
        ),
        row(
            "grants_revoke",
            json!({ "grant_id": grant }),
            json!({ "grant_id": "grant_made_up" }),
            NotFound,
        ),
        row(
            "traffic_list",
            json!({ "status": 2, "limit": 5 }),
            json!({ "limit": "all" }),
            BadRequest,
        ),
        row(
            "traffic_filters",
            json!({ "query": "status:4xx" }),
            json!({ "query": 7 }),
            BadRequest,
        ),
        row(
            "traffic_pin",
            with(this.clone(), "pinned", json!(true)),
            with(no_exchange.clone(), "pinned", json!(true)),
            NotFound,
        ),
        row("traffic_get", this.clone(), no_exchange.clone(), NotFound),
        row(
            "traffic_compare",
            json!({ "left": exchange["id"], "right": exchange["id"] }),
            json!({ "left": exchange["id"], "right": "exchange_made_up" }),
            NotFound,
        ),
        row(
            "traffic_copy_as",
            with(this.clone(), "format", json!("curl")),
            with(this.clone(), "format", json!("telnet")),
            BadRequest,
        ),
        row(
            "traffic_export",
            json!({ "query": "operation:token" }),
            json!({ "query": "stauts:4xx" }),
            Invalid,
        ),
        row("traffic_reveal", this.clone(), no_exchange, NotFound),
        row(
            "traffic_explain",
            this,
            json!({ "exchange": "7" }),
            BadRequest,
        ),
        row(
            "journal_list",
            json!({ "kind": "app" }),
            json!({ "after": "yesterday" }),
            BadRequest,
        ),
        row(
            "trace_get",
            json!({ "trace": exchange["trace"] }),
            json!({ "trace": "trace_made_up" }),
            NotFound,
        ),
        row("clock_get", json!({}), extra.clone(), BadRequest),
        row(
            "clock_advance",
            json!({ "seconds": 1 }),
            json!({ "seconds": 0 }),
            Invalid,
        ),
        row("clock_cancel", json!({}), extra.clone(), BadRequest),
        row("clock_pause", json!({}), extra.clone(), BadRequest),
        row("clock_resume", json!({}), extra.clone(), BadRequest),
        row("settings_get", json!({}), extra.clone(), BadRequest),
        row(
            "settings_update",
            json!({ "userinfo": true }),
            json!({ "auto_approve": "nobody@example.com" }),
            Invalid,
        ),
        row("scopes_list", json!({}), extra.clone(), BadRequest),
        row("keys_list", json!({}), extra.clone(), BadRequest),
        row(
            "keys_rotate",
            json!({}),
            json!({ "alg": "none" }),
            BadRequest,
        ),
        // Only when the sealing key is gone: see sealing.rs.
        Row {
            command: "keys_remake",
            good: None,
            bad: json!({}),
            code: NotConfirmed,
        },
        row("apps_delete", app, nobody, NotFound),
        row(
            "workspace_export",
            json!({ "with_secrets": true }),
            extra.clone(),
            BadRequest,
        ),
        row("workspace_clear", json!({}), extra, BadRequest),
        row(
            "workspace_factory_reset",
            json!({ "confirm": "factory reset" }),
            json!({ "confirm": "yes" }),
            NotConfirmed,
        ),
    ]
}

/// Commands of the client simulator, in an order in which all of them work.
async fn walks(sandbox: &Sandbox) -> Vec<Row> {
    let started = sandbox
        .rpc("simulator_start", json!({ "name": "Rows" }))
        .await;
    let walk = json!({ "session": started["summary"]["session"] });
    let nothing = json!({ "session": "walk_made_up" });
    let with = |members: Value| {
        let mut all = walk.as_object().expect("an object").clone();
        all.extend(members.as_object().expect("an object").clone());
        Value::Object(all)
    };
    let extra = json!({ "surprise": true });
    let other = json!({ "base_url": "https://staging.example.com" });
    vec![
        row("simulator_list", json!({}), extra.clone(), BadRequest),
        row("simulator_choices", json!({}), extra, BadRequest),
        row("simulator_tampers", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_start",
            json!({ "setup": { "scopes": ["openid"] } }),
            json!({ "setup": { "app": "No Such App" } }),
            NotFound,
        ),
        row("simulator_get", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_update",
            with(json!({ "name": "Rows, named", "kept": true })),
            with(json!({ "name": "" })),
            Invalid,
        ),
        row(
            "simulator_duplicate",
            walk.clone(),
            nothing.clone(),
            NotFound,
        ),
        row(
            "simulator_plan",
            with(json!({ "step": "token" })),
            with(json!({ "step": "configure", "tamper": "made_up" })),
            Invalid,
        ),
        row(
            "simulator_run",
            with(json!({ "step": "configure" })),
            with(json!({ "step": "token" })),
            Conflict,
        ),
        // Only while the walk waits for one: see simulator/ways.rs.
        Row {
            command: "simulator_callback",
            good: None,
            bad: with(json!({ "url": "http://localhost:3000/callback?code=1" })),
            code: Conflict,
        },
        row("simulator_run_all", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_go",
            with(json!({ "step": "token" })),
            with(json!({ "step": "lunch" })),
            BadRequest,
        ),
        row(
            "simulator_exchange",
            with(json!({ "exchange": 1 })),
            with(json!({ "exchange": 9999 })),
            NotFound,
        ),
        row(
            "simulator_reveal",
            with(json!({ "exchange": 1 })),
            with(json!({ "exchange": 9999 })),
            NotFound,
        ),
        row(
            "simulator_copy_as",
            with(json!({ "exchange": 1, "format": "curl" })),
            with(json!({ "exchange": 1, "format": "telegram" })),
            BadRequest,
        ),
        row(
            "simulator_diagram",
            with(json!({ "format": "svg" })),
            with(json!({ "format": "oil" })),
            BadRequest,
        ),
        row(
            "simulator_hand_over",
            with(json!({ "form": "text" })),
            with(json!({ "form": "song" })),
            BadRequest,
        ),
        row("simulator_restart", walk.clone(), nothing.clone(), NotFound),
        row("simulator_cancel", walk.clone(), nothing.clone(), NotFound),
        row(
            "simulator_unlock",
            json!({ "base_url": "https://staging.example.com", "confirm": "staging.example.com", "client_id": "abc" }),
            json!({ "base_url": "https://staging.example.com", "confirm": "yes" }),
            NotConfirmed,
        ),
        row(
            "simulator_lock",
            other,
            json!({ "base_url": "https://never.example.com" }),
            NotFound,
        ),
        row("simulator_delete", walk.clone(), nothing, NotFound),
    ]
}

/// A sandbox with a control listener, and its rows.
pub(super) async fn ground() -> (Sandbox, Vec<Row>) {
    let sandbox = Sandbox::with(|config| {
        config.control_port = Some(0);
        config.auto_approve = Some(MAYA.to_owned());
    })
    .await;
    let mut all = walks(&sandbox).await;
    all.extend(rows(&sandbox).await);
    (sandbox, all)
}
