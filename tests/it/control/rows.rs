//! Every command with a request that works, and one that does not.

mod walks;

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

/// A sandbox with a control listener, and its rows.
pub(super) async fn ground() -> (Sandbox, Vec<Row>) {
    let sandbox = Sandbox::with(|config| {
        config.control_port = Some(0);
        config.auto_approve = Some(MAYA.to_owned());
    })
    .await;
    let mut all = walks::rows(&sandbox).await;
    all.extend(rows(&sandbox).await);
    (sandbox, all)
}
